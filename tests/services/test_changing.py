"""What an owner changes about an integration: start date, deleted ones, whether it counts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.fakes.source import Row
from tests.keyed import Office, days_after
from tests.world import KEY, START, World, set_state, world
from tidemark.domain.integrations import DeletedPolicy
from tidemark.domain.pages import Window
from tidemark.domain.syncs import Mode, SyncStatus
from tidemark.domain.transactions import State
from tidemark.errors import Conflict
from tidemark.services.add_up import AddUp
from tidemark.services.edit_integrations import Changes
from tidemark.services.read_balances import ReadBalances
from tidemark.services.read_integrations import ReadIntegrations

CUT = days_after(START, 2)
"""Of 20 trades, five hours apart, the first ten are older."""


def change(it: World, **changes: object) -> None:
    """Change fields."""
    Office(it).edit.change("alice", KEY.integration_id, Changes(**changes))  # type: ignore[typeddict-item]


def spans(it: World) -> list[tuple[datetime | None, datetime, str]]:
    """Give the coverage as it is shown."""
    reading = ReadIntegrations(
        it.integrations,
        it.runs,
        it.coverage,
        it.parked,
        it.issues,
        it.source,
        it.accounts,
        it.licences,
        it.clock,
    )
    (stream,) = reading.spans("alice", KEY.integration_id)
    return [(each.since, each.until, each.state) for each in stream.spans]


def rows(it: World) -> ReadBalances:
    """Give what lists balances."""
    add_up = AddUp(it.ledger, it.months, it.clock)
    return ReadBalances(it.integrations, it.snapshots, add_up)


def test_an_earlier_start_date_leaves_a_gap_that_sync_missing_closes() -> None:
    """Incremental neither fills nor claims it."""
    it = world(20, page_size=50, start_date=CUT)
    it.run()
    first = it.clock.now()
    change(it, start_date=START)
    assert spans(it) == [(START, CUT, "missing"), (CUT, first, "complete")]
    it.clock.advance(timedelta(days=1))
    assert it.run().counts.new == 0
    assert spans(it) == [(START, CUT, "missing"), (CUT, it.clock.now(), "complete")]
    assert it.run(Mode.MISSING).counts.new == 10
    assert spans(it) == [(START, it.clock.now(), "complete")]


def test_complete_history_may_be_asked_for_later() -> None:
    """A start date of null is the earliest."""
    it = world(20, page_size=50, start_date=CUT)
    it.run()
    change(it, start_date=None)
    assert [state for _, _, state in spans(it)] == ["missing", "complete"]
    it.run(Mode.MISSING)
    assert spans(it) == [(None, it.clock.now(), "complete")]
    assert len(it.digest()) == 20


def test_a_later_start_date_leaves_what_is_there_and_claims_nothing_before_it() -> None:
    """Older rows stay, byte for byte; what is deleted of them is not imported again."""
    it = world(20, page_size=50)
    it.run()
    change(it, start_date=CUT)
    assert spans(it) == [(CUT, it.clock.now(), "complete")]
    set_state(it, "ledger:T0003", State.DELETED)
    before = dict(it.ledger.of(KEY))
    counts = it.run(Mode.MISSING).counts
    assert (counts.new, counts.known) == (0, 10)
    assert it.ledger.of(KEY) == before


def test_there_and_back_again_the_time_between_is_missing() -> None:
    """What was read before is not claimed once it was taken back: it may have changed since."""
    it = world(20, page_size=50)
    it.run()
    change(it, start_date=CUT)
    it.source.rows.append(Row("LATE", "LATE", days_after(START, 1), "EUR", Decimal(1)))
    change(it, start_date=START)
    assert spans(it) == [(START, CUT, "missing"), (CUT, it.clock.now(), "complete")]
    it.run(Mode.MISSING)
    assert "ledger:LATE" in it.digest()


@pytest.mark.parametrize("later", [START, CUT + timedelta(days=1)])
def test_a_start_date_that_moves_under_a_run_is_claimed_by_neither(later: datetime) -> None:
    """A run claims what it asked for, as far as it is still wanted."""
    it = world(20, page_size=50, start_date=CUT)
    sync = it.request(Mode.MISSING)
    it.stepping.step(KEY, sync.id, it.worker(), timedelta(minutes=1))
    it.integrations.items[KEY] = replace(it.integrations.items[KEY], start_date=later)
    it.finish(sync)
    streams, _ = it.coverage.read(KEY)
    assert streams["ledger"].intervals[0].since == max(CUT, later)


def test_what_cannot_be_stopped_twice_is_taken_back() -> None:
    """A run that began between stop and change, and does not let go, keeps the old start date."""
    it = world(3)

    def meanwhile(when: str, call: str) -> None:
        if (when, call) == ("after", "MemoryIntegrations.replace") and not it.syncs.items:
            now = it.clock.now()
            it.runs.acquire(KEY, it.request().id, "w", now=now, until=now + timedelta(seconds=30))

    it.watch = meanwhile
    with pytest.raises(Conflict) as refused:
        change(it, start_date=CUT, name="B")
    assert refused.value.code == "still_stopping"
    kept = it.integrations.items[KEY]
    assert (kept.start_date, kept.name) == (None, "Fake")


def test_deleted_ones_reappear_with_the_next_sync_once_the_owner_says_so() -> None:
    """However old they are; and they stay deleted again as soon as the owner says that."""
    it = world(20, page_size=50)
    it.run()
    for number in (3, 18):
        set_state(it, f"ledger:T{number:04}", State.DELETED)
    assert it.run().counts.tombstoned == 1
    change(it, deleted=DeletedPolicy.REAPPEAR)
    assert it.run().counts.new == 2
    assert {each.state for each in it.ledger.of(KEY).values()} == {State.ACTIVE}
    change(it, deleted=DeletedPolicy.STAY_DELETED)
    set_state(it, "ledger:T0018", State.DELETED)
    assert (it.run().counts.tombstoned, it.run().counts.new) == (1, 0)


def test_reappearing_reads_no_further_back_than_it_must() -> None:
    """Without a deleted transaction it is an incremental sync like any other."""
    it = world(40, page_size=100, deleted=DeletedPolicy.REAPPEAR)
    it.run()
    assert it.run().counts.read < 20
    set_state(it, "ledger:T0020", State.DELETED)
    assert 20 < it.run().counts.read < 60


def test_while_deactivated_it_counts_nowhere_and_afterwards_just_as_before() -> None:
    """The balances list leaves it out, and deactivating and reactivating is no change."""
    it = world(5)
    it.run()
    before = list(rows(it).rows("alice", None, None))
    kept = it.integrations.items[KEY]
    assert before
    deactivated = Office(it).edit.deactivate("alice", KEY.integration_id)
    assert deactivated.deactivated
    assert list(rows(it).rows("alice", None, None)) == []
    assert list(rows(it).rows("alice", KEY.integration_id, None)) == []
    reactivated = Office(it).edit.reactivate("alice", KEY.integration_id)
    assert replace(reactivated, version=kept.version) == kept
    assert list(rows(it).rows("alice", None, None)) == before


def test_while_deactivated_nothing_syncs() -> None:
    """What runs is stopped, what is asked for is refused, and what was on its way does nothing."""
    it = world(5)
    sync = it.request()
    Office(it).edit.deactivate("alice", KEY.integration_id)
    assert it.requests.read("alice", sync.id).status is SyncStatus.CANCELED
    it.drive(sync)
    with pytest.raises(Conflict) as refused:
        it.request()
    assert refused.value.code == "deactivated"
    assert it.requests.request("alice", "all", Mode.INCREMENTAL) == []
    assert (it.source.calls, it.ledger.of(KEY)) == ([], {})


def test_coverage_that_others_write_is_changed_anew() -> None:
    """Nothing that they wrote is lost."""
    it = world(20, page_size=50)
    it.run()

    def overtake(when: str, call: str) -> None:
        streams, version = it.coverage.read(KEY)
        if (when, call, version) == ("before", "MemoryCoverage.write", 1):
            noted = {name: replace(each, bookmark="b") for name, each in streams.items()}
            it.coverage.write(KEY, noted, version)

    it.watch = overtake
    change(it, start_date=CUT)
    streams, _ = it.coverage.read(KEY)
    assert streams["ledger"].bookmark == "b"
    assert streams["ledger"].intervals[0].since == CUT


def test_a_range_claims_itself() -> None:
    """As far as it lies behind the start date."""
    it = world(20, page_size=50, start_date=CUT)
    it.run(Mode.RANGE, Window(START, days_after(CUT, 1)))
    assert spans(it)[0] == (CUT, days_after(CUT, 1), "complete")


@pytest.mark.parametrize("act", ["deactivate", "pause"])
def test_a_stop_is_acknowledged_only_when_the_worker_has_let_go(act: str) -> None:
    """Until then it is marked, and says ``still_stopping``."""
    it = world(3)
    sync = it.request()
    now = it.clock.now()
    it.runs.acquire(KEY, sync.id, "w", now=now, until=now + timedelta(seconds=30))
    action: Callable[[str, str], object] = getattr(Office(it).edit, act)
    with pytest.raises(Conflict) as refused:
        action("alice", KEY.integration_id)
    assert refused.value.code == "still_stopping"
    action("alice", KEY.integration_id)
