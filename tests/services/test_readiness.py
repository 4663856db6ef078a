"""Whether a tax report is ready: every reason, each with the way out, and none when it is."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.fakes.source import FakeSource, trades
from tests.reported import (
    CASH,
    DAY,
    MINUTE,
    NAME,
    NEW_YEAR,
    Reported,
    blockers,
    cash,
    change,
    codes,
    ready,
)
from tests.world import KEY, START
from tidemark.domain.accounts import Account
from tidemark.domain.coverage import Interval, StreamCoverage
from tidemark.domain.integrations import IntegrationKey, Status
from tidemark.domain.issues import IssueType, issue_id
from tidemark.domain.syncs import Mode
from tidemark.errors import Invalid


def test_a_year_that_is_over_and_read_to_its_end_is_ready() -> None:
    """Nothing is in the way."""
    assert blockers(ready()) == []


def test_what_was_synced_before_the_end_is_not() -> None:
    """A sync on the last evening misses what came after it."""
    it = ready(-MINUTE)
    it.clock.advance(DAY)
    (blocker,) = blockers(it)
    assert (blocker.code, blocker.count) == ("not_synced", 1)
    assert "ledger from 2025-12-31T23:59:00.000000Z" in blocker.message
    body = {"integrations": [NAME], "mode": "incremental"}
    assert (blocker.way.method, blocker.way.href, blocker.way.body) == ("POST", "/v1/syncs", body)
    it.run()
    assert blockers(it) == []


def test_a_hole_anywhere_before_is_one_too() -> None:
    """What was bought then is sold now; only a sync in mode missing closes it."""
    it = ready()
    end, since = it.clock.now(), datetime(2024, 5, 1, tzinfo=UTC)
    change(it, start_date=since)
    parts = (Interval(since, since + DAY), Interval(since + 2 * DAY, end))
    it.coverage.write(KEY, {"ledger": StreamCoverage(parts)}, it.coverage.read(KEY)[1])
    (blocker,) = blockers(it)
    assert blocker.way.body == {"integrations": [NAME], "mode": "missing"}
    it.run(Mode.MISSING)
    assert blockers(it) == []


def test_one_stream_that_lags_is_enough() -> None:
    """They are named."""
    it = ready()
    it.source.streams = ("ledger", "deposits")
    (blocker,) = blockers(it)
    assert (blocker.code, blocker.count) == ("not_synced", 1)
    assert "deposits" in blocker.message


def test_what_was_never_synced_and_what_is_being_synced() -> None:
    """Both are said."""
    it = Reported(FakeSource(trades(3, start=START)))
    it.connect()
    it.clock.advance(NEW_YEAR + DAY - it.clock.now())
    assert codes(it) == ["not_synced"]
    sync = it.request()
    first, second = blockers(it)
    assert (first.code, first.way.href) == ("syncing", f"/v1/syncs/{sync.id}")
    assert second.code == "not_synced"
    it.finish(sync)
    assert blockers(it) == []


@pytest.mark.parametrize(
    ("zone", "hours", "expected"),
    [
        ("UTC", 0.5, []),
        ("Europe/Berlin", -0.5, []),
        ("America/New_York", 4.5, ["year_not_over"]),
        ("America/New_York", 5.5, []),
        ("Pacific/Kiritimati", -13.5, []),
        ("Pacific/Kiritimati", -14.5, ["year_not_over"]),
    ],
)
def test_a_year_ends_in_the_accounts_zone(zone: str, hours: float, expected: list[str]) -> None:
    """Its end is what has to be covered, and what is waited for."""
    it = ready(timedelta(hours=hours))
    it.accounts.items["alice"] = Account("alice", zone=zone)
    assert codes(it) == expected


def test_a_running_year_is_never_ready() -> None:
    """What is not read yet of it is no reason by itself; a hole is, and nothing read at all."""
    it = ready()
    it.clock.advance(60 * DAY)
    (blocker,) = blockers(it, 2026)
    assert (blocker.code, blocker.integration_id) == ("year_not_over", None)
    assert blocker.way.href == "/v1/report_readiness?year=2026"
    it.coverage.erase(KEY)
    assert codes(it, 2026) == ["year_not_over", "not_synced"]


@pytest.mark.parametrize("year", [2027, 9998])
def test_a_year_that_has_not_begun_is_refused(year: int) -> None:
    """There is nothing to say about it."""
    with pytest.raises(Invalid) as error:
        blockers(ready(), year)
    assert error.value.errors[0].pointer == "/query/year"


def test_without_anything_connected_there_is_nothing_to_report_on() -> None:
    """What is deactivated does not count."""
    it = Reported()
    it.clock.advance(NEW_YEAR + DAY - it.clock.now())
    assert codes(it) == ["nothing_connected"]
    it.connect()
    change(it, deactivated=True)
    assert codes(it) == ["nothing_connected"]


def test_what_starts_after_the_year_is_not_needed() -> None:
    """Even if it fails."""
    it = ready()
    change(it, start_date=NEW_YEAR, status=Status.ERROR)
    it.coverage.erase(KEY)
    assert codes(it) == []


def test_what_is_paused_blocks_only_with_a_gap() -> None:
    """It has to be resumed to close it."""
    it = ready()
    change(it, paused=True)
    assert blockers(it) == []
    it.coverage.erase(KEY)
    (blocker,) = blockers(it)
    assert (blocker.code, blocker.way.href) == ("paused", f"/v1/integrations/{NAME}/resume")


@pytest.mark.parametrize(
    ("status", "code", "href"),
    [
        (Status.ERROR, "failing", "/v1/syncs"),
        (Status.RATE_LIMITED, "rate_limited", "/v1/syncs"),
        (Status.WAITING_FOR_USER, "waiting_for_user", f"/v1/syncs?integration={NAME}"),
        (
            Status.INVALID_CREDENTIALS,
            "invalid_credentials",
            f"/v1/integrations/{NAME}/credentials",
        ),
        (Status.RECONNECT_REQUIRED, "reconnect_required", f"/v1/integrations/{NAME}/reconnect"),
    ],
)
def test_what_fails_blocks(status: Status, code: str, href: str) -> None:
    """With the way to mend it."""
    it = ready()
    change(it, status=status, status_reason="why")
    (blocker,) = blockers(it)
    assert (blocker.code, blocker.way.href) == (code, href)
    assert "why" in blocker.message
    if href == "/v1/syncs":
        change(it, paused=True)
        (blocker,) = blockers(it)
        assert blocker.way.href == f"/v1/integrations/{NAME}/resume"


def test_hidden_history_blocks_unless_its_owner_says_it_may_be() -> None:
    """A later start date wants less."""
    it = ready()
    limit = START + DAY
    change(it, history_from=limit)
    it.run()
    (blocker,) = blockers(it)
    assert blocker.code == "history_truncated"
    assert blocker.way.href == f"/v1/issues?integration={NAME}&type=history_truncated"
    subject = issue_id(NAME, IssueType.HISTORY_TRUNCATED)
    it.issues.dismiss("alice", subject, it.clock.now())
    assert blockers(it) == []
    it.issues.erase("alice", NAME)
    change(it, start_date=limit)
    assert blockers(it) == []


def test_a_manual_integration_has_nothing_to_sync() -> None:
    """Only what can be wrong there blocks."""
    it = Reported()
    cash(it)
    it.clock.advance(NEW_YEAR + DAY - it.clock.now())
    assert blockers(it) == []
    it.valuations.counts[CASH] = 1
    assert codes(it) == ["unvalued_transactions"]


def test_what_was_deleted_is_not_reported_on() -> None:
    """Unless its transactions were kept: those are looked at."""
    it = ready()
    it.valuations.counts[KEY] = 1
    it.coverage.erase(KEY)
    change(it, deleting=True)
    assert codes(it) == ["nothing_connected"]
    change(it, extra={"kept_transactions": "yes"})
    assert codes(it) == ["unvalued_transactions"]


def test_it_costs_a_handful_of_reads() -> None:
    """Six of the owner, five of each integration; the ledger is not touched."""
    it = ready()
    for number in range(10):
        key = IntegrationKey("alice", f"intg_01J0000000000000000000{number + 10:04}")
        it.connect(key)
    calls: list[str] = []
    it.watch = lambda when, call: calls.append(call) if when == "before" else None
    assert len(blockers(it)) == 10
    assert len(calls) <= 6 + 11 * 5
    assert not any("Ledger" in call for call in calls)
