"""What syncs bring for a locked period is held: the period stays as it is, and nothing is lost."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.fakes.source import FakeSource, Row, trades
from tests.keyed import days_after
from tests.locked import Lockbox, bytes_of
from tests.world import KEY, START, World, set_state, world
from tidemark.domain.held import HeldReason
from tidemark.domain.history import Action
from tidemark.domain.integrations import DeletedPolicy
from tidemark.domain.issues import Issue, IssueState, IssueType
from tidemark.domain.pages import Page, Window
from tidemark.domain.syncs import Mode
from tidemark.domain.transactions import Found, State

CUT = days_after(START, 1)
"""Of ten trades, five hours apart, the first five are older."""

LATE, FIRST = "ledger:LATE", "ledger:T0000"
RANGE = Window(START, days_after(START, 3))


def late(at_hours: float = 1, group: str = "LATE", amount: str = "7") -> Row:
    """Make a record that was not there when the period was locked."""
    at = START + timedelta(hours=at_hours)
    return Row(f"{group}{at_hours}", group, at, "EUR", Decimal(amount))


def locked(**facts: object) -> World:
    """Give a world of ten transactions, five of them locked."""
    it = world(10, page_size=50, **facts)
    it.run()
    Lockbox(it).lock(CUT)
    return it


def run(it: World, mode: Mode) -> tuple[int, int, int, int]:
    """Sync; the locked period stays as it is. Give what was new, held, tombstoned, excluded."""
    before = bytes_of(it, CUT)
    counts = it.run(mode, RANGE if mode is Mode.RANGE else None).counts
    assert bytes_of(it, CUT) == before
    assert Lockbox(it).intact() is True
    return counts.new, counts.held, counts.tombstoned, counts.excluded


def reasons(it: World) -> dict[str, HeldReason]:
    """Give what is held and why."""
    return {each.id: each.reason for each in it.parked.held(KEY)}


def issue(it: World) -> Issue:
    """Give the issue that transactions are held."""
    own = it.issues.of_owner("alice")
    (found,) = (each for each in own if each.type is IssueType.HELD_TRANSACTIONS)
    return found


def issue_types(it: World) -> list[IssueType]:
    """Give what the inbox is about."""
    return [each.type for each in it.issues.of_owner("alice")]


@pytest.mark.parametrize("mode", [Mode.MISSING, Mode.RANGE])
def test_a_new_one_is_held(mode: Mode) -> None:
    """Each sync that meets it counts it; it is kept once, as the first one found it."""
    it = locked()
    it.source.rows.append(late())
    assert run(it, mode) == (0, 1, 0, 0)
    (first,) = it.parked.held(KEY)
    assert (first.id, first.reason, first.found.details) == (LATE, HeldReason.NEW, {"seen": "yes"})
    assert run(it, mode) == (0, 1, 0, 0)
    assert it.parked.held(KEY) == [first]
    assert issue(it).details == {"count": "1", "first_id": LATE}


def test_incremental_holds_what_its_overlap_reaches() -> None:
    """The lock may well end yesterday."""
    it = locked()
    Lockbox(it).lock(days_after(START, 2))
    it.source.rows.append(late(44))
    assert it.run().counts.held == 1
    assert reasons(it) == {LATE: HeldReason.NEW}


def test_what_is_behind_the_lock_is_imported_as_ever() -> None:
    """The moment of the lock itself is behind it."""
    it = locked()
    it.source.rows += [late(24, "EDGE"), late(30, "AFTER")]
    assert run(it, Mode.MISSING) == (2, 0, 0, 0)


def test_late_legs_of_a_locked_one_are_held() -> None:
    """Even if they themselves are behind the lock: the transaction would change."""
    it = locked()
    it.source.open_span = timedelta(days=9)
    it.source.rows.append(late(30, "T0000"))
    assert run(it, Mode.MISSING) == (0, 1, 0, 0)
    assert reasons(it) == {FIRST: HeldReason.MORE_LEGS}


def test_a_deleted_one_is_held_where_it_would_come_back() -> None:
    """A sync that leaves deleted ones alone drops nothing of what another one held."""
    it = world(10, page_size=50)
    it.source.overlap = timedelta(days=9)
    it.run()
    set_state(it, FIRST, State.DELETED)
    Lockbox(it).lock(CUT)
    assert run(it, Mode.INCREMENTAL) == (0, 0, 1, 0)
    assert run(it, Mode.MISSING) == (0, 1, 0, 0)
    assert run(it, Mode.INCREMENTAL) == (0, 0, 1, 0)
    assert reasons(it) == {FIRST: HeldReason.RESTORED}


def test_a_deleted_one_that_is_to_reappear_is_held_by_any_sync() -> None:
    """By the owner's policy."""
    it = world(10, page_size=50, deleted=DeletedPolicy.REAPPEAR)
    it.run()
    set_state(it, FIRST, State.DELETED)
    Lockbox(it).lock(CUT)
    assert run(it, Mode.INCREMENTAL) == (0, 1, 0, 0)


