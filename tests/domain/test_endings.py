"""A sync ends honestly: succeeded only when nothing at all was left out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tidemark.domain.coverage import Interval, StreamCoverage
from tidemark.domain.endings import INTERRUPTED, coverage_after, ending_of, status_of, warnings_of
from tidemark.domain.integrations import Integration, IntegrationKey, IntegrationKind
from tidemark.domain.moments import EARLIEST
from tidemark.domain.pages import Window
from tidemark.domain.setbacks import LONGEST_WAIT, set_back
from tidemark.domain.steps import Outcome
from tidemark.domain.syncs import Counts, Mode, Problem, Run, StreamProgress, SyncStatus
from tidemark.domain.windows import incremental_since
from tidemark.errors import (
    BadCredentials,
    RateLimited,
    SourceGarbage,
    SourceUnavailable,
    TooManyRights,
)

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
KEY = IntegrationKey("alice", "intg_1")
DONE = StreamProgress("ledger", done=True, counts=Counts(pages=1, read=2, new=2))
RUN = Run("sync_1", KEY, Mode.MISSING, NOW, window=Window(None, NOW), streams=(DONE,))
INTEGRATION = Integration(KEY, "fake", IntegrationKind.EXCHANGE, "Fake", NOW)


def run(**facts: object) -> Run:
    """Give a run that is done, but for these facts."""
    return replace(RUN, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ended", "status"),
    [
        (run(), SyncStatus.SUCCEEDED),
        (run(streams=(replace(DONE, counts=Counts(unreadable=1)),)), SyncStatus.PARTIAL),
        (run(streams=(replace(DONE, incomplete="two rows short"),)), SyncStatus.PARTIAL),
        (run(warnings=("a balance does not add up",)), SyncStatus.PARTIAL),
        (run(problem=Problem("rate_limited", "", "")), SyncStatus.RATE_LIMITED),
        (run(problem=Problem("invalid_credentials", "", "")), SyncStatus.FAILED),
        (run(streams=(replace(DONE, done=False),), cancel_requested=True), SyncStatus.CANCELED),
        (run(cancel_requested=True), SyncStatus.SUCCEEDED),
    ],
)
def test_how_a_run_ended(ended: Run, status: SyncStatus) -> None:
    """One of the final states, for each way it can go."""
    assert status_of(ended, warnings_of(ended, INTEGRATION)) is status


def test_a_key_that_hides_history_makes_the_run_partial() -> None:
    """And coverage does not claim what the key does not show."""
    hidden = replace(INTEGRATION, history_from=NOW - timedelta(days=30))
    assert status_of(RUN, warnings_of(RUN, hidden)) is SyncStatus.PARTIAL
    streams = coverage_after(RUN, hidden, {})
    assert streams["ledger"].intervals == (Interval(NOW - timedelta(days=30), NOW),)
    assert streams["ledger"].unavailable_before == NOW - timedelta(days=30)


def test_an_unfinished_run_is_never_a_success() -> None:
    """Whoever ends it without a reason has interrupted it."""
    unfinished = run(streams=(replace(DONE, done=False),))
    assert ending_of(unfinished, None).problem == INTERRUPTED
    assert coverage_after(unfinished, INTEGRATION, {}) == {}


def test_coverage_is_claimed_from_the_start_to_the_beginning_of_the_run() -> None:
    """Complete history from before everything, else from the start date."""
    assert coverage_after(RUN, INTEGRATION, {})["ledger"].intervals == (Interval(EARLIEST, NOW),)
    started = replace(INTEGRATION, start_date=NOW - timedelta(days=9))
    window = Window(NOW - timedelta(days=9), NOW)
    claimed = coverage_after(run(window=window), started, {})["ledger"].intervals
    assert claimed == (Interval(NOW - timedelta(days=9), NOW),)


def test_incremental_begins_at_the_earlier_of_last_transaction_and_proven_point() -> None:
    """Less the overlap; never before the start; from the start where nothing is proven."""
    day = timedelta(days=1)
    proven = [StreamCoverage((Interval(EARLIEST, NOW),))]
    assert incremental_since(None, NOW - 9 * day, proven, day) == NOW - 10 * day
    assert incremental_since(None, None, proven, day) == NOW - day
    assert incremental_since(NOW - 2 * day, NOW - 9 * day, proven, day) == NOW - 2 * day
    assert incremental_since(None, NOW - 9 * day, [StreamCoverage()], day) is None


def test_a_source_that_asks_to_wait_is_waited_for() -> None:
    """As long as it says; longer than the longest wait ends the run and says until when."""
    waiting, result = set_back(RUN, RateLimited("", timedelta(seconds=7)), NOW)
    assert (result.outcome, waiting.wait_until) == (Outcome.WAIT, NOW + timedelta(seconds=7))
    ended, result = set_back(RUN, RateLimited("", LONGEST_WAIT * 2), NOW)
    assert (result.outcome, ended.wait_until) == (Outcome.DONE, NOW + LONGEST_WAIT * 2)
    assert ended.problem is not None
    assert ended.problem.code == "rate_limited"


@pytest.mark.parametrize(
    ("error", "most"),
    [(RateLimited(""), 12), (SourceUnavailable(""), 6), (SourceGarbage(""), 3)],
)
def test_waits_in_a_row_are_bounded(error: Exception, most: int) -> None:
    """Each is longer than the one before, up to a minute; then the run ends."""
    now, delays, current = NOW, [], RUN
    for _ in range(most):
        current, result = set_back(current, error, now)  # type: ignore[arg-type]
        assert result.wait_until is not None
        delays.append(result.wait_until - now)
    assert delays == sorted(delays)
    assert max(delays) <= timedelta(seconds=60)
    ended, result = set_back(current, error, now)  # type: ignore[arg-type]
    assert result.outcome is Outcome.DONE
    assert ended.problem is not None


@pytest.mark.parametrize("error", [BadCredentials("no"), TooManyRights("no", ["trade"])])
def test_what_only_the_owner_can_mend_is_not_tried_again(error: Exception) -> None:
    """It ends at once, with what to do."""
    ended, result = set_back(RUN, error, NOW)  # type: ignore[arg-type]
    assert result.outcome is Outcome.DONE
    assert ended.problem is not None
    assert ended.problem.next_step


def test_what_a_source_does_not_remember_is_not_claimed() -> None:
    """The later of the two ends counts: what the key hides, and where the memory begins."""
    since, later = NOW - timedelta(days=90), NOW - timedelta(days=30)
    forgetful = run(streams=(replace(DONE, history_from=since),))
    streams = coverage_after(forgetful, INTEGRATION, {})
    assert streams["ledger"].intervals == (Interval(since, NOW),)
    assert streams["ledger"].unavailable_before == since
    hidden = replace(INTEGRATION, history_from=later)
    assert coverage_after(forgetful, hidden, {})["ledger"].unavailable_before == later


@pytest.mark.parametrize("kind", [IntegrationKind.BANK, IntegrationKind.WALLET])
def test_a_range_of_a_bank_leaves_the_bookmark(kind: IntegrationKind) -> None:
    """It names accounts whose whole history was read; a wallet's is good for any reading."""
    window = Window(NOW - timedelta(days=9), NOW)
    ranged = run(
        mode=Mode.RANGE,
        requested=window,
        window=window,
        streams=(replace(DONE, bookmark="new"),),
    )
    before = {"ledger": StreamCoverage(bookmark="old")}
    after = coverage_after(ranged, replace(INTEGRATION, kind=kind), before)
    assert after["ledger"].bookmark == ("old" if kind is IntegrationKind.BANK else "new")


@pytest.mark.parametrize(
    ("known", "given", "reached", "bookmark", "expected"),
    [
        (None, None, 300, "a", None),
        (None, 90, 90, "a", None),
        (None, 90, 90, "a and b", 90),
        (90, None, 400, "a", None),
        (90, None, 50, "a", 90),
        (90, None, None, "a", 90),
        (90, 300, 300, "a", 300),
        (90, 30, 30, "a", 90),
        (90, 30, 30, "a and b", 30),
    ],
)
def test_what_is_hidden_is_what_was_never_read(
    known: int | None, given: int | None, reached: int | None, bookmark: str, expected: int | None
) -> None:
    """In days before now: the limit so far, what the source gave, its oldest row, the new limit.

    Everything was read before; what is new since then is not, which the bookmark tells.
    """

    def ago(days: int | None) -> datetime | None:
        return None if days is None else NOW - timedelta(days=days)

    before = StreamCoverage((Interval(EARLIEST, NOW),), "a", ago(known))
    read = replace(DONE, bookmark=bookmark, history_from=ago(given), reached=ago(reached))
    after = coverage_after(run(streams=(read,)), INTEGRATION, {"ledger": before})["ledger"]
    assert after.unavailable_before == ago(expected)
