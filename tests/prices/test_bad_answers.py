"""Each source of prices: bad answers are refused, and busy sources are left alone."""

from datetime import timedelta

import httpx
import pytest

from tests.prices.asking import ANSWERS, DEC_31, Site
from tidemark.domain.prices import Pair
from tidemark.errors import RateLimited, SourceError, SourceGarbage, SourceUnavailable

BTC, USD = Pair("BTC", "EUR"), Pair("USD", "EUR")
NO_PRICES = ["0", "-1", '"NaN"', '"Infinity"', "true", '"1,5"', "[]", '"0.00"']
DAY = 1767139200


@pytest.mark.parametrize("price", NO_PRICES)
def test_what_can_be_no_price_is_refused(price: str) -> None:
    """Nothing, less than nothing, and what is no number."""
    candle = f'[{DAY}, "1", "1", "1", {price}, "1", "1", 1]'
    ohlc = f'{{"error": [], "result": {{"XXBTZEUR": [{candle}], "last": 1}}}}'
    with pytest.raises(SourceGarbage):
        Site(ohlc.encode()).source("kraken").closes(BTC, [DEC_31])
    ticker = f'{{"error": [], "result": {{"XXBTZEUR": {{"c": [{price}, "1"]}}}}}}'
    with pytest.raises(SourceGarbage):
        Site(ticker.encode()).source("kraken").spot([BTC])
    told = f'{{"id": "bitcoin", "market_data": {{"current_price": {{"eur": {price}}}}}}}'
    with pytest.raises(SourceGarbage):
        Site(told.encode()).source("coingecko").closes(BTC, [DEC_31])
    simple = f'{{"bitcoin": {{"eur": {price}, "last_updated_at": 1767268500}}}}'
    with pytest.raises(SourceGarbage):
        Site(simple.encode()).source("coingecko").spot([BTC])


@pytest.mark.parametrize(
    "answer",
    [
        b'{"error": [], "result": {"last": 1}}',
        b'{"error": [], "result": {"A": [], "B": []}}',
        b'{"error": [], "result": {"XXBTZEUR": [[1767139200, "1"]]}}',
        b'{"error": [], "result": {"XXBTZEUR": [[1767139201, "1", "1", "1", "1"]]}}',
        b'{"error": ["EQuery:Invalid asset class"]}',
        b"<html>",
    ],
)
def test_kraken_answers_that_are_not_as_documented(answer: bytes) -> None:
    """Other pairs, cut candles, candles of no day, words of error."""
    with pytest.raises(SourceGarbage):
        Site(answer).source("kraken").closes(BTC, [DEC_31])


def test_a_pair_that_kraken_no_longer_lists_has_no_close() -> None:
    """That is an answer: the next source is asked, and what none has goes missing one day."""
    site = Site(b'{"error": ["EQuery:Unknown asset pair"]}')
    assert site.source("kraken").closes(BTC, [DEC_31]) == {DEC_31: None}


def test_a_pair_that_kraken_no_longer_lists_takes_no_other_with_it() -> None:
    """Kraken refuses all pairs that are asked for with it; which one it is, is remembered."""
    gone = Pair("MATIC", "EUR")
    ticker = (ANSWERS / "kraken_ticker.json").read_bytes()

    def says(request: httpx.Request) -> httpx.Response:
        refused = "MATICEUR" in request.url.params["pair"]
        error = b'{"error": ["EQuery:Unknown asset pair"]}'
        return httpx.Response(200, content=error if refused else ticker)

    site = Site(says=says)
    kraken = site.source("kraken")
    pairs = [BTC, Pair("DOT", "EUR"), Pair("USDT", "USD"), gone, Pair("ADA", "EUR")]
    assert set(kraken.spot(pairs)) == set(pairs[:3])
    assert kraken.knows(BTC)
    assert not kraken.knows(gone)
    assert kraken.spot([gone]) == {}
    calls = len(site.asked)
    assert set(kraken.spot(pairs)) == set(pairs[:3])
    assert len(site.asked) == calls + 1


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("EGeneral:Too many requests", RateLimited),
        ("EAPI:Rate limit exceeded", RateLimited),
        ("EService:Unavailable", SourceUnavailable),
    ],
)
def test_krakens_words_say_what_happens_next(word: str, kind: type[SourceError]) -> None:
    """They come with status 200."""
    with pytest.raises(kind):
        Site(f'{{"error": ["{word}"]}}'.encode()).source("kraken").spot([BTC])


def test_coingecko_must_answer_about_the_coin() -> None:
    """Another coin's price is none."""
    other = b'{"id": "bitcoin-cash", "market_data": {"current_price": {"eur": 1}}}'
    with pytest.raises(SourceGarbage):
        Site(other).source("coingecko").closes(BTC, [DEC_31])
    gone = Site(b'{"error": "coin not found"}', status=404)
    assert gone.source("coingecko").closes(BTC, [DEC_31]) == {DEC_31: None}
    without = b'{"id": "bitcoin"}'
    assert Site(without).source("coingecko").closes(BTC, [DEC_31]) == {DEC_31: None}


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>Sorry</html>",
        b'<Cube><Cube time="2025-12-31"></Cube></Cube>',
        b'<Cube><Cube time="2025-12-31"><Cube currency="USD" rate="0"/></Cube></Cube>',
        b'<Cube><Cube time="2025-12-31"><Cube currency="USD" rate="-1.2"/></Cube></Cube>',
    ],
)
def test_files_of_the_ecb_that_hold_no_rates(answer: bytes) -> None:
    """Nothing, something else, rates that are none."""
    with pytest.raises(SourceGarbage):
        Site(answer).source("ecb").closes(USD, [DEC_31])


def test_a_source_that_asks_to_wait_is_left_alone() -> None:
    """As long as it says; then it is asked again."""
    site = Site(status=429, headers={"Retry-After": "120"})
    kraken = site.source("kraken")
    for _ in range(3):
        with pytest.raises(RateLimited):
            kraken.spot([BTC])
    assert len(site.asked) == 1
    site.clock.advance(timedelta(seconds=121))
    with pytest.raises(RateLimited):
        kraken.spot([BTC])
    assert len(site.asked) == 2


def test_no_source_is_asked_more_often_than_it_allows() -> None:
    """What is beyond that waits for a later run, and nothing is sent."""
    body = b'{"id": "bitcoin", "market_data": {"current_price": {"eur": 1}}}'
    site = Site(body)
    source = site.source("coingecko")
    for _ in range(6):
        source.closes(BTC, [DEC_31])
    with pytest.raises(RateLimited):
        source.closes(BTC, [DEC_31])
    assert len(site.asked) == 6
