"""Whatever a source brings, and whatever syncs run: a locked period stays as it is, to the byte."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.source import FakeSource, Row
from tests.locked import Lockbox, bytes_of
from tests.world import KEY, START, World
from tidemark.domain.history import Action
from tidemark.domain.integrations import DeletedPolicy
from tidemark.domain.pages import Window
from tidemark.domain.syncs import Mode, SyncStatus
from tidemark.domain.transactions import State
from tidemark.services.add_up import AddUp

CUT = START + timedelta(hours=12)
END = START + timedelta(hours=24)

Told = tuple[int, int, bool]
"""A record of the source: its hour, its event, and whether it can be read."""

told = st.lists(st.tuples(st.integers(0, 23), st.integers(0, 7), st.booleans()), max_size=8)
marks = st.dictionaries(st.integers(0, 7), st.sampled_from([State.EXCLUDED, State.DELETED]))
steps = st.lists(st.sampled_from([*Mode, "accept", "reject", "cut short"]), min_size=1, max_size=8)


def rows_of(records: Sequence[Told], first: int = 0) -> list[Row]:
    """Make records; those of one event belong to one transaction."""
    return [
        Row(
            f"L{number:03}",
            f"T{event}",
            START + timedelta(hours=hour, seconds=number),
            "EUR",
            Decimal(number + 1),
            readable=readable,
        )
        for number, (hour, event, readable) in enumerate(records, first)
    ]


@dataclass
class Widely(FakeSource):
    """A source that holds the legs of its events together, however far apart they are."""

    open_span: timedelta = timedelta(days=30)


@dataclass(frozen=True)
class Case:
    """What the source tells before and after the lock, and what the owner marked in between."""

    before: list[Told]
    after: list[Told]
    marked: dict[int, State]
    page_size: int
    policy: DeletedPolicy

    def source(self) -> Widely:
        """Give the source as it is in the end."""
        return Widely(rows_of([*self.before, *self.after]), self.page_size)

    def locked(self) -> World:
        """Give a world that is locked half-way, whose source then tells more."""
        it = World(Widely(rows_of(self.before), self.page_size))
        it.connect(deleted=self.policy)
        it.run()
        for event, state in self.marked.items():
            if row := it.ledger.of(KEY).get(f"ledger:T{event}"):
                gone = state is State.DELETED
                changed = row.tombstone() if gone else replace(row, state=state)
                it.amending.change(KEY, row, changed, Action.DELETED if gone else Action.EXCLUDED)
        it.clock.advance(timedelta(hours=1))
        Lockbox(it).lock(CUT)
        it.source = self.source()
        return it


cases = st.builds(Case, told, told, marks, st.integers(1, 5), st.sampled_from(DeletedPolicy))


def take(it: World, step: Mode | str) -> None:
    """Take a step: a sync, one that is cut short, or a decision on the first that is held."""
    it.clock.advance(timedelta(minutes=1))
    box = Lockbox(it)
    if isinstance(step, Mode):
        window = Window(START, END) if step is Mode.RANGE else None
        assert it.run(step, window).status is not SyncStatus.FAILED
    elif step == "cut short":
        it.drive(it.request(Mode.MISSING), timedelta(seconds=-1))
    elif held := box.held():
        box.accept(held[0]) if step == "accept" else box.reject(held[0])


@settings(max_examples=200, deadline=None)
@given(cases, steps)
def test_no_sync_changes_a_byte_of_a_locked_period(case: Case, taken: list[Mode | str]) -> None:
    """Only the owner's word does, and then the seal is that of what is there."""
    it = case.locked()
    for step in taken:
        kept = bytes_of(it, CUT)
        take(it, step)
        assert step == "accept" or bytes_of(it, CUT) == kept
        assert Lockbox(it).intact() is True


@settings(max_examples=200, deadline=None)
@given(cases, steps)
def test_after_unlocking_nothing_is_missing(case: Case, taken: list[Mode | str]) -> None:
    """Sync missing makes the ledger what it would be had it never been locked."""
    it = case.locked()
    for step in taken:
        take(it, step)
    Lockbox(it).locking.unlock("alice")
    it.run(Mode.MISSING)
    expected = World(case.source())
    expected.connect()
    expected.run()
    assert legs_of(it) == legs_of(expected)
    assert it.parked.held(KEY) == []


@settings(max_examples=200, deadline=None)
@given(cases)
def test_what_is_not_imported_is_held_and_accepting_all_of_it_imports_it(case: Case) -> None:
    """Every one that the source shows is there, or listed; each would change what it says."""
    it = case.locked()
    it.run(Mode.MISSING)
    shown = {f"ledger:{row.group}" for row in it.source.rows if row.readable}
    there = {row.id for row in it.ledger.of(KEY).values() if row.state is not State.DELETED}
    assert shown == there | set(Lockbox(it).held())
    for view in list(Lockbox(it).deciding.views("alice", None, None)):
        balance = balance_of(it)
        Lockbox(it).accept(view.held.id)
        assert balance_of(it) == balance + view.balances.get("EUR", Decimal(0))
    legs = {leg for row in legs_of(it).values() for leg in row}
    assert legs == {row.id for row in it.source.rows if row.readable}


def legs_of(it: World) -> dict[str, set[str]]:
    """Give the ids of the legs of each transaction."""
    return {row.id: {leg.id for leg in row.legs} for row in it.ledger.of(KEY).values()}


def balance_of(it: World) -> Decimal:
    """Add up what is there."""
    return AddUp(it.ledger, it.months, it.clock).calculated(KEY).get("EUR", Decimal(0))
