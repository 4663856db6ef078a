"""Each source of prices: what it gives of good answers."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import httpx
import pytest

from tests.fakes import FakeClock
from tests.prices.asking import ANSWERS, DEC_30, DEC_31, NOON, TODAY, Site, answering
from tidemark.connector_kit.modules import names
from tidemark.connector_kit.price_source import Means, open_sources
from tidemark.domain.prices import Pair, Quote
from tidemark.errors import NotFound

BTC, USDT, DOT = Pair("BTC", "EUR"), Pair("USDT", "USD"), Pair("DOT", "EUR")
BNB, SOL = Pair("BNB", "EUR"), Pair("SOL", "EUR")


def test_sources_are_found_by_the_names_of_their_modules() -> None:
    """In the order that is wanted; one that is not there is an error."""
    assert {"coingecko", "ecb", "kraken", "offline"} <= set(names("tidemark.prices"))
    opened = open_sources("tidemark.prices", ["ecb", " kraken", ""], Means(FakeClock()))
    assert [source.name for source in opened] == ["ecb", "kraken"]
    with pytest.raises(NotFound):
        open_sources("tidemark.prices", ["kraken2"], Means(FakeClock()))


def test_kraken_gives_closes_of_days_that_are_over() -> None:
    """The last candle is of the present day; before the first one there is nothing to be had."""
    site = answering("kraken_ohlc.json")
    kraken = site.source("kraken")
    found = kraken.closes(BTC, [date(2023, 1, 1), DEC_30, DEC_31, TODAY])
    assert found == {
        date(2023, 1, 1): None,
        DEC_30: Decimal("75500.5"),
        DEC_31: Decimal("76200.0"),
    }
    assert dict(site.asked[0].url.params) == {"pair": "XBTEUR", "interval": "1440"}
    assert site.asked[0].url.path == "/0/public/OHLC"
    kraken.closes(BTC, [DEC_30])
    assert kraken.closes(BTC, [date(2023, 1, 1)]) == {date(2023, 1, 1): None}
    assert len(site.asked) == 1


def test_kraken_is_asked_again_when_its_candles_are_old() -> None:
    """Ten minutes are enough for all months of a pair."""
    site = answering("kraken_ohlc.json")
    kraken = site.source("kraken")
    kraken.closes(BTC, [DEC_30])
    site.clock.advance(timedelta(minutes=11))
    kraken.closes(BTC, [DEC_30])
    assert len(site.asked) == 2


def test_krakens_candles_from_before_midnight_say_nothing_of_the_day_that_ended() -> None:
    """They have a price of two minutes before, which is no close."""
    site = answering("kraken_ohlc.json")
    site.clock.advance(timedelta(hours=11, minutes=58))
    kraken = site.source("kraken")
    assert kraken.closes(BTC, [DEC_31, TODAY]) == {DEC_31: Decimal("76200.0")}
    site.body = site.body.replace(b"76800.9", b"76999.5")
    site.clock.advance(timedelta(minutes=8))
    assert kraken.closes(BTC, [TODAY]) == {TODAY: Decimal("76999.5")}


def test_kraken_gives_last_trades_by_all_its_names_of_a_pair() -> None:
    """Old names are longer than new ones."""
    site = answering("kraken_ticker.json")
    found = site.source("kraken").spot([BTC, USDT, DOT, Pair("ADA", "EUR")])
    assert found == {
        BTC: Quote(Decimal("76800.9"), NOON, "kraken"),
        USDT: Quote(Decimal("1.00010"), NOON, "kraken"),
        DOT: Quote(Decimal("2.0150"), NOON, "kraken"),
    }
    assert site.asked[0].url.params["pair"] == "ADAEUR,DOTEUR,USDTUSD,XBTEUR"


def test_kraken_knows_only_what_it_lists() -> None:
    """A pair that is not in the table is never asked for."""
    kraken = Site().source("kraken")
    listed = [BTC, Pair("BTC", "GBP"), Pair("DOT", "GBP"), Pair("LUNA", "EUR"), Pair("EUR", "USD")]
    assert [kraken.knows(pair) for pair in listed] == [True, True, False, False, False]


def test_coingecko_gives_a_close_as_the_beginning_of_the_next_day() -> None:
    """Its history is of the beginning of its date; digits are kept."""
    site = answering("coingecko_history.json")
    found = site.source("coingecko").closes(BNB, [date(2024, 1, 1), DEC_31, TODAY])
    assert found == {date(2024, 1, 1): None, DEC_31: Decimal("735.1234567890123")}
    (asked,) = site.asked
    assert asked.url.path == "/api/v3/coins/binancecoin/history"
    assert asked.url.params["date"] == "01-01-2026"


def test_coingecko_is_asked_for_a_few_days_at_a_time() -> None:
    """The others come with a later run; what was found before it asked to wait is kept."""
    days = [date(2025, 11, 1) + timedelta(days=n) for n in range(9)]
    assert len(answering("coingecko_history.json").source("coingecko").closes(BNB, days)) == 5
    good = httpx.Response(200, content=(ANSWERS / "coingecko_history.json").read_bytes())
    answers = iter([good, httpx.Response(429)])
    found = Site(says=lambda _: next(answers)).source("coingecko").closes(BNB, days)
    assert list(found) == days[:1]


def test_coingecko_says_what_is_too_old() -> None:
    """Free access ends after a year: there is none, and nobody waits for it."""
    refused = b'{"error": {"status": {"error_code": 10012, "error_message": "365 days"}}}'
    assert Site(refused, status=401).source("coingecko").closes(BNB, [DEC_30]) == {DEC_30: None}


def test_coingecko_gives_prices_of_now_that_are_fresh() -> None:
    """One that was not updated for hours is none."""
    site = answering("coingecko_simple.json")
    found = site.source("coingecko").spot([BNB, SOL, Pair("ADA", "EUR")])
    at = datetime(2026, 1, 1, 11, 55, tzinfo=UTC)
    assert found == {BNB: Quote(Decimal("740.25"), at, "coingecko")}
    assert site.asked[0].url.params["ids"] == "binancecoin,cardano,solana"


def test_coingecko_knows_no_coin_by_its_symbol_alone() -> None:
    """Many coins share one: those of the table are meant."""
    source = Site().source("coingecko")
    assert [source.knows(Pair(name, "EUR")) for name in ("BTC", "LUNA", "EUR")] == [
        True,
        False,
        False,
    ]


def test_the_ecb_gives_the_rates_of_working_days_and_the_last_ones_before() -> None:
    """Weekends and holidays have those of the last day; all is one unit in the other."""
    ecb = answering("ecb_90d.xml").source("ecb")
    days = [date(2025, 12, 24), date(2025, 12, 28), DEC_30]
    assert ecb.closes(Pair("EUR", "USD"), days) == {
        date(2025, 12, 24): Decimal("1.1787"),
        date(2025, 12, 28): Decimal("1.1787"),
        DEC_30: Decimal("1.1770"),
    }
    crossed = ecb.closes(Pair("GBP", "USD"), [DEC_30])[DEC_30]
    assert crossed is not None
    assert abs(crossed * Decimal("0.8720") - Decimal("1.1770")) < Decimal("1e-25")
    assert ecb.closes(Pair("TRY", "EUR"), [DEC_30]) == {DEC_30: None}


def test_the_ecb_may_still_publish_a_working_day() -> None:
    """New Year's Day may be late or a holiday: the next file tells."""
    site = answering("ecb_90d.xml")
    site.clock.advance(timedelta(days=1))
    assert site.source("ecb").closes(Pair("USD", "EUR"), [DEC_31, TODAY]).keys() == {DEC_31}


def test_the_ecb_is_asked_for_the_whole_history_only_where_it_is_needed() -> None:
    """A file that was read is kept for an hour."""
    site = answering("ecb_90d.xml")
    ecb = site.source("ecb")
    for day in (DEC_30, DEC_31, date(2020, 1, 1), date(2020, 1, 2)):
        ecb.closes(Pair("USD", "EUR"), [day])
    paths = [request.url.path for request in site.asked]
    assert paths == [f"/stats/eurofxref/eurofxref-hist{end}.xml" for end in ("-90d", "")]


def test_the_ecbs_newest_rates_are_of_their_day() -> None:
    """Their age is told."""
    at = datetime(2025, 12, 31, tzinfo=UTC)
    found = answering("ecb_90d.xml").source("ecb").spot([Pair("EUR", "GBP"), Pair("TRY", "EUR")])
    assert found == {Pair("EUR", "GBP"): Quote(Decimal("0.8700"), at, "ecb")}
