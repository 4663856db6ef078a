"""The value run and what it makes of transactions."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from tests.fakes import FakePrices
from tests.valued import Valued, day, leg, moment
from tests.world import KEY, set_state
from tidemark.domain.facts import Worth
from tidemark.domain.legs import Role
from tidemark.domain.pages import Window
from tidemark.domain.prices import Pair
from tidemark.domain.transactions import State
from tidemark.services.keep_account import KeepAccount

DAY = timedelta(days=1)


def test_past_ones_are_valued_by_the_close_of_their_day() -> None:
    """As soon as a run has looked; before, they are pending."""
    it = Valued(FakePrices(days={("BTC", day(3)): "90000", ("BTC", day(4)): "91000"}))
    it.enter("a", moment(3), leg("0.5", "BTC"))
    it.enter("b", moment(4, hour=23), leg("-0.1", "BTC"))
    assert (it.status("a"), it.unvalued()) == ("pending", 2)
    it.run()
    assert (it.value("a").amount, it.value("b").amount) == (Decimal(45000), Decimal(9100))
    assert it.unvalued() == 0


def test_one_of_today_is_valued_by_the_first_run_after_its_day() -> None:
    """Never by a price of the day itself, even if a source would give one."""
    it = Valued(FakePrices(days={("BTC", day(1, 6)): "90000"}))
    it.enter("a", moment(1, 6), leg("0.5", "BTC"))
    it.run()
    assert (it.status("a"), it.prices.asked, it.unvalued()) == ("pending", [], 1)
    it.world.clock.advance(timedelta(hours=12))
    it.running.due(it.soon)
    assert (it.status("a"), it.prices.asked) == ("pending", [])
    it.world.clock.advance(timedelta(minutes=6))
    it.running.due(it.soon)
    assert (it.status("a"), it.unvalued()) == ("derived", 0)


def test_what_no_source_has_goes_missing_and_is_tried_again() -> None:
    """While sources fail it does not; when a close turns up, it is taken."""
    it = Valued(FakePrices(up=False))
    it.enter("a", moment(3), leg("1", "OLD"))
    it.run()
    for _ in range(5):
        it.world.clock.advance(timedelta(hours=2))
        it.running.due(it.soon)
    assert it.status("a") == "pending"
    it.prices.up = True
    for _ in range(3):
        it.world.clock.advance(timedelta(hours=5))
        it.running.due(it.soon)
    assert (it.status("a"), it.unvalued()) == ("missing", 1)
    it.prices.days[("OLD", day(3))] = "2"
    it.world.clock.advance(DAY)
    it.running.due(it.soon)
    assert (it.status("a"), it.unvalued()) == ("derived", 0)


def test_what_moves_nothing_keeps_no_report_waiting() -> None:
    """A bank's row of 0.00 is no blocker, whether a run has looked at its month or not."""
    it = Valued(FakePrices())
    it.enter("a", moment(3), leg("0.00", "EUR"))
    it.enter("b", moment(3), leg("0", "XYZ"))
    assert (it.status("a"), it.status("b"), it.unvalued()) == ("exact", "exact", 0)
    it.run()
    assert (it.unvalued(), it.prices.asked) == (0, [])


def test_nothing_is_asked_for_that_is_known_or_not_needed() -> None:
    """Fiat trades need no price, and a second run reads no transaction of an unchanged month."""
    it = Valued(FakePrices(days={("BTC", day(3)): "90000"}))
    it.enter("a", moment(3), leg("-24.5", "EUR"), leg("0.001", "BTC"))
    it.run()
    assert (it.prices.asked, it.status("a")) == ([], "exact")
    it.enter("b", moment(3), leg("0.5", "BTC"), leg("-1", "BNB", Role.FEE))
    it.run()
    assert it.prices.asked == [(Pair("BTC", "EUR"), (day(3),))]
    calls: list[str] = []
    it.world.watch = lambda when, call: calls.append(call) if when == "before" else None
    it.run()
    assert len(it.prices.asked) == 1
    assert not [call for call in calls if "oldest_first" in call or "write" in call]
    assert len(calls) <= 7


