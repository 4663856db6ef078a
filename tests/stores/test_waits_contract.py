"""What waits for owners: a token that is taken once, an answer that is kept once.

And what they ask for themselves, of runs that the schedule began.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.stores.stores import Stores
from tidemark.domain.asking import Wait
from tidemark.domain.consents import Present
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.syncs import Lease, Mode, Run, Trigger
from tidemark.errors import LeaseLost

KEY = IntegrationKey("alice#1", "intg_1")
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
UNTIL = NOW + 10 * MINUTE


@pytest.fixture
def stores(stores: Stores) -> Stores:
    """Give stores where a run is current."""
    stores.runs.claim(Run("sync_1", KEY, Mode.MISSING, NOW), NOW)
    return stores


def lease_of(stores: Stores, worker: str = "w") -> Lease:
    """Take the lease."""
    return stores.runs.acquire(KEY, "sync_1", worker, now=NOW, until=NOW + MINUTE)


def told(stores: Stores) -> bool:
    """Tell whether the run is said to have an answer."""
    run = stores.runs.current(KEY)
    assert run is not None
    return run.answered


def test_a_token_is_kept_and_taken_once(stores: Stores) -> None:
    """Another takes the place of the one before."""
    assert stores.waits.take_token(KEY, "sync_1") is None
    assert stores.waits.keep(KEY, "sync_1", "first", UNTIL)
    assert stores.waits.keep(KEY, "sync_1", "second", UNTIL)
    assert list(stores.waits.all()) == [Wait(KEY, "sync_1", UNTIL, "second")]
    assert stores.waits.take_token(KEY, "sync_2") is None
    assert stores.waits.take_token(KEY, "sync_1") == "second"
    assert stores.waits.take_token(KEY, "sync_1") is None
    assert list(stores.waits.all()) == []


def test_those_with_the_least_time_come_first(stores: Stores) -> None:
    """Whoever looks after them may not reach all."""
    for number in (3, 1, 2):
        key = IntegrationKey("bob", f"intg_{number}")
        stores.runs.claim(Run("sync_1", key, Mode.MISSING, NOW), NOW)
        stores.waits.keep(key, "sync_1", "token", NOW + number * MINUTE)
    assert [each.key.integration_id[-1] for each in stores.waits.all()] == ["1", "2", "3"]


def test_an_answer_is_kept_and_taken_once(stores: Stores) -> None:
    """By the holder of the lease; a second one has to wait until the first was taken."""
    lease = lease_of(stores)
    assert stores.waits.take_answer(lease) is None
    assert stores.waits.answer(KEY, "sync_1", b"sealed")
    assert not stores.waits.answer(KEY, "sync_1", b"other")
    assert told(stores)
    assert stores.runs.checkpoint(lease, lease.run).run.answered
    assert stores.waits.take_answer(lease) == b"sealed"
    assert not told(stores)
    assert stores.waits.take_answer(lease) is None
    assert stores.waits.answer(KEY, "sync_1", b"other")


def test_who_lost_the_lease_takes_no_answer(stores: Stores) -> None:
    """Whoever has it now does."""
    old = lease_of(stores)
    stores.runs.release(old)
    lease = lease_of(stores, "v")
    stores.waits.answer(KEY, "sync_1", b"sealed")
    with pytest.raises(LeaseLost):
        stores.waits.take_answer(old)
    assert stores.waits.take_answer(lease) == b"sealed"


def test_nobody_waits_for_what_is_answered(stores: Stores) -> None:
    """Whichever comes first, one of the two sees the other."""
    assert stores.waits.answer(KEY, "sync_1", b"sealed")
    assert not stores.waits.keep(KEY, "sync_1", "token", UNTIL)
    assert stores.waits.take_token(KEY, "sync_1") is None


def test_a_run_that_is_not_current_has_neither(stores: Stores) -> None:
    """Nor can it get any."""
    assert not stores.waits.keep(KEY, "sync_2", "token", UNTIL)
    assert not stores.waits.answer(KEY, "sync_2", b"sealed")


@pytest.mark.parametrize("ending", ["finish", "interrupt"])
def test_all_of_it_goes_with_the_run(stores: Stores, ending: str) -> None:
    """The next run finds nothing of it."""
    lease = lease_of(stores)
    stores.waits.keep(KEY, "sync_1", "token", UNTIL)
    stores.waits.answer(KEY, "sync_1", b"sealed")
    if ending == "finish":
        stores.runs.finish(lease)
    else:
        stores.runs.interrupt(KEY)
    assert list(stores.waits.all()) == []
    assert stores.waits.take_token(KEY, "sync_1") is None
    stores.runs.release(lease)
    stores.runs.claim(Run("sync_2", KEY, Mode.MISSING, NOW), NOW)
    following = stores.runs.acquire(KEY, "sync_2", "w2", now=NOW, until=NOW + MINUTE)
    assert stores.waits.take_answer(following) is None
    assert stores.waits.keep(KEY, "sync_2", "token", UNTIL)


def test_readers_of_runs_see_none_of_it(stores: Stores) -> None:
    """What the API shows of a run is made of the run."""
    stores.waits.keep(KEY, "sync_1", "a-task-token", UNTIL)
    stores.waits.answer(KEY, "sync_1", b"sealed")
    assert "a-task-token" not in repr(stores.runs.current(KEY))
    assert "a-task-token" not in repr(list(stores.waits.all()))


@pytest.mark.parametrize("present", [Present("192.0.2.1", "a browser"), None])
def test_an_owner_asks_for_what_the_schedule_began(stores: Stores, present: Present | None) -> None:
    """Whoever is at work hears it with the next checkpoint; with the run it is forgotten."""
    stores.runs.interrupt(KEY)
    begun = Run("sync_1", KEY, Mode.MISSING, NOW, Trigger.SCHEDULE)
    stores.runs.claim(begun, NOW)
    lease = lease_of(stores)
    owners = replace(begun, trigger=Trigger.OWNER, present=present)

    assert stores.runs.ask_too(KEY, "sync_1", present) == owners
    assert stores.runs.checkpoint(lease, begun).run == owners
    assert stores.runs.ask_too(KEY, "sync_9", present) is None
    stores.runs.finish(lease)

    assert stores.runs.ask_too(KEY, "sync_1", present) is None
    stores.runs.claim(replace(begun, sync_id="sync_2"), NOW)
    assert stores.runs.current(KEY) == replace(begun, sync_id="sync_2")
