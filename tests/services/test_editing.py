"""Edits: the last write wins, nobody's write is lost unseen, and stop means stop."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes import watched
from tests.fakes.source import FakeSource, trades
from tests.world import KEY, START, World
from tidemark.domain.ids import transaction_id
from tidemark.domain.syncs import SyncStatus
from tidemark.domain.transactions import State
from tidemark.errors import Conflict, Stale, StoreUnavailable
from tidemark.services.edit_integrations import EditIntegrations
from tidemark.services.edit_transactions import EditTransactions, mark_of
from tidemark.services.read_transactions import ReadTransactions
from tidemark.services.stop import Stop

INNER = "ledger:T0001"
ID = transaction_id(KEY.integration_id, INNER)


def world() -> World:
    """Give a world with three transactions."""
    made = World(FakeSource(trades(3, start=START)))
    made.connect()
    made.run()
    return made


def editing(it: World) -> EditTransactions:
    """Give the edits of transactions, seen by the world's watcher."""
    ledger = watched(it.ledger, it.watch)
    reading = ReadTransactions(it.integrations, ledger, it.journal, it.parked)
    return EditTransactions(reading, ledger, it.amending, it.source, it.requests)


def stopping(it: World, sleep: Callable[[float], None] | None = None) -> EditIntegrations:
    """Give the edits of integrations; asleep, only the clock moves."""

    def nap(seconds: float) -> None:
        it.clock.advance(timedelta(seconds=seconds))

    stop = Stop(it.runs, it.syncs, it.clock, sleep or nap)
    return EditIntegrations(it.integrations, it.coverage, stop, it.clock)


def test_a_write_lies_between_entering_and_leaving_its_month() -> None:
    """So that no sum is taken for clean while it is written."""
    it = world()
    calls: list[str] = []
    it.watch = lambda when, call: calls.append(call) if when == "before" else None
    editing(it).exclude("alice", ID)
    assert calls == [
        "MemoryLedger.get",
        "MemoryMonths.enter",
        "MemoryIntegrations.get",
        "MemoryAccounts.get",
        "MemoryJournal.note",
        "MemoryLedger.replace",
        "MemoryJournal.finish",
        "MemoryMonths.leave",
    ]
    assert it.months.read_one(KEY, "2025-01").writers == frozenset()


def test_a_month_is_left_even_if_the_write_fails() -> None:
    """A dead writer would keep the month dirty for a minute."""
    it = world()

    def fail(when: str, call: str) -> None:
        if (when, call) == ("before", "MemoryLedger.replace"):
            raise StoreUnavailable("throttled")

    it.watch = fail
    with pytest.raises(StoreUnavailable):
        editing(it).exclude("alice", ID)
    assert it.months.read_one(KEY, "2025-01").writers == frozenset()


def test_an_edit_that_is_overtaken_is_made_anew() -> None:
    """On top of what the other wrote; with If-Match it is refused instead."""
    it = world()
    stored = it.ledger.of(KEY)[INNER]
    others = [replace(stored, revision=2, details={"by": "other"})]

    def overtake(when: str, call: str) -> None:
        if (when, call) == ("before", "MemoryLedger.replace") and others:
            it.ledger.of(KEY)[INNER] = others.pop()

    it.watch = overtake
    row = editing(it).exclude("alice", ID)
    assert (row.transaction.state, row.transaction.revision) == (State.EXCLUDED, 3)
    assert it.ledger.of(KEY)[INNER].details == {"by": "other"}
    others.append(replace(stored, revision=9))
    with pytest.raises(Stale):
        editing(it).include("alice", ID, mark_of(row.transaction))


def test_an_edit_that_is_overtaken_again_and_again_gives_up() -> None:
    """It says that it was busy."""
    it = world()

    def overtake(when: str, call: str) -> None:
        stored = it.ledger.of(KEY)[INNER]
        if (when, call) == ("before", "MemoryLedger.replace"):
            it.ledger.of(KEY)[INNER] = replace(stored, revision=stored.revision + 1)

    it.watch = overtake
    with pytest.raises(Conflict) as refused:
        editing(it).exclude("alice", ID)
    assert refused.value.code == "busy"


def test_an_excluded_one_that_is_deleted_leaves_no_amounts() -> None:
    """The tombstone has a new revision and nothing of the source."""
    it = world()
    editing(it).exclude("alice", ID)
    editing(it).delete("alice", ID)
    kept = it.ledger.of(KEY)[INNER]
    assert (kept.state, kept.legs, kept.raw, dict(kept.details)) == (State.DELETED, (), None, {})
    assert kept.revision == 3


def test_pause_waits_until_the_worker_has_let_go() -> None:
    """No sooner; and the worker's next write is refused."""
    it = world()
    sync = it.request()
    now = it.clock.now()
    lease = it.runs.acquire(KEY, sync.id, "w", now=now, until=now + timedelta(minutes=2))
    naps: list[float] = []

    def let_go(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 3:
            it.runs.release(lease)

    paused = stopping(it, let_go).pause("alice", KEY.integration_id)
    assert paused.paused
    assert naps == [0.5, 0.5, 0.5]
    assert it.requests.read("alice", sync.id).status is SyncStatus.CANCELED


def test_a_sync_that_ended_by_itself_keeps_its_end() -> None:
    """Stopping does not rewrite it."""
    it = world()
    ended = next(iter(it.syncs.items.values()))
    stopping(it).pause("alice", KEY.integration_id)
    assert it.requests.read("alice", ended.id).status is SyncStatus.SUCCEEDED


def test_a_new_start_date_stops_the_sync_that_reads_for_the_old_one() -> None:
    """And takes back what coverage claims before it; a rename stops nothing."""
    it = world()
    sync = it.request()
    stopping(it).change("alice", KEY.integration_id, {"name": "B", "start_date": None})
    assert it.runs.current(KEY) is not None
    later = START + timedelta(days=1)
    stopping(it).change("alice", KEY.integration_id, {"start_date": later})
    assert it.runs.current(KEY) is None
    assert it.requests.read("alice", sync.id).status is SyncStatus.CANCELED
    streams, _ = it.coverage.read(KEY)
    assert [each.since for each in streams["ledger"].intervals] == [later]


def test_what_cannot_be_stopped_is_not_changed() -> None:
    """The start date stays as it was until the worker has let go."""
    it = world()
    sync = it.request()
    now = it.clock.now()
    it.runs.acquire(KEY, sync.id, "w", now=now, until=now + timedelta(minutes=2))
    with pytest.raises(Conflict) as refused:
        stopping(it).change("alice", KEY.integration_id, {"start_date": START})
    assert refused.value.code == "still_stopping"
    assert it.integrations.items[KEY].start_date is None