def test_another_currency_is_looked_for_by_the_next_run() -> None:
    """Values follow; what the owner said stays as it was said."""
    it = Valued(FakePrices(days={("BTC", day(3)): "90000"}))
    dollars = FakePrices("more", "USD", {("BTC", day(3)): "100000", ("EUR", day(3)): "1.1"})
    it.world.price_sources.append(dollars)
    it.enter("a", moment(3), leg("0.5", "BTC"))
    it.enter("b", moment(3), leg("-24.5", "EUR"), leg("0.001", "BTC"))
    it.enter("c", moment(3), leg("0.5", "BTC"))
    stored = it.world.ledger.of(KEY)["c"]
    worth = Worth(Decimal(7), "EUR")
    it.world.ledger.of(KEY)["c"] = replace(stored, overlay={"valuation": worth})
    it.run()
    KeepAccount(it.world.accounts).prefer(KEY.owner, {"quote_currency": "USD"})
    assert (it.status("a"), it.unvalued()) == ("pending", 2)
    it.run()
    assert [it.value(name).amount for name in "abc"] == [50000, Decimal("26.95"), 7]
    assert [it.value(name).currency for name in "abc"] == ["USD", "USD", "EUR"]
    assert [it.status(name) for name in "abc"] == ["derived", "derived", "manual"]


def test_excluded_ones_are_valued_and_deleted_ones_are_not() -> None:
    """Only what counts is counted when it has no value."""
    it = Valued(FakePrices(days={("BTC", day(3)): "90000"}))
    for name in "ab":
        it.enter(name, moment(3), leg("0.5", "BTC"))
    set_state(it.world, "a", State.EXCLUDED)
    set_state(it.world, "b", State.DELETED)
    assert it.unvalued() == 0
    it.run()
    assert it.status("a") == "derived"
    assert it.valuations.of([it.world.ledger.of(KEY)["b"]], it.account) == [None]


def test_only_the_window_is_counted() -> None:
    """From its beginning on, up to its end."""
    it = Valued()
    for number in (3, 4, 5):
        it.enter(str(number), moment(number), leg("1", "OLD"))
    window = Window(moment(4), moment(5))
    assert it.unvalued(window) == 1
    it.run()
    assert (it.unvalued(window), it.unvalued()) == (1, 3)
    assert it.unvalued(Window(moment(6), moment(9))) == 0


def test_a_run_that_has_no_time_asks_to_go_on() -> None:
    """Nothing of it is lost."""
    it = Valued(FakePrices(days={("BTC", day(3)): "90000"}))
    it.enter("a", moment(3), leg("0.5", "BTC"))
    it.running.integration(KEY, it.world.clock.now())
    assert (it.world.values_queue.sent, it.status("a")) == ([KEY], "pending")
    it.run()
    assert it.status("a") == "derived"


def test_an_integration_that_is_gone_is_left_alone() -> None:
    """Its message came late."""
    it = Valued()
    del it.world.integrations.items[KEY]
    it.run()
    assert it.world.quotes.pairs == {}


def test_what_is_held_is_noted_once() -> None:
    """Not the currency itself, nor what was sold; the note is renewed before it ends."""
    it = Valued()
    it.enter("a", moment(3), leg("0.5", "BTC"), leg("-100", "EUR"), leg("1", "ETH"))
    it.enter("b", moment(4), leg("-1", "ETH"))
    it.run()
    noted = dict(it.world.quotes.pairs)
    assert set(noted) == {Pair("BTC", "EUR")}
    it.world.clock.advance(DAY)
    it.run()
    assert it.world.quotes.pairs == noted
    it.world.clock.advance(40 * DAY)
    it.run()
    assert it.world.quotes.pairs[Pair("BTC", "EUR")] > noted[Pair("BTC", "EUR")]
