"""Locking a period: what is refused, what is stopped, how it moves, and what it seals."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.fakes.source import trades
from tests.keyed import days_after
from tests.locked import Lockbox, bytes_of
from tests.world import KEY, START, World, world
from tidemark.domain.history import Action
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.months import writer
from tidemark.domain.syncs import Mode, SyncStatus
from tidemark.domain.transactions import State
from tidemark.errors import Conflict, Invalid, StoreUnavailable
from tidemark.services.lock_period import Moved

CUT = days_after(START, 1)
"""Of ten trades, five hours apart, the first five are older."""

LATER = days_after(START, 1.5)
OTHER = IntegrationKey("alice", "intg_01J00000000000000000000001")


def synced(**facts: object) -> World:
    """Give a world with ten transactions."""
    it = world(10, page_size=50, **facts)
    it.run()
    return it


def refused(code: str, call: Callable[[], object]) -> None:
    """Expect a refusal, for this reason."""
    with pytest.raises(Conflict) as refusal:
        call()
    assert refusal.value.code == code


def test_a_lock_seals_what_each_integration_has_before_it() -> None:
    """An integration without any has no seal; what lies behind is not part of it."""
    it = synced()
    it.connect(OTHER)
    lock, before = Lockbox(it).lock(CUT, "Europe/Berlin")
    assert before is None
    assert lock is not None
    assert (lock.locked_until, lock.zone, lock.sealed) == (CUT, "Europe/Berlin", True)
    assert lock.seals == {KEY.integration_id: bytes_of(it, CUT)[1]}
    assert it.accounts.get("alice").lock == lock
    assert Lockbox(it).intact() is True


def test_a_lock_moves_forward_and_back_and_goes_away() -> None:
    """Each answer tells where it went; each time it is sealed anew."""
    it = synced()
    box = Lockbox(it)
    assert box.locking.unlock("alice").moved is Moved.NOWHERE
    steps: list[tuple[datetime | None, Moved]] = [
        (CUT, Moved.FORWARD),
        (LATER, Moved.FORWARD),
        (CUT, Moved.BACKWARD),
        (CUT, Moved.NOWHERE),
        (None, Moved.BACKWARD),
    ]
    for until, moved in steps:
        locked = box.locking.unlock("alice") if until is None else box.lock(until)
        assert locked.moved is moved
        assert locked.lock == it.accounts.get("alice").lock
        if locked.lock is not None and until is not None:
            assert locked.lock.seals == {KEY.integration_id: bytes_of(it, until)[1]}
    assert box.intact() is None


def test_no_lock_lies_in_the_future() -> None:
    """Nobody knows yet what will be there."""
    it = synced()
    with pytest.raises(Invalid) as refusal:
        Lockbox(it).lock(it.clock.now() + timedelta(microseconds=1))
    assert [each.pointer for each in refusal.value.errors] == ["/locked_until"]
    assert it.accounts.items == {}
    Lockbox(it).lock(it.clock.now())


def test_pending_ones_keep_a_period_open() -> None:
    """Their source may still change them; those behind the lock do not matter."""
    it = synced()
    pending = trades(6, start=START)[10].found()
    it.parked.park_pending(KEY, [pending], "sync_1")
    refused("pending_transactions", lambda: Lockbox(it).lock(LATER))
    assert it.accounts.items == {}
    Lockbox(it).lock(CUT)


def test_what_becomes_pending_while_it_is_being_locked_keeps_it_open() -> None:
    """It is looked for again when nobody can write any more."""
    it = synced()
    pending = trades(1, start=START)[0].found()

    def park(when: str, call: str) -> None:
        if (when, call) == ("after", "MemoryAccounts.replace"):
            it.parked.park_pending(KEY, [pending], "sync_1")

    it.watch = park
    refused("pending_transactions", lambda: Lockbox(it).lock(CUT))
    assert it.accounts.get("alice").lock is None


def test_undecided_ones_keep_a_period_from_growing() -> None:
    """But not from shrinking, and a decision makes way."""
    it = synced()
    box = Lockbox(it)
    box.lock(CUT)
    it.source.rows += [replace(row, group="X") for row in trades(1, start=START)]
    it.run(Mode.MISSING)
    refused("held_transactions", lambda: box.lock(LATER))
    assert it.accounts.get("alice").lock is not None
    box.reject("ledger:X")
    assert box.lock(LATER).moved is Moved.FORWARD


def test_what_runs_is_stopped_first() -> None:
    """The record says why; the next sync goes on and keeps to the lock."""
    it = world(10, page_size=50)
    sync = it.request()
    Lockbox(it).lock(CUT)
    stopped = it.requests.read("alice", sync.id)
    assert stopped.status is SyncStatus.CANCELED
    assert stopped.problem is not None
    assert "locked" in stopped.problem.message
    counts = it.run().counts
    assert (counts.held, counts.new) == (5, 5)


def test_a_worker_that_does_not_let_go_leaves_the_lock_as_it_was() -> None:
    """Nobody can tell what it still writes."""
    it = synced()
    box = Lockbox(it)
    before = box.lock(CUT).lock
    sync = it.request()
    now = it.clock.now()
    it.runs.acquire(KEY, sync.id, "w", now=now, until=now + timedelta(minutes=5))
    refused("still_stopping", lambda: box.lock(LATER))
    assert it.accounts.get("alice").lock == before


def test_a_writer_that_does_not_leave_its_month_leaves_the_lock_as_it_was() -> None:
    """An edit or a file that is being written counts like a sync; a dead one for its time only."""
    it = synced()
    me = writer("edit_1", it.clock.now() + timedelta(minutes=1))
    it.months.enter(KEY, ["2025-01"], me)
    refused("still_stopping", lambda: Lockbox(it).lock(CUT))
    assert it.accounts.get("alice").lock is None
    it.clock.advance(timedelta(minutes=1))
    Lockbox(it).lock(CUT)


def test_a_lock_whose_setting_broke_off_holds_until_it_is_set_again_or_taken_away() -> None:
    """Nobody was told that it is in force, but nothing in it changes either."""
    it = synced()

    def die(when: str, call: str) -> None:
        if (when, call) == ("before", "MemoryMonths.read"):
            raise KeyboardInterrupt

    it.watch = die
    with pytest.raises(KeyboardInterrupt):
        Lockbox(it).lock(CUT)
    it.watch = lambda _when, _call: None
    left = it.accounts.get("alice")
    assert left.lock is not None
    assert (left.lock.sealed, left.settled_lock) == (False, None)
    row = it.ledger.of(KEY)["ledger:T0001"]
    excluded = replace(row, state=State.EXCLUDED)
    refused("period_locked", lambda: it.amending.change(KEY, row, excluded, Action.EXCLUDED))
    refused("busy", lambda: Lockbox(it).lock(CUT))
    refused("busy", lambda: Lockbox(it).locking.unlock("alice"))
    it.clock.advance(timedelta(minutes=1))
    assert Lockbox(it).lock(CUT).moved is Moved.FORWARD
    assert Lockbox(it).intact() is True


def test_a_lock_that_cannot_be_sealed_is_put_back() -> None:
    """Whatever of the database is to blame."""
    it = synced()
    box = Lockbox(it)
    before = box.lock(CUT).lock

    def fail(when: str, call: str) -> None:
        if (when, call) == ("before", "MemoryLedger.oldest_first"):
            raise StoreUnavailable("throttled")

    it.watch = fail
    with pytest.raises(StoreUnavailable):
        box.lock(LATER)
    assert it.accounts.get("alice").lock == before
