"""A sync that is killed before or after any call ends up as if it had run once."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.fakes.killer import Killed, Killer
from tests.fakes.source import FakeSource, trades
from tests.world import KEY, START, World
from tidemark.domain.syncs import Mode, SyncStatus
from tidemark.services.add_up import AddUp


def world() -> World:
    """Give a world whose history takes three pages, and whose key is to be checked again."""
    it = World(FakeSource(trades(7, start=START), page_size=5))
    it.connect(rights_checked_at=None)
    return it


def drive_to_the_end(it: World, mode: Mode, killer: Killer) -> None:
    """Drive a sync while the killer watches, then again without it."""
    it.watch = killer
    it.source.trouble = lambda call: killer("before", call)
    sync_id = None
    try:
        sync_id = it.request(mode).id
        it.drive(it.requests.read(KEY.owner, sync_id), timedelta(seconds=-1))
        it.finish(it.requests.read(KEY.owner, sync_id))
    except Killed:
        pass
    it.watch = lambda _when, _call: None
    it.source.trouble = lambda _call: None
    it.clock.advance(timedelta(minutes=5))
    it.finish(it.request(mode))


def clean() -> World:
    """Give the world after one undisturbed sync."""
    it = world()
    it.run()
    return it


def moments(mode: Mode) -> int:
    """Count the moments at which a sync can be killed."""
    killer = Killer(at=-1)
    drive_to_the_end(world(), mode, killer)
    return len(killer.moments)


@pytest.mark.parametrize("mode", [Mode.INCREMENTAL, Mode.MISSING])
def test_killed_anywhere_and_resumed_gives_the_same_ledger(mode: Mode) -> None:
    """The same digest, balances and coverage, for every moment of a sync of three pages."""
    expected = clean()
    count = moments(mode)
    assert count > 60
    for at in range(1, count + 1):
        it = world()
        killer = Killer(at)
        drive_to_the_end(it, mode, killer)
        where = killer.moments[-1]
        assert it.digest() == expected.digest(), where
        assert calculated(it) == calculated(expected), where
        assert len(it.coverage.read(KEY)[0]["ledger"].intervals) == 1, where
        assert it.runs.current(KEY) is None, where


def test_a_killed_sync_counts_each_transaction_once() -> None:
    """New ones are counted although the first attempt had written some of them."""
    for at in range(1, moments(Mode.INCREMENTAL) + 1):
        it = world()
        killer = Killer(at)
        drive_to_the_end(it, Mode.INCREMENTAL, killer)
        ended = [each for each in it.syncs.items.values() if each.status is SyncStatus.SUCCEEDED]
        assert sum(each.counts.new for each in ended) == 7, killer.moments[-1]


def calculated(it: World) -> dict[str, Decimal]:
    """Add up the ledger by its month buckets."""
    return AddUp(it.ledger, it.months, it.clock).calculated(KEY)
