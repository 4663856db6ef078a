"""Whatever the pages, the budgets and the order of syncs: one ledger, exact sums, honest counts."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.source import FakeSource, Row
from tests.world import KEY, START, World
from tidemark.domain.legs import Kind, net
from tidemark.domain.syncs import Mode, Sync, SyncStatus
from tidemark.services.add_up import AddUp

assets = st.sampled_from(["BTC", "EUR", "DOT"])
values = st.decimals(-(10**12), 10**12, places=10, allow_nan=False)
steps = st.integers(0, 3)
events = st.lists(
    st.tuples(steps, st.lists(st.tuples(assets, values), min_size=1, max_size=4)), max_size=25
)


def rows_of(history: list[tuple[int, list[tuple[str, Decimal]]]]) -> list[Row]:
    """Make a history: some events share a second, legs of one event are at most a second apart."""
    rows, at = [], START
    for number, (hours, legs) in enumerate(history):
        at += timedelta(hours=hours)
        for place, (asset, amount) in enumerate(legs):
            when = at + timedelta(milliseconds=250 * place)
            row = Row(f"L{number:03}{place}", f"T{number:03}", when, asset, amount, Kind.TRADE)
            rows.append(row)
    return rows


def truth(rows: list[Row]) -> dict[str, Decimal]:
    """Give what the rows add up to."""
    return net(leg for row in rows for leg in row.found().legs)


def world(rows: list[Row], page_size: int) -> World:
    """Give a world with this history."""
    it = World(FakeSource(rows, page_size))
    it.connect()
    return it


def drive_in_bits(it: World, sync: Sync, budgets: list[int]) -> Sync:
    """Drive a sync with some budgets of nothing, then to its end."""
    for seconds in budgets:
        it.drive(sync, timedelta(seconds=seconds))
    return it.finish(sync)


@settings(max_examples=150, deadline=None)
@given(events, st.integers(1, 9), st.lists(st.integers(-1, 0), max_size=4), st.sampled_from(Mode))
def test_any_pages_and_budgets_give_the_same_ledger(
    history: list[tuple[int, list[tuple[str, Decimal]]]],
    page_size: int,
    budgets: list[int],
    mode: Mode,
) -> None:
    """The ledger holds each event once, with all its legs, and adds up exactly."""
    rows = rows_of(history)
    it = world(rows, page_size)
    mode = Mode.INCREMENTAL if mode is Mode.RANGE else mode
    sync = drive_in_bits(it, it.request(mode), budgets)
    assert sync.status is SyncStatus.SUCCEEDED
    stored = it.ledger.of(KEY).values()
    assert {leg.id for each in stored for leg in each.legs} == {row.id for row in rows}
    assert len(it.digest()) == len({row.group for row in rows})
    assert AddUp(it.ledger, it.months, it.clock).calculated(KEY) == truth(rows)
    assert sync.counts.new == len(it.digest())


@settings(max_examples=100, deadline=None)
@given(events, events, st.integers(1, 9), st.lists(st.sampled_from(["now", "missing"]), max_size=4))
def test_every_sync_counts_each_transaction_under_one_word(
    before: list[tuple[int, list[tuple[str, Decimal]]]],
    after: list[tuple[int, list[tuple[str, Decimal]]]],
    page_size: int,
    modes: list[str],
) -> None:
    """Fetched is new plus known; a missing meets everything."""
    rows = rows_of([*before, *after])
    early = {f"T{number:03}" for number in range(len(before))}
    it = world([row for row in rows if row.group in early], page_size)
    it.run()
    it.source.rows = rows
    for mode in modes:
        it.run(Mode.MISSING if mode == "missing" else Mode.INCREMENTAL)
    last = it.run(Mode.MISSING)
    assert last.counts.new + last.counts.known == len({row.group for row in rows})
    assert len(it.digest()) == len({row.group for row in rows})
    assert AddUp(it.ledger, it.months, it.clock).calculated(KEY) == truth(rows)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 30), st.integers(1, 9))
def test_any_number_of_events_in_one_moment_is_imported(count: int, page_size: int) -> None:
    """Page edges do not matter although all times are equal."""
    rows = [Row(f"L{n:03}", f"T{n:03}", START, "EUR", Decimal(n)) for n in range(count)]
    it = world(rows, page_size)
    sync = it.run()
    assert sync.status is SyncStatus.SUCCEEDED
    assert len(it.digest()) == count
