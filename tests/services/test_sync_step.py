"""How a sync goes on, waits, stops and ends."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from tests.world import KEY, START, world
from tidemark.domain.steps import Outcome
from tidemark.domain.syncs import Mode, SyncStatus
from tidemark.errors import BadCredentials, CursorExpired, RateLimited, SourceUnavailable
from tidemark.services.stop import Stop


def test_a_late_leg_joins_its_transaction() -> None:
    """It is neither dropped nor a second transaction."""
    it = world(5)
    late = it.source.rows.pop()
    it.run()
    it.source.rows.append(late)
    sync = it.run()
    assert len(it.digest()) == 5
    assert sync.counts.merged == 1
    assert len(it.ledger.of(KEY)["ledger:T0004"].legs) == 2


def test_a_second_request_joins_the_running_sync() -> None:
    """The same sync id is returned, whatever the mode."""
    it = world()
    first, second = it.request(), it.request(Mode.MISSING)
    assert first.id == second.id
    assert len(it.queue.messages) == 1


def test_a_step_out_of_time_goes_on_where_it_stopped() -> None:
    """With a budget of nothing, each step still gets one page further."""
    it = world(10)
    sync = it.request()
    outcomes = [it.drive(sync, timedelta(seconds=-1)).outcome for _ in range(3)]
    assert outcomes == [Outcome.MORE] * 3
    assert it.workflow.executions == [(KEY, sync.id, 1)]


def test_the_record_says_that_a_sync_has_begun() -> None:
    """From its first step on, for whoever is told of records alone."""
    it = world(10)
    sync = it.request()
    place = (KEY.owner, sync.id)
    assert it.syncs.items[place].status is SyncStatus.QUEUED
    it.drive(sync, timedelta(seconds=-1))
    begun = it.syncs.items[place]
    assert (begun.status, begun.started_at) == (SyncStatus.RUNNING, it.clock.now())
    it.clock.advance(timedelta(minutes=1))
    it.drive(sync, timedelta(seconds=-1))
    assert it.syncs.items[place] == begun


def test_a_step_that_was_stopped_does_not_bring_its_sync_back() -> None:
    """What it says of the record comes too late."""
    it = world(10)
    sync = it.request()

    def stop(when: str, call: str) -> None:
        if (when, call) == ("before", "MemorySyncs.note"):
            Stop(it.runs, it.syncs, it.clock, lambda _: None).interrupt(KEY, "Paused.")

    it.watch = stop
    assert it.drive(sync).outcome is Outcome.STOPPED
    assert it.syncs.items[KEY.owner, sync.id].status is SyncStatus.CANCELED


def test_a_rate_limit_is_waited_out_and_then_the_sync_succeeds() -> None:
    """The wait is as long as the source says."""
    it = world(10)
    limits = iter([True, True])

    def trouble(call: str) -> None:
        if call.startswith("page") and len(it.source.calls) > 3 and next(limits, False):
            raise RateLimited("slow down", timedelta(seconds=30))

    it.source.trouble = trouble
    sync = it.request()
    result = it.drive(sync)
    assert result.outcome is Outcome.WAIT
    assert result.wait_until == it.clock.now() + timedelta(seconds=30)
    assert it.finish(sync).status is SyncStatus.SUCCEEDED
    assert len(it.digest()) == 10


def test_a_long_rate_limit_ends_the_sync_and_says_until_when() -> None:
    """A day is not waited out."""
    it = world(3)

    def trouble(_call: str) -> None:
        raise RateLimited("banned", timedelta(days=1))

    it.source.trouble = trouble
    sync = it.run()
    assert sync.status is SyncStatus.RATE_LIMITED
    assert sync.until == it.clock.now() + timedelta(days=1)
    assert it.coverage.read(KEY)[0] == {}


def test_a_bad_key_fails_the_sync_and_marks_the_integration() -> None:
    """With a word, a sentence and a next step."""
    it = world(3)

    def trouble(_call: str) -> None:
        raise BadCredentials("The key is not accepted.")

    it.source.trouble = trouble
    sync = it.run()
    assert sync.status is SyncStatus.FAILED
    assert sync.problem is not None
    assert sync.problem.code == "invalid_credentials"
    integration = it.integrations.get(KEY)
    assert integration is not None
    assert integration.status == "invalid_credentials"


def test_a_source_that_stays_away_fails_the_sync_after_some_waits() -> None:
    """What was read before is kept; nothing is claimed."""
    it = world(10)

    def trouble(call: str) -> None:
        if call.startswith("page") and not call.endswith("None"):
            raise SourceUnavailable("no answer")

    it.source.trouble = trouble
    sync = it.run()
    assert sync.status is SyncStatus.FAILED
    assert it.coverage.read(KEY)[0] == {}
    it.source.trouble = lambda _call: None
    assert it.run().status is SyncStatus.SUCCEEDED
    assert len(it.digest()) == 10


def test_an_expired_cursor_starts_the_walk_again() -> None:
    """Nothing is lost, nothing counted twice."""
    it = world(10)
    once = iter([True])

    def trouble(call: str) -> None:
        if call == "page ledger 9" and next(once, False):
            raise CursorExpired("gone")

    it.source.trouble = trouble
    sync = it.run()
    assert sync.status is SyncStatus.SUCCEEDED
    assert sync.counts.new == 10


def test_coverage_reaches_the_start_of_the_run_and_not_further() -> None:
    """And it begins at the start date."""
    it = world(5, start_date=START)
    began = it.clock.now()
    it.run()
    streams, _ = it.coverage.read(KEY)
    assert streams["ledger"].intervals == ((START, began),)


def test_a_cancel_is_seen_and_ends_the_sync() -> None:
    """A waiting sync ends at once."""
    it = world(10)
    sync = it.request()
    it.drive(sync, timedelta(seconds=-1))
    canceled = it.requests.cancel("alice", sync.id)
    assert canceled.status is SyncStatus.CANCELED
    assert it.drive(sync).outcome is Outcome.STOPPED
    assert it.run().status is SyncStatus.SUCCEEDED


def test_balances_are_compared_and_kept() -> None:
    """A difference opens an issue; when it is gone the issue closes."""
    it = world(5)
    it.source.told_balances = {"EUR": Decimal(1), "BTC": Decimal("0.015")}
    it.run()
    snapshot = it.snapshots.last(KEY)
    assert snapshot is not None
    assert {b.asset: b.difference for b in snapshot.balances} == {
        "BTC": Decimal("0.000"),
        "EUR": Decimal("17.25"),
    }
    assert [issue.state for issue in it.issues.of_owner("alice")] == ["open"]
    it.source.told_balances = None
    it.run()
    assert [issue.state for issue in it.issues.of_owner("alice")] == ["resolved"]


def test_a_run_that_begins_after_a_pause_reads_nothing() -> None:
    """Even if it was claimed in the moment before."""
    it = world(3)
    sync = it.request()
    integration = it.integrations.get(KEY)
    assert integration is not None
    it.integrations.replace(replace(integration, paused=True, version=2), 1)
    assert it.finish(sync).status is SyncStatus.CANCELED
    assert it.source.calls == []
