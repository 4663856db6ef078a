"""Ending a sync, honestly: what was covered, how it went, and what the owner should know."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from tidemark.domain.coverage import StreamCoverage
from tidemark.domain.endings import (
    bank_after,
    coverage_after,
    ending_of,
    integration_after,
    status_of,
    warnings_of,
)
from tidemark.domain.integrations import Integration, IntegrationKey, IntegrationKind, changed
from tidemark.domain.issues import Issue, IssueType, cause_of, issue_id
from tidemark.domain.pages import Unread, Window
from tidemark.domain.ports import (
    Clock,
    CoverageStore,
    Integrations,
    Issues,
    Metrics,
    Parked,
    Runs,
    Syncs,
)
from tidemark.domain.price_ports import ValuesQueue
from tidemark.domain.steps import Worker
from tidemark.domain.syncs import Lease, Mode, Problem, Run, Sync, SyncStatus, record_of
from tidemark.errors import LeaseHeld, LeaseLost, StoreUnavailable
from tidemark.services.consent_issues import settle_consent_issues
from tidemark.services.held_issue import settle_held_issue
from tidemark.services.leasing import leased
from tidemark.services.standing_issues import settle_credentials_issue, settle_history_issue


class LookForDuplicates(Protocol):
    """Finds possible duplicates."""

    def after_sync(self, key: IntegrationKey, sync_id: str, window: Window | None) -> bool:
        """Find what a sync brought to light; False if that is so much that a worker has to."""

    def hand_on(self, owner: str, sync_id: str) -> None:
        """Have a worker find it."""


@dataclass(frozen=True)
class FinishSync:
    """Brings a run to its one end. Every part may be done twice: the claim is dropped last.

    Without ``duplicates`` none are looked for: the next sync does it, which reads on from there.
    ``values`` is told of integrations that got something new.
    """

    integrations: Integrations
    runs: Runs
    syncs: Syncs
    coverage: CoverageStore
    parked: Parked
    issues: Issues
    metrics: Metrics
    clock: Clock
    duplicates: LookForDuplicates | None = None
    values: ValuesQueue | None = None

    def finish(
        self,
        key: IntegrationKey,
        sync_id: str,
        worker: Worker,
        failure: Problem | None = None,
    ) -> SyncStatus | None:
        """End a run; None when it is not ours to end: another worker is at it, or it is over.

        ``failure`` is why it cannot go on, when whoever drove it failed.
        """
        try:
            with leased(self.runs, self.clock, key, sync_id, worker) as lease:
                return self._finish(lease, failure)
        except (LeaseHeld, LeaseLost):
            return None

    def _finish(self, lease: Lease, failure: Problem | None) -> SyncStatus:
        """Write everything that an end leaves behind, then drop the claim."""
        run = ending_of(lease.run, failure)
        now = self.clock.now()
        integration = self.integrations.get(lease.key)
        sync = self._record(run, integration, now)
        if integration is not None:
            streams = self._keep_coverage(run, integration)
            self._settle_parked(run, now)
            settle_held_issue(self.parked, self.issues, run.key, now)
            settle_history_issue(self.issues, integration, streams, now)
            settle_credentials_issue(self.issues, integration, sync, now)
            self._note_outcome(sync, run, integration, now)
        self._put(sync)
        self.runs.finish(lease)
        self.metrics.sync_ended(sync, integration.connector if integration else "unknown")
        return sync.status

    def _note_outcome(self, sync: Sync, run: Run, integration: Integration, now: datetime) -> None:
        """Say of the integration how it is doing from now on."""
        unread_left = bool(self.parked.unread(run.key))
        outcome = integration_after(sync, now, unread_left=unread_left)
        if integration.kind is IntegrationKind.BANK:
            outcome |= bank_after(sync, run, integration)
        self.integrations.note_outcome(run.key, outcome)
        if integration.kind is IntegrationKind.BANK:
            settle_consent_issues(self.issues, changed(integration, outcome), now)

    def _put(self, sync: Sync) -> None:
        """Write the final record, when the owner is told of possible duplicates."""
        found = self._looked_for_duplicates(sync)
        self.syncs.put(sync)
        if self.duplicates is not None and not found:
            self.duplicates.hand_on(sync.key.owner, sync.id)
        if self.values is not None and (sync.counts.new or sync.counts.merged):
            self.values.send(sync.key)

    def _looked_for_duplicates(self, sync: Sync) -> bool:
        """Look for possible duplicates; False if a worker has to: too many, or no store for it."""
        try:
            finder = self.duplicates
            return finder is None or finder.after_sync(sync.key, sync.id, sync.window)
        except StoreUnavailable:
            return False

    def _record(self, run: Run, integration: Integration | None, now: datetime) -> Sync:
        """Make the sync's final record."""
        record = self.syncs.get(run.key.owner, run.sync_id) or record_of(run)
        warnings = warnings_of(run, integration)
        return replace(
            record,
            status=status_of(run, warnings),
            window=run.window,
            started_at=run.started_at,
            ended_at=now,
            streams=run.streams,
            problem=run.problem,
            until=run.wait_until,
            warnings=warnings,
            waiting=None,
        )

    def _keep_coverage(self, run: Run, integration: Integration) -> dict[str, StreamCoverage]:
        """Claim what was read to its end, and nothing else; give what is covered now."""
        coverage, version = self.coverage.read(run.key)
        after = coverage_after(run, integration, coverage)
        if after != coverage:
            self.coverage.write(run.key, after, version)
        return after

    def _settle_parked(self, run: Run, now: datetime) -> None:
        """Drop parked records that a complete read no longer met; open or close their issue."""
        if run.done:
            self.parked.drop_pending_but(run.key, run.sync_id)
        rows = self.parked.unread(run.key)
        if run.done and run.mode is Mode.MISSING:
            gone = [row.id for row, met_by in rows if met_by != run.sync_id]
            self.parked.settle_unread(run.key, gone)
            rows = [(row, met_by) for row, met_by in rows if met_by == run.sync_id]
        owner, integration_id = run.key.owner, run.key.integration_id
        subject = issue_id(integration_id, IssueType.UNREAD_ROWS)
        if rows:
            self.issues.open(owner, _unread_issue(subject, integration_id, rows, now))
        else:
            self.issues.resolve(owner, subject, now)


def _unread_issue(
    subject: str, integration_id: str, rows: Sequence[tuple[Unread, str]], now: datetime
) -> Issue:
    """Say how many records are not understood, and why the first is not."""
    return Issue(
        id=subject,
        integration_id=integration_id,
        type=IssueType.UNREAD_ROWS,
        message=f"{len(rows)} records are not understood; they are kept as they came.",
        opened_at=now,
        details={"count": str(len(rows)), "first_id": rows[0][0].id, "reason": rows[0][0].reason},
        cause=cause_of(*sorted(row.id for row, _ in rows)),
    )