def test_excluded_ones_stay_excluded() -> None:
    """As without a lock."""
    it = world(10, page_size=50)
    it.run()
    set_state(it, FIRST, State.EXCLUDED)
    Lockbox(it).lock(CUT)
    assert run(it, Mode.MISSING) == (0, 0, 0, 1)


def test_a_change_at_the_source_is_told_and_writes_nothing() -> None:
    """As without a lock."""
    it = locked()
    it.source.rows[0] = replace(it.source.rows[0], amount=Decimal(-99))
    assert run(it, Mode.MISSING) == (0, 0, 0, 0)
    assert IssueType.SOURCE_CHANGED in issue_types(it)


def moved(it: World, inner: str, hours: float) -> None:
    """Do as an owner who gives a transaction another time."""
    row = it.ledger.of(KEY)[inner]
    changed = replace(row, overlay={"occurred_at": START + timedelta(hours=hours)})
    assert it.amending.change(KEY, row, changed, Action.UPDATED) is not None


@pytest.mark.parametrize(("inner", "hours"), [(FIRST, 40), ("ledger:T0009", 2)])
def test_an_edited_one_is_where_its_owner_put_it(inner: str, hours: float) -> None:
    """In the period or out of it; its late legs are told as a change, whatever the source says."""
    it = world(10, page_size=50)
    it.run()
    moved(it, inner, hours)
    Lockbox(it).lock(CUT)
    group = inner.removeprefix("ledger:")
    it.source.rows.append(late(1 if inner == FIRST else 45.0001, group))
    it.source.open_span = timedelta(days=9)
    assert run(it, Mode.MISSING) == (0, 0, 0, 0)
    assert reasons(it) == {}
    assert IssueType.SOURCE_CHANGED in issue_types(it)


def test_a_deleted_one_is_locked_where_its_owner_had_put_it() -> None:
    """Bringing it back elsewhere would take its tombstone out of the period."""
    it = world(10, page_size=50)
    it.run()
    moved(it, "ledger:T0009", 2)
    set_state(it, "ledger:T0009", State.DELETED)
    Lockbox(it).lock(CUT)
    assert run(it, Mode.MISSING) == (0, 1, 0, 0)


class Settling(FakeSource):
    """A source with a transaction that is pending until it is settled."""

    settled = False

    def page(self, stream: str, window: Window, cursor: str | None, bookmark: str | None) -> Page:
        """Give it where it belongs."""
        page = super().page(stream, window, cursor, bookmark)
        found: list[Found] = [late().found()]
        if self.settled:
            return replace(page, transactions=[*page.transactions, *found])
        return replace(page, pending=found)


def test_a_pending_one_that_settles_in_the_period_is_held() -> None:
    """It was told as pending only after the period was locked."""
    it = locked()
    it.source = source = Settling(trades(10, start=START), page_size=50)
    assert run(it, Mode.MISSING) == (0, 0, 0, 0)
    assert [each.id for each in it.parked.pending(KEY)] == [LATE]
    source.settled = True
    assert run(it, Mode.MISSING) == (0, 1, 0, 0)
    assert it.parked.pending(KEY) == []


def test_a_rejected_one_never_comes_again_while_it_is_locked() -> None:
    """It counts as deleted; the issue is closed when nothing is left to decide."""
    it = locked()
    it.source.rows.append(late())
    run(it, Mode.MISSING)
    assert issue(it).state is IssueState.OPEN
    Lockbox(it).reject(LATE)
    assert issue(it).state is IssueState.RESOLVED
    for mode in Mode:
        assert run(it, mode) == (0, 0, 0 if mode is Mode.INCREMENTAL else 1, 0)
    assert issue(it).state is IssueState.RESOLVED


@pytest.mark.parametrize("rejected", [False, True])
def test_after_unlocking_missing_imports_what_was_held(rejected: bool) -> None:  # noqa: FBT001
    """What was rejected, too: the word was about the locked period."""
    it = locked()
    it.source.rows.append(late())
    it.run(Mode.MISSING)
    if rejected:
        Lockbox(it).reject(LATE)
    Lockbox(it).locking.unlock("alice")
    assert it.run(Mode.MISSING).counts.new == 1
    assert it.parked.held(KEY) == []
    assert it.ledger.of(KEY)[LATE].state is State.ACTIVE
    assert issue(it).state is IssueState.RESOLVED


@pytest.mark.parametrize("rejected", [False, True])
def test_a_lock_that_moves_back_lets_go_what_is_behind_it(rejected: bool) -> None:  # noqa: FBT001
    """What is still before it stays held, or rejected."""
    it = locked()
    it.source.rows += [late(1), late(10, "MORE")]
    it.run(Mode.MISSING)
    if rejected:
        Lockbox(it).reject(LATE)
        Lockbox(it).reject("ledger:MORE")
    Lockbox(it).lock(START + timedelta(hours=5))
    counts = it.run(Mode.MISSING).counts
    assert (counts.new, counts.held + counts.tombstoned) == (1, 1)
    assert reasons(it) == {LATE: HeldReason.NEW}
