"""Finding, refreshing and giving prices."""

from datetime import timedelta
from decimal import Decimal

from tests.fakes import FakePrices
from tests.valued import Valued, day, moment
from tidemark.domain.prices import Close, Pair, Quote
from tidemark.services.find_prices import FindPrices

BTC, DOLLARS = Pair("BTC", "EUR"), Pair("BTC", "USD")
DAYS = [day(3), day(4), day(5)]
NOW = moment(1, 6, 12)


def now(price: str, ago: timedelta = timedelta(0)) -> Quote:
    """Make a quote."""
    return Quote(Decimal(price), NOW - ago, "fake")


def test_what_one_source_lacks_the_next_one_is_asked_for() -> None:
    """A day is without a close only when all have said so."""
    first = FakePrices("first", days={("BTC", day(3)): "1"})
    second = FakePrices("second", days={("BTC", day(3)): "9", ("BTC", day(4)): "2"})
    found = FindPrices([first, second]).closes(BTC, DAYS)
    assert found.closes == {
        day(3): Close(Decimal(1), "first"),
        day(4): Close(Decimal(2), "second"),
    }
    assert found.none == {day(5)}
    assert second.asked == [(BTC, (day(4), day(5)))]
    second.up = False
    assert FindPrices([first, second]).closes(BTC, DAYS).none == frozenset()
    assert FindPrices([first, second]).spot([BTC]) == {}


def test_what_nobody_knows_has_no_close_and_nobody_is_asked() -> None:
    """Nothing is guessed by a name."""
    source = FakePrices()
    found = FindPrices([source]).closes(Pair("scam.com", "EUR"), DAYS)
    assert (found.closes, found.none, source.asked) == ({}, set(DAYS), [])
    assert FindPrices([source]).listed([BTC, Pair("scam.com", "EUR"), DOLLARS]) == [BTC, DOLLARS]


def test_a_pair_may_be_crossed_by_the_euro() -> None:
    """Day by day, and now, as old as the older part; both sources are named."""
    euros = FakePrices("a", days={("BTC", day(3)): "90000", ("BTC", day(4)): "91000"})
    rates = FakePrices("b", "USD", {("EUR", day(3)): "1.1"})
    finding = FindPrices([euros, rates])
    found = finding.closes(DOLLARS, DAYS)
    assert found.closes == {day(3): Close(Decimal("99000.0"), "a+b")}
    assert found.none == {day(4), day(5)}
    euros.now, rates.now = {"BTC": now("90000")}, {"EUR": now("1.1", timedelta(hours=9))}
    assert finding.spot([DOLLARS]) == {DOLLARS: now("99000.0", timedelta(hours=9))}


def test_only_what_is_held_is_refreshed() -> None:
    """All at once; nobody is asked when nobody holds anything."""
    it = Valued(FakePrices(now={"BTC": now("5"), "ETH": now("6")}))
    assert (it.refreshing.refresh(it.soon), it.prices.asked_now) == (0, [])
    it.world.quotes.hold([BTC], NOW + timedelta(days=1))
    assert it.refreshing.refresh(it.world.clock.now()) == 0
    assert it.refreshing.refresh(it.soon) == 1
    assert it.prices.asked_now == [frozenset({BTC})]
    assert it.world.quotes.newest(BTC, NOW) == now("5")


def test_the_newest_price_is_given_and_asked_for_when_it_is_old() -> None:
    """A fresh one is not asked for; when sources fail, the old one is given with its age."""
    it = Valued(FakePrices(now={"BTC": now("5")}))
    assert it.reading.prices(["BTC", "XYZ", "EUR"], "EUR", None) == {
        "BTC": now("5"),
        "XYZ": None,
        "EUR": Quote(Decimal(1), NOW, "itself"),
    }
    it.reading.prices(["BTC"], "EUR", NOW)
    assert len(it.prices.asked_now) == 1
    it.world.clock.advance(timedelta(minutes=9))
    it.prices.up = False
    assert it.reading.prices(["BTC"], "EUR", None) == {"BTC": now("5")}
    assert len(it.prices.asked_now) == 2


def test_whoever_asks_for_what_no_source_lists_leaves_nothing_behind() -> None:
    """No sheet is kept, and asked for again week by week, for a name that somebody made up."""
    it = Valued(FakePrices(days={("BTC", day(3)): "90000"}))
    found = it.reading.prices(["made.up", "BTC"], "EUR", moment(3))
    assert found["made.up"] is None
    assert found["BTC"] is not None
    assert [key.pair for key in it.world.sheets.items] == [BTC]


def test_a_past_day_has_its_close_and_never_the_price_of_now() -> None:
    """It is asked for once; what there is not is asked for again later, not at each request."""
    it = Valued(FakePrices(days={("BTC", day(3)): "90000"}, now={"ETH": now("3000")}))
    for _ in range(2):
        assert it.reading.prices(["BTC", "ETH"], "EUR", moment(3)) == {
            "BTC": Quote(Decimal(90000), moment(4, hour=0), "fake"),
            "ETH": None,
        }
    assert len(it.prices.asked) == 2
    it.prices.free = True
    it.prices.days["ETH", day(3)] = "2500"
    found = it.reading.prices(["ETH"], "EUR", moment(3))["ETH"]
    assert found is not None
    assert found.price == 2500
