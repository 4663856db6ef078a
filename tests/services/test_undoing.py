"""Undo of a sync: what it removes, what it leaves and why, and that it may be repeated."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.fakes.killer import Killed, Killer
from tests.fakes.source import FakeSource, Row, trades
from tests.services.duplicate_world import by_hand, deciding, pairs
from tests.services.duplicate_world import world as with_duplicates
from tests.services.undo_world import MINUTE, alive, asking, revert_of, undo, undoing, work
from tests.world import KEY, START, World
from tidemark.domain.accounts import Account, PeriodLock
from tidemark.domain.duplicates import DuplicateState
from tidemark.domain.history import Action
from tidemark.domain.ids import new_id, transaction_id
from tidemark.domain.journal import Noted
from tidemark.domain.reverts import Kept, KeptReason, Revert, RevertStatus
from tidemark.domain.syncs import Mode
from tidemark.domain.transactions import Origin, State, Transaction
from tidemark.errors import Conflict, NotFound
from tidemark.services.add_up import AddUp


def world(count: int = 5) -> World:
    """Give a world with a source of so many trades."""
    made = World(FakeSource(trades(count, start=START), page_size=50))
    made.connect()
    return made


def name_of(number: int) -> str:
    """Give the id that the owner sees."""
    return transaction_id(KEY.integration_id, f"ledger:T{number:04}")


def change(it: World, number: int, action: Action, **facts: object) -> None:
    """Do as the owner does."""
    stored = it.ledger.of(KEY)[f"ledger:T{number:04}"]
    it.amending.change(KEY, stored, replace(stored, **facts), action)  # type: ignore[arg-type]


def test_an_undo_leaves_tombstones_and_says_which_sync_was_undone() -> None:
    """Nothing counts any more; incremental does not bring it back, missing does."""
    it = world()
    sync = it.run()
    before = alive(it)
    revert = undo(it, sync)
    assert (revert.status, revert.removed, revert.kept) == (RevertStatus.REVERTED, 5, 0)
    assert alive(it) == {}
    assert AddUp(it.ledger, it.months, it.clock).calculated(KEY) == {}
    (told,) = it.ledger.of(KEY)["ledger:T0001"].history or ()
    assert (told.action, told.actor) == (Action.REVERTED, sync.id)
    assert set(told.after) <= {"state"}
    it.run()
    assert alive(it) == {}
    it.run(Mode.MISSING)
    assert alive(it) == before


def test_followers_of_the_journal_are_told_what_was_removed() -> None:
    """In chunks that are done."""
    it = world()
    sync = it.run()
    undo(it, sync)
    told = [each for each in it.journal.chunks["alice"] if each.action is Noted.REMOVED]
    assert sorted(each for chunk in told for each in chunk.transaction_ids) == sorted(
        it.ledger.of(KEY)
    )
    assert all(chunk.done for chunk in told)


def test_only_what_this_sync_brought_is_removed() -> None:
    """Neither what another one did, nor what it took over since."""
    it = world(3)
    it.run()
    it.source.rows += trades(5, start=START)[6:]
    it.clock.advance(timedelta(hours=1))
    second = it.run()
    change(it, 4, Action.DELETED, state=State.DELETED, legs=(), raw=None)
    it.run(Mode.MISSING)
    revert = undo(it, second)
    assert revert.removed == 1
    assert set(alive(it)) == {f"ledger:T{number:04}" for number in (0, 1, 2, 4)}


def test_what_the_owner_has_changed_is_left_and_named() -> None:
    """Each with the reason; reset, it is removed when asked again."""
    it = world()
    sync = it.run()
    change(it, 1, Action.UPDATED, overlay={"note": "mine"})
    change(it, 2, Action.EXCLUDED, state=State.EXCLUDED)
    change(it, 3, Action.DELETED, state=State.DELETED, legs=(), raw=None)
    lock = PeriodLock(START + timedelta(hours=1), "UTC", START)
    it.accounts.items["alice"] = Account("alice", lock, 1)
    revert = undo(it, sync)
    assert (revert.removed, revert.kept) == (1, 3)
    assert set(revert.rows) == {
        Kept(name_of(0), KeptReason.LOCKED),
        Kept(name_of(1), KeptReason.EDITED),
        Kept(name_of(2), KeptReason.EXCLUDED),
    }
    it.accounts.items["alice"] = Account("alice", None, 2)
    change(it, 1, Action.RESET, overlay=None)
    change(it, 2, Action.INCLUDED, state=State.ACTIVE)
    again = undo(it, sync)
    assert (again.removed, again.kept) == (4, 0)


def test_who_stands_for_a_merged_one_is_left() -> None:
    """Else the event would be gone altogether; a pair that is open closes."""
    it = with_duplicates()
    by_hand(it, 1)
    by_hand(it, 2)
    sync = it.run()
    first, second = pairs(it)
    deciding(it).merge("alice", first.id)
    revert = undo(it, sync)
    assert revert.rows == (Kept(first.twin, KeptReason.MERGED),)
    assert it.duplicates.items["alice", second.id].state is DuplicateState.RESOLVED
    deciding(it).undo("alice", first.id)
    assert undo(it, sync).kept == 0


def test_legs_that_came_late_are_told_of() -> None:
    """They stay with the transaction that another sync has brought."""
    it = world()
    late = Row("L0009C", "T0001", it.source.rows[2].at, "BTC", Decimal("-0.1"))
    it.run()
    it.source.rows.append(late)
    second = it.run(Mode.MISSING)
    revert = undo(it, second)
    assert (revert.removed, revert.rows) == (0, (Kept(name_of(1), KeptReason.LEGS_ADDED),))


def test_a_file_is_forgotten() -> None:
    """No tombstone is left of what no source told, so the same file can come again."""
    it = world(0)
    at = it.clock.now()
    rows = [
        Transaction(f"file:{n}", "", START, (), at, "imp_1", origin=Origin.FILE) for n in range(3)
    ]
    it.amending.add(KEY, rows)
    stored = it.ledger.of(KEY)["file:1"]
    it.amending.change(KEY, stored, replace(stored, overlay={"label": "x"}), Action.UPDATED)
    revert = undoing(it).undo("alice", "imp_1", at + MINUTE, Revert(at))
    assert (revert.removed, revert.kept) == (2, 1)
    assert set(it.ledger.of(KEY)) == {"file:1"}


def test_it_goes_on_where_it_stopped() -> None:
    """Without time nothing is lost: the rest is handed on."""
    it = world(450)
    it.clock.advance(timedelta(days=300))
    sync = it.run()
    asking(it).ask("alice", sync.id)

    def watch(when: str, call: str) -> None:
        if (when, call) == ("after", "MemoryLedger.get_many"):
            it.clock.advance(timedelta(seconds=1))

    it.watch = watch
    assert work(it, timedelta(seconds=2)) >= 2
    revert = revert_of(it, sync)
    assert (revert.status, revert.removed, revert.kept) == (RevertStatus.REVERTED, 450, 0)
    assert alive(it) == {}


def test_asked_for_twice_it_is_done_once() -> None:
    """A job that comes again does nothing."""
    it = world()
    sync = it.run()
    first = undo(it, sync)
    stored = dict(it.ledger.of(KEY))
    assert asking(it).ask("alice", sync.id)[1] == first
    assert work(it) == 0
    assert undo(it, sync) == first
    assert it.ledger.of(KEY) == stored


def test_a_running_sync_is_not_undone() -> None:
    """It says so; unknown and foreign ones are not there."""
    it = world()
    sync = it.request()
    with pytest.raises(Conflict) as refused:
        asking(it).ask("alice", sync.id)
    assert refused.value.code == "syncing"
    ended = it.finish(sync)
    for owner, name in (("bob", ended.id), ("alice", new_id("sync", START)), ("alice", "x")):
        with pytest.raises(NotFound):
            asking(it).ask(owner, name)
    it.integrations.remove(KEY)
    with pytest.raises(NotFound):
        asking(it).ask("alice", ended.id)
    assert it.files_queue.jobs == []


def test_who_is_changed_in_between_is_looked_at_again() -> None:
    """The owner's word stands, and followers of the journal are told of it once more."""
    it = world()
    sync = it.run()
    todo = ["ledger:T0002"]

    def edit(when: str, call: str) -> None:
        if (when, call) == ("before", "MemoryLedger.replace") and todo:
            stored = it.ledger.of(KEY)[todo[0]]
            changed = replace(stored, overlay={"note": "x"}, revision=stored.revision + 1)
            it.ledger.of(KEY)[todo.pop()] = changed

    it.watch = edit
    revert = undo(it, sync)
    assert (revert.removed, revert.rows) == (4, (Kept(name_of(2), KeptReason.EDITED),))
    last = it.journal.chunks["alice"][-1]
    assert (last.action, last.transaction_ids) == (Noted.MODIFIED, ("ledger:T0002",))


def killed(at: int) -> tuple[World, Killer]:
    """Undo, and die at a moment; then go on."""
    it = world()
    sync = it.run()
    change(it, 1, Action.UPDATED, overlay={"note": "mine"})
    asking(it).ask("alice", sync.id)
    killer = Killer(at)
    it.watch = killer
    job = list(it.files_queue.jobs)
    with suppress(Killed):
        work(it)
    it.watch = lambda _when, _call: None
    it.clock.advance(timedelta(minutes=5))
    it.files_queue.jobs = job
    work(it)
    return it, killer


def test_killed_anywhere_and_repeated_it_is_done_once() -> None:
    """What was removed is counted once, and what was left is named once."""
    clean, killer = killed(-1)
    for at in range(1, len(killer.moments) + 1):
        it, killer = killed(at)
        (sync,) = it.syncs.items.values()
        revert = revert_of(it, sync)
        where = killer.moments[-1]
        assert (revert.removed, revert.kept, len(revert.rows)) == (4, 1, 1), where
        assert alive(it) == alive(clean), where
        assert AddUp(it.ledger, it.months, it.clock).calculated(KEY) == AddUp(
            clean.ledger, clean.months, clean.clock
        ).calculated(KEY), where
