"""Balances of past moments: what was before them, to the microsecond, and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.source import FakeSource, Row
from tests.world import KEY, World, set_state
from tidemark.domain.held import Held, HeldReason
from tidemark.domain.legs import net
from tidemark.domain.transactions import State
from tidemark.services.add_up import AddUp
from tidemark.services.read_balances import BalanceRow, ReadBalances

TICK = timedelta(microseconds=1)
MIDNIGHTS = [datetime(2025, month, 1, tzinfo=UTC) for month in (1, 2, 3)]
TIMES = [moment + step for moment in MIDNIGHTS for step in (-TICK, 0 * TICK, TICK)]


def world() -> World:
    """Give a world with deposits around the ends of months: 1, 2, 4, 8, and so on."""
    rows = [
        Row(f"L{number}", f"T{number}", at, "EUR", Decimal(2**number))
        for number, at in enumerate(TIMES)
    ]
    it = World(FakeSource(rows))
    it.connect()
    it.run()
    return it


def reading(it: World) -> ReadBalances:
    """Give the list of balances."""
    return ReadBalances(it.integrations, it.snapshots, AddUp(it.ledger, it.months, it.clock))


def rows(it: World, at: datetime | None) -> list[BalanceRow]:
    """List balances of a moment."""
    return list(reading(it).rows("alice", None, None, None, at))


def euros(it: World, at: datetime | None) -> Decimal:
    """Give the calculated balance of a moment."""
    return sum((row.balance.calculated for row in rows(it, at)), Decimal(0))


@pytest.mark.parametrize("at", TIMES)
def test_what_is_at_a_moment_is_not_before_it(at: datetime) -> None:
    """A month's end is no other moment than any."""
    it = world()
    before = sum(2**number for number, each in enumerate(TIMES) if each < at)
    assert euros(it, at) == before
    assert euros(it, at + TICK) == before + 2 ** TIMES.index(at)


@pytest.mark.parametrize("year", [1, 500, 1969])
def test_nothing_was_there_before_anything(year: int) -> None:
    """Years of three digits are before those of four."""
    assert euros(world(), datetime(year, 7, 1, tzinfo=UTC)) == 0


@given(
    st.sampled_from([moment + n * TICK for moment in MIDNIGHTS for n in (-2, -1, 0, 1, 2)]),
    st.lists(st.sampled_from(State), min_size=len(TIMES), max_size=len(TIMES)),
    st.dictionaries(st.sampled_from(range(len(TIMES))), st.sampled_from(TIMES), max_size=3),
)
def test_a_balance_is_the_sum_of_the_legs_before(
    at: datetime, states: list[State], moved: dict[int, datetime]
) -> None:
    """Of what counts: neither excluded nor deleted, at the time that its owner says."""
    it = world()
    for number, state in enumerate(states):
        inner = f"ledger:T{number}"
        stored = it.ledger.of(KEY)[inner]
        if number in moved:
            stored = replace(stored, overlay={"occurred_at": moved[number]})
        it.ledger.of(KEY)[inner] = stored
        set_state(it, inner, state)
    months = [f"{each.month}" for each in it.months.read(KEY)]
    it.months.enter(KEY, months, "w")
    it.months.leave(KEY, months, "w")
    legs = [
        leg
        for each in it.ledger.of(KEY).values()
        if each.counts and each.facts.occurred_at < at
        for leg in each.facts.legs
    ]
    assert euros(it, at) == sum(net(legs).values(), Decimal(0))


def test_what_is_held_counts_at_no_moment() -> None:
    """Nor does what a source takes back again."""
    it = world()
    late = Row("H", "H", TIMES[0], "EUR", Decimal(1_000_000)).found()
    it.parked.hold(KEY, [Held(late, HeldReason.NEW, "sync_1", TIMES[0])])
    assert euros(it, None) == euros(it, TIMES[-1] + TICK) == 2 ** len(TIMES) - 1


def test_what_the_source_said_is_of_the_last_check_until_then() -> None:
    """Before the first one it has said nothing: that is not zero."""
    it = world()
    (now,) = rows(it, None)
    assert now.as_of is not None
    assert now.balance.synced == 2 ** len(TIMES) - 1
    (then,) = rows(it, now.as_of)
    assert (then.balance.synced, then.as_of) == (now.balance.synced, now.as_of)
    (before,) = rows(it, now.as_of - TICK)
    assert (before.balance.synced, before.balance.difference, before.as_of) == (None, None, None)
