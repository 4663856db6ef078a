"""A licence that ends while a sync is under way that nobody asked for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.fakes.source import FakeSource, trades
from tests.ticking import DAY, PRO, Ticking
from tests.world import KEY, START, World
from tidemark.domain.integrations import Status
from tidemark.domain.licences import Licence, Tier
from tidemark.domain.schedules import next_sync
from tidemark.domain.steps import Outcome
from tidemark.domain.syncs import Mode, Sync, SyncStatus, Trigger

FREE = Licence(Tier.FREE, (2025,))
NO_TIME = timedelta(seconds=-1)


def fired(count: int = 10) -> Ticking:
    """Give a world in which the schedule has just started a sync of several pages."""
    on = Ticking(World(FakeSource(trades(count, start=START), 3)))
    assert on.tick(on.turn) == 1
    return on


def begun() -> tuple[Ticking, str]:
    """Give one whose sync has read two pages, each of which took 20 seconds."""
    on = fired()
    ((_, sync_id),) = on.it.queue.messages
    on.it.source.trouble = lambda _call: on.it.clock.advance(timedelta(seconds=20))
    sync, budget = on.it.syncs.items["alice", sync_id], timedelta(seconds=30)
    assert on.it.drive(sync, budget).outcome is Outcome.MORE
    on.it.source.trouble = lambda _call: None
    assert on.it.digest()
    return on, sync_id


@pytest.mark.parametrize("licence", [FREE, Licence(), Licence(Tier.PRO, (2024,))])
def test_a_licence_that_ends_between_steps_ends_the_sync(licence: Licence) -> None:
    """What was read stays; nothing more is, and nothing is claimed that was not read."""
    on, sync_id = begun()
    before, calls = on.it.digest(), len(on.it.source.calls)
    on.license(licence)
    sync = on.it.finish(on.it.syncs.items["alice", sync_id])
    assert (sync.status, sync.trigger) == (SyncStatus.CANCELED, Trigger.SCHEDULE)
    assert sync.problem is not None
    assert sync.problem.code == "entitlement_ended"
    assert (on.it.digest(), len(on.it.source.calls)) == (before, calls)
    assert on.it.coverage.read(KEY)[0] == {}
    assert on.it.runs.current(KEY) is None
    assert on.it.integrations.items[KEY].status is Status.INITIALIZING


def test_by_hand_it_goes_on_and_nothing_is_lost() -> None:
    """All of it is there afterwards, once."""
    on, sync_id = begun()
    on.license(FREE)
    on.it.finish(on.it.syncs.items["alice", sync_id])
    assert on.it.run().status is SyncStatus.SUCCEEDED
    assert len(on.it.digest()) == 10
    account, stored = on.it.accounts.get("alice"), on.it.integrations.items[KEY]
    told = next_sync(on.it.licences, account, stored, on.it.clock.now())
    assert (told.at, told.reason) == (None, "free")
    assert on.tick(on.turn + 3 * DAY) == 0


def test_it_is_asked_before_the_first_page_too() -> None:
    """A message may lie in the queue for long."""
    on = fired()
    on.license(FREE)
    on.finish()
    (sync,) = on.it.syncs.items.values()
    assert sync.status is SyncStatus.CANCELED
    assert on.it.source.calls == []


def test_new_year_ends_a_sync_under_a_licence_for_the_old() -> None:
    """As it ends the schedule itself."""
    on = Ticking(World(FakeSource(trades(10, start=START), 3)))
    on.it.clock.advance(datetime(2025, 12, 30, 23, tzinfo=UTC) - on.it.clock.now())
    assert on.tick(on.turn) == 1
    ((_, sync_id),) = on.it.queue.messages
    sync = on.it.syncs.items["alice", sync_id]
    on.it.drive(sync, NO_TIME)
    on.it.clock.advance(datetime(2026, 1, 1, tzinfo=UTC) - on.it.clock.now())
    ended = on.it.finish(sync)
    assert ended.problem is not None
    assert ended.problem.code == "entitlement_ended"


def test_while_the_licence_lasts_nothing_changes() -> None:
    """Whatever the owner's tier becomes, if that one allows it."""
    on, sync_id = begun()
    on.license(Licence(Tier.BASIC, PRO.tax_years))
    assert on.it.finish(on.it.syncs.items["alice", sync_id]).status is SyncStatus.SUCCEEDED


@pytest.mark.parametrize("mode", [Mode.INCREMENTAL, Mode.MISSING])
def test_what_a_person_asked_for_needs_no_licence(mode: Mode) -> None:
    """Not at any step."""
    on = Ticking(World(FakeSource(trades(10, start=START), 3)), licence=FREE)
    sync = on.it.request(mode)
    on.it.drive(sync, NO_TIME)
    assert on.it.finish(sync).status is SyncStatus.SUCCEEDED


def test_everything_read_before_the_licence_ended_is_a_success() -> None:
    """The licence is for reading, and nothing is left to read."""
    on = fired(2)
    ((_, sync_id),) = on.it.queue.messages
    sync = on.it.syncs.items["alice", sync_id]
    step = on.it.stepping.step(KEY, sync_id, on.it.worker(), timedelta(minutes=1))
    assert step.outcome is Outcome.DONE
    on.license(FREE)
    assert on.it.finish(replace(sync)).status is SyncStatus.SUCCEEDED


def test_what_its_owner_asked_for_too_needs_no_licence() -> None:
    """Asked by hand, the schedule's sync is joined, and goes on without a licence."""
    on, sync_id = begun()
    assert on.it.request().id == sync_id
    on.license(FREE)
    assert on.it.finish(on.it.syncs.items["alice", sync_id]).status is SyncStatus.SUCCEEDED
    assert len(on.it.digest()) == 10


def test_it_is_asked_for_while_it_is_being_ended() -> None:
    """Between the look at the licence and its being kept."""
    on, sync_id = begun()
    on.license(FREE)
    asked: list[Sync] = []

    def press(when: str, call: str) -> None:
        if (when, call) == ("after", "MemoryAccounts.get") and not asked:
            asked.append(on.it.request())

    on.it.watch = press
    assert on.it.finish(on.it.syncs.items["alice", sync_id]).status is SyncStatus.SUCCEEDED
    assert [each.id for each in asked] == [sync_id]


def test_the_schedule_joins_without_a_word() -> None:
    """What its owner asked for stays the owner's."""
    on = fired()
    on.finish()
    by_hand = on.it.request()
    assert on.it.request(trigger=Trigger.SCHEDULE).id == by_hand.id
    run = on.it.runs.current(KEY)
    assert run is not None
    assert run.trigger is Trigger.OWNER
