"""The change feed: who follows it is told what was done, as what it is, and each once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.followed import OTHER, Follower, deleting, editing, following, ledger_of, shown, world
from tests.world import KEY, START
from tidemark.domain.ids import transaction_id
from tidemark.domain.journal import Chunk, Noted
from tidemark.domain.transactions import Transaction
from tidemark.domain.wording import Said
from tidemark.services.read_changes import BEGINNING, Change, Changes


def kinds(page: Changes) -> tuple[list[str], list[str], list[str]]:
    """Give the ids that a page names."""
    return sorted(page.added), sorted(page.modified), sorted(page.removed)


def test_from_the_beginning_everything_is_added() -> None:
    """And then nothing more, wherever one asks."""
    it = world()
    page = following(it).since("alice", BEGINNING, 200)
    assert kinds(page) == ([shown(n) for n in range(3)], [], [])
    assert not page.more
    again = following(it).since("alice", page.after, 200)
    assert (len(again), again.more, again.after) == (0, False, page.after)
    assert len(following(it).since("bob", BEGINNING, 200)) == 0


def test_what_is_done_is_told_as_what_it_is() -> None:
    """Edited and excluded: modified. Deleted and forgotten: removed. Restored: added."""
    it = world()
    after = following(it).since("alice", BEGINNING, 200).after
    editing(it).update("alice", shown(0), Said(label="Rent"))
    editing(it).exclude("alice", shown(1))
    editing(it).delete("alice", shown(2))
    page = following(it).since("alice", after, 200)
    assert kinds(page) == ([], [shown(0), shown(1)], [shown(2)])
    assert page.modified[shown(0)].transaction.facts.label == "Rent"
    it.finish(editing(it).restore("alice", shown(2)))
    editing(it).forget("alice", shown(1))
    assert kinds(following(it).since("alice", page.after, 200)) == ([shown(2)], [], [shown(1)])


def test_a_page_names_each_once_and_as_it_is_now() -> None:
    """What was added and then changed is added; what was removed and came again, too."""
    it = world()
    editing(it).update("alice", shown(0), Said(label="Rent"))
    editing(it).delete("alice", shown(1))
    it.finish(editing(it).restore("alice", shown(1)))
    editing(it).delete("alice", shown(2))
    page = following(it).since("alice", BEGINNING, 200)
    assert kinds(page) == ([shown(0), shown(1)], [], [shown(2)])
    assert page.added[shown(0)].transaction.facts.label == "Rent"


def test_a_page_can_end_inside_a_chunk() -> None:
    """And the next goes on there, though what lies behind it has changed."""
    it = world(9)
    one = Follower(2)
    assert one.read(it)
    assert one.after.nth > 0
    editing(it).forget("alice", shown(8))
    editing(it).update("alice", shown(0), Said(label="Rent"))
    one.read_all(it)
    assert one.view == ledger_of(it)


@pytest.mark.parametrize("action", list(Noted))
def test_it_waits_for_a_writer_who_may_be_at_work(action: Noted) -> None:
    """Until it is done, or its time is up; what comes behind waits too."""
    it = world()
    after = following(it).since("alice", BEGINNING, 200).after
    now = it.clock.now()
    until = now + timedelta(seconds=60)
    ids = ("ledger:T0000",) if action is not Noted.ADDED else ("never",)
    noted = it.journal.note("alice", Chunk(now, "", KEY.integration_id, ids, action, until))
    editing(it).exclude("alice", shown(1))
    page = following(it).since("alice", after, 200)
    assert (len(page), page.more, page.after) == (0, False, after)
    done = it.journal.chunks["alice"][noted.number - 1]
    it.journal.finish("alice", noted.number)
    expected = [shown(0), shown(1)] if action is Noted.MODIFIED else [shown(1)]
    assert kinds(following(it).since("alice", after, 200)) == ([], expected, [])
    it.journal.chunks["alice"][noted.number - 1] = done
    it.clock.advance(timedelta(seconds=60))
    assert kinds(following(it).since("alice", after, 200)) == ([], expected, [])


def test_a_running_sync_is_followed_commit_by_commit() -> None:
    """A chunk whose rows are all there needs no later one; nor does one that has a later one."""
    it = world()
    after = following(it).since("alice", BEGINNING, 200).after
    now = it.clock.now()
    until = now + timedelta(minutes=10)
    for ids in (("a", "lost"), ("b",), ("c", "d")):
        chunk = it.journal.note(
            "alice", Chunk(now, "sync_1", OTHER.integration_id, ids, Noted.ADDED, until)
        )
        for each in ids[:1]:
            row = Transaction(each, each, START, (), chunk.at, "sync_1")
            it.ledger.of(OTHER)[each] = row
    names = [transaction_id(OTHER.integration_id, each) for each in "ab"]
    assert kinds(following(it).since("alice", after, 200)) == (sorted(names), [], [])


def test_another_writer_of_the_same_import_proves_nothing() -> None:
    """What its owner accepts of a sync is noted while the sync is at work."""
    it = world()
    after = following(it).since("alice", BEGINNING, 200).after
    now = it.clock.now()
    for number, ids in enumerate((("a", "b"), ("c",)), start=1):
        until = now + timedelta(minutes=10 * number)
        noted = it.journal.note(
            "alice", Chunk(now, "sync_1", OTHER.integration_id, ids, Noted.ADDED, until)
        )
    it.ledger.of(OTHER)["c"] = Transaction("c", "c", START, (), noted.at, "sync_1")
    assert len(following(it).since("alice", after, 200)) == 0


def test_what_a_dead_writer_left_unwritten_comes_with_the_next() -> None:
    """Once, with the chunk that it carries."""
    it = world()
    after = following(it).since("alice", BEGINNING, 200).after
    chunks = [
        it.journal.note("alice", Chunk(START, "sync_1", OTHER.integration_id, ids, done=True))
        for ids in (("a", "b"), ("b",))
    ]
    for each, chunk in zip("ab", chunks, strict=True):
        row = Transaction(each, each, START, (), chunk.at, "sync_1")
        it.ledger.of(OTHER)[each] = row
    one = Follower(1, after)
    one.read_all(it)
    assert list(one.told.values()) == [1, 1]


def test_of_two_changes_on_a_page_the_later_counts() -> None:
    """Whatever the first was, each is on one list; what was added stays added."""
    it = world()
    row = following(it).since("alice", BEGINNING, 9).added[shown(0)]
    for first in Noted:
        for second in Noted:
            page = Changes(BEGINNING)
            page.tell(Change("a", first, None if first is Noted.REMOVED else row))
            page.tell(Change("a", second, None if second is Noted.REMOVED else row))
            expected = {Noted.MODIFIED: page.modified, Noted.REMOVED: page.removed}
            stays = first is Noted.ADDED and second is Noted.MODIFIED
            assert len(page) == 1
            assert "a" in (page.added if stays else expected.get(second, page.added))


@pytest.mark.parametrize("keep", [False, True])
def test_what_goes_with_its_integration_is_removed(keep: bool) -> None:  # noqa: FBT001
    """If it goes; a change of it that was not told before is not told at all."""
    it = world()
    one = Follower(2)
    one.read_all(it)
    editing(it).update("alice", shown(0), Said(label="Rent"))
    until = it.clock.now() + timedelta(minutes=1)
    assert deleting(it).delete("alice", KEY.integration_id, keep_transactions=keep, until=until)
    one.read_all(it)
    late = Follower(3)
    late.read_all(it)
    assert one.view == late.view == ledger_of(it)
    assert len(one.view) == (3 if keep else 0)


def test_what_nobody_sees_any_more_is_not_told() -> None:
    """While an integration is being deleted, its transactions are neither added nor modified."""
    it = world()
    it.integrations.items[KEY] = replace(it.integrations.items[KEY], deleting=True)
    assert len(following(it).since("alice", BEGINNING, 200)) == 0
