"""Comparing what the source says is there with what the transactions add up to."""

from dataclasses import dataclass
from decimal import Decimal

from tidemark.domain.balances import Snapshot, pair_up
from tidemark.domain.integrations import Integration, IntegrationKey, IntegrationKind
from tidemark.domain.issues import Issue, IssueType, issue_id
from tidemark.domain.ports import (
    Connectors,
    Integrations,
    Issues,
    Runs,
    Snapshots,
    Vault,
)
from tidemark.domain.setbacks import set_back
from tidemark.domain.steps import Outcome, StepResult, Worker
from tidemark.domain.syncs import Lease
from tidemark.errors import LeaseHeld, LeaseLost, RateLimited, SourceError, VaultError
from tidemark.services.add_up import AddUp
from tidemark.services.leasing import leased


@dataclass(frozen=True)
class CheckBalances:
    """Checks balances at the end of a sync, while nobody else writes."""

    integrations: Integrations
    runs: Runs
    connectors: Connectors
    vault: Vault
    add_up: AddUp
    snapshots: Snapshots
    issues: Issues

    def check(self, key: IntegrationKey, sync_id: str, worker: Worker) -> StepResult:
        """Take a snapshot of both balances, and tell of a mismatch.

        DONE also when the source does not say (``synced`` is unknown then); WAIT when it asks to
        wait.
        """
        try:
            with leased(self.runs, self.add_up.clock, key, sync_id, worker) as lease:
                return self._check(lease)
        except LeaseHeld as held:
            return StepResult(Outcome.WAIT, held.until, busy=True)
        except LeaseLost:
            return StepResult(Outcome.STOPPED)

    def _check(self, lease: Lease) -> StepResult:
        """Ask the source, add up, compare, keep."""
        integration = self.integrations.get(lease.key)
        if integration is None or not lease.run.done:
            return StepResult(Outcome.DONE)
        try:
            synced = self._synced(integration, lease)
        except RateLimited as error:
            run, result = set_back(lease.run, error, self.add_up.clock.now())
            if result.outcome is Outcome.WAIT:
                self.runs.checkpoint(lease, run)
                return result
            synced = None
        self._keep(integration, lease.run.sync_id, synced)
        return StepResult(Outcome.DONE)

    def _synced(self, integration: Integration, lease: Lease) -> dict[str, Decimal] | None:
        """Ask the source what is there now; None when it does not say."""
        if integration.kind is IntegrationKind.MANUAL or integration.sealed is None:
            return self.add_up.calculated(integration.key)
        facts = self.connectors.get(integration.connector)
        bookmarks = {s.name: s.bookmark for s in lease.run.streams if s.bookmark is not None}
        try:
            credentials = self.vault.open(integration.key, integration.sealed)
            with facts.open(credentials, nonce=lease.run.nonce) as source:
                return source.balances(bookmarks)
        except RateLimited:
            raise
        except (SourceError, VaultError):
            return None

    def _keep(
        self, integration: Integration, sync_id: str, synced: dict[str, Decimal] | None
    ) -> None:
        """Store the snapshot and open or close the issue of a mismatch."""
        key = integration.key
        now = self.add_up.clock.now()
        snapshot = Snapshot(now, pair_up(synced, self.add_up.calculated(key)), sync_id)
        self.snapshots.put(key, snapshot)
        subject = issue_id(integration.id, IssueType.BALANCE_MISMATCH)
        if synced is not None and snapshot.matches:
            self.issues.resolve(key.owner, subject, now)
        elif not snapshot.matches:
            self.issues.open(key.owner, _mismatch(subject, integration.id, snapshot))


def _mismatch(subject: str, integration_id: str, snapshot: Snapshot) -> Issue:
    """Say which assets differ, and by how much."""
    differing = {b.asset: f"{b.difference:f}" for b in snapshot.balances if b.difference}
    return Issue(
        id=subject,
        integration_id=integration_id,
        type=IssueType.BALANCE_MISMATCH,
        message="The source's balance differs from what the transactions add up to.",
        opened_at=snapshot.as_of,
        details=differing,
    )
