"""How a run ends: its status, its warnings, what it covered, how its integration is doing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from tidemark.domain.coverage import Interval, StreamCoverage, from_start, gaps
from tidemark.domain.integrations import Integration, IntegrationKind, Status
from tidemark.domain.moments import latest
from tidemark.domain.syncs import Mode, Problem, Run, StreamProgress, Sync, SyncStatus
from tidemark.domain.windows import claimed

_UNSHARED = (
    "The bank's consent lacks an account that was read before: what is there of it stays, and"
    " nothing new is read. Reconnect the bank and choose it too, unless it is closed."
)

INTERRUPTED = Problem(
    "interrupted",
    "The sync was interrupted before everything was read.",
    "Start it again; it goes on from what is there.",
)

ENTITLEMENT_ENDED = Problem(
    "entitlement_ended",
    "The licence stopped allowing automatic syncs while this one was under way.",
    "What was read is kept. Sync by hand, which is always possible, or renew the licence.",
)

_CREDENTIALS_CODES = frozenset(
    {"invalid_credentials", "missing_permission", "key_not_read_only", "credentials_unreadable"}
)

_STATUSES = {
    "rate_limited": SyncStatus.RATE_LIMITED,
    ENTITLEMENT_ENDED.code: SyncStatus.CANCELED,
}
"""What a problem makes of a run; any other makes it failed."""

_RECONNECT_CODES = frozenset({"reconnect_required", "owner_needed"})


def ending_of(run: Run, failure: Problem | None) -> Run:
    """Give the run with the reason why it ends unfinished, if it does."""
    if run.problem is not None or run.done or run.cancel_requested:
        return run
    return replace(run, problem=failure or INTERRUPTED)


def warnings_of(run: Run, integration: Integration | None) -> tuple[str, ...]:
    """Give everything that keeps a run from being complete, in sentences."""
    incomplete = [s.incomplete for s in run.streams if s.incomplete is not None]
    hidden = []
    if integration is not None and _hides_history(run, integration):
        hidden.append("The key itself hides a part of the history.")
    if integration is not None and _is_first_without(integration):
        hidden.append(_UNSHARED)
    return tuple(dict.fromkeys([*run.warnings, *incomplete, *hidden]))


def status_of(run: Run, warnings: tuple[str, ...]) -> SyncStatus:
    """Say how a run ended; succeeded only if nothing at all was left out."""
    if run.problem is not None:
        return _STATUSES.get(run.problem.code, SyncStatus.FAILED)
    if not run.done:
        return SyncStatus.CANCELED
    complete = run.counts.unreadable == 0 and not warnings
    return SyncStatus.SUCCEEDED if complete else SyncStatus.PARTIAL


def coverage_after(
    run: Run, integration: Integration, coverage: Mapping[str, StreamCoverage]
) -> dict[str, StreamCoverage]:
    """Add what each stream that was read to its end, completely, now covers."""
    after = dict(coverage)
    interval = claimed(run, integration.reads_from)
    for stream in run.streams:
        if interval is None or not stream.done or stream.incomplete is not None:
            continue
        before = after.get(stream.name, StreamCoverage())
        hidden = latest(integration.history_from, stream.history_from)
        told = interval if hidden is None else Interval(max(interval.since, hidden), interval.until)
        start = from_start(integration.reads_from)
        limit = latest(integration.history_from, _limit(stream, before, interval, start))
        before = replace(before, unavailable_before=limit)
        if told.since < told.until:
            bookmark = None if _is_narrow(run, integration) else stream.bookmark
            after[stream.name] = before.extended(told, bookmark or before.bookmark)
    return after


def _limit(
    stream: StreamProgress, before: StreamCoverage, asked: Interval, start: datetime
) -> datetime | None:
    """Give from when on a source gives everything, where that is not all that is wanted.

    What was read earlier is not hidden, though the source may give less by now; unless the bookmark
    is another one: it may tell of something new. Where all was asked for and more came than the
    source had before, the old limit is gone.
    """
    known, hidden = before.unavailable_before, stream.history_from
    given = hidden or stream.reached
    if known is not None and given is not None and asked.since <= start and given < known:
        return hidden
    if hidden is not None and stream.bookmark == before.bookmark:
        unread = gaps(before.intervals, Interval(start, hidden))
        hidden = unread[-1].until if unread else None
    return latest(known, hidden)


def _is_narrow(run: Run, integration: Integration) -> bool:
    """Tell whether a run's bookmark says less than the one before.

    A bank's names the accounts whose whole history was read, which a range is not.
    """
    return run.mode is Mode.RANGE and integration.kind is IntegrationKind.BANK


def integration_after(sync: Sync, now: datetime, *, unread_left: bool) -> dict[str, object]:
    """Give the fields of an integration that an ended sync sets; those of banks: see below."""
    fields: dict[str, object] = {"last_attempt_at": now, "retry_at": None}
    match sync.status:
        case SyncStatus.SUCCEEDED | SyncStatus.PARTIAL:
            degraded = sync.status is SyncStatus.PARTIAL or unread_left
            fields["status"] = Status.DEGRADED if degraded else Status.HEALTHY
            fields["status_reason"] = _degraded_by(sync, unread_left) if degraded else None
            fields["last_success_at"] = now
        case SyncStatus.RATE_LIMITED:
            fields |= {"status": Status.RATE_LIMITED, "status_reason": "rate_limited"}
            fields["retry_at"] = sync.until
        case SyncStatus.FAILED if sync.problem is not None:
            fields |= failing(sync.problem)
    return fields


def failing(problem: Problem) -> dict[str, object]:
    """Give the fields of an integration whose source cannot be read."""
    broken = problem.code in _CREDENTIALS_CODES
    status = Status.INVALID_CREDENTIALS if broken else Status.ERROR
    return {"status": status, "status_reason": problem.code}


def bank_after(sync: Sync, run: Run, integration: Integration) -> dict[str, object]:
    """Give what an ended sync sets besides, if its integration is one of a bank.

    A consent that was granted while the sync ran is not to blame for how it ended, and what was
    said of the one before is not true of it.
    """
    fields: dict[str, object] = {}
    renewed = _is_after(integration.granted_at, run.started_at or run.requested_at)
    if run.consent_until is not None and not renewed:
        fields["consent_expires_at"] = run.consent_until
    if sync.status is not SyncStatus.FAILED or sync.problem is None:
        return fields
    gone = sync.problem.code in _RECONNECT_CODES and not renewed
    if gone or integration.sealed is None:
        fields["status"] = Status.RECONNECT_REQUIRED
    return fields


def _is_after(moment: datetime | None, other: datetime) -> bool:
    """Tell whether something happened after a moment, if at all."""
    return moment is not None and moment > other


def _degraded_by(sync: Sync, unread_left: bool) -> str:  # noqa: FBT001 - one private caller
    """Name why an integration is not quite healthy."""
    return "unread_rows" if unread_left or sync.counts.unreadable else "incomplete"


def _is_first_without(integration: Integration) -> bool:
    """Tell whether an account was lost since the last sync: its owner is told of that once."""
    last = integration.last_success_at
    return any(_is_after(at, last) for at in integration.unshared.values() if last is not None)


def _hides_history(run: Run, integration: Integration) -> bool:
    """Tell whether the run wanted what the key does not show."""
    if integration.history_from is None or run.window is None:
        return False
    return run.window.since is None or run.window.since < integration.history_from
