"""The services that routes call, put together from the ports when a route first asks.

Nothing is imported before it is needed: a cold start pays only for what its request uses.
"""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from functions.api.cursors import Cursors

if TYPE_CHECKING:
    from collections.abc import Callable

    from tidemark.domain import ports
    from tidemark.services.connect import Connect
    from tidemark.services.delete_integration import DeleteIntegration
    from tidemark.services.edit_integrations import EditIntegrations
    from tidemark.services.edit_transactions import EditTransactions
    from tidemark.services.finish_sync import FinishSync
    from tidemark.services.read_balances import ReadBalances
    from tidemark.services.read_integrations import ReadIntegrations
    from tidemark.services.read_transactions import ReadTransactions
    from tidemark.services.request_sync import SyncRequests
    from tidemark.services.stop import Stop


class Wired(Protocol):
    """Gives the ports: ``tidemark.wiring`` on AWS, anything that has them in tests."""

    def integrations(self) -> ports.Integrations:
        """Give the integrations."""

    def runs(self) -> ports.Runs:
        """Give the lease items."""

    def syncs(self) -> ports.Syncs:
        """Give the records of syncs."""

    def ledger(self) -> ports.Ledger:
        """Give the transactions."""

    def journal(self) -> ports.Journal:
        """Give the import journal."""

    def months(self) -> ports.Months:
        """Give the month buckets."""

    def coverage(self) -> ports.CoverageStore:
        """Give the coverage."""

    def parked(self) -> ports.Parked:
        """Give the parked records."""

    def issues(self) -> ports.Issues:
        """Give the issues."""

    def snapshots(self) -> ports.Snapshots:
        """Give the balances as they were found."""

    def vault(self) -> ports.Vault:
        """Give the vault."""

    def queue(self) -> ports.Queue:
        """Give the queue of incremental syncs."""

    def workflow(self) -> ports.Workflow:
        """Give the state machine."""

    def metrics(self) -> ports.Metrics:
        """Give what operators watch."""

    def clock(self) -> ports.Clock:
        """Give the clock."""

    def connectors(self) -> ports.Connectors:
        """Give the connectors."""

    def idempotency(self) -> ports.IdempotencyStore:
        """Give the answers already given."""

    def cursor_key(self) -> bytes:
        """Give the key that signs cursors."""


class Services:
    """What routes may call. ``sleep`` takes seconds."""

    def __init__(self, wired: Wired, sleep: Callable[[float], None] = time.sleep) -> None:
        """Put services together from these ports."""
        self.wired = wired
        self.sleep = sleep

    @cached_property
    def cursors(self) -> Cursors:
        """Sign and read cursors."""
        return Cursors(self.wired.cursor_key)

    @cached_property
    def requests(self) -> SyncRequests:
        """Start, join, watch and cancel syncs."""
        from tidemark.services.request_sync import SyncRequests

        wired = self.wired
        return SyncRequests(
            integrations=wired.integrations(),
            runs=wired.runs(),
            syncs=wired.syncs(),
            queue=wired.queue(),
            workflow=wired.workflow(),
            clock=wired.clock(),
            finishing=self._finishing,
        )

    @property
    def _finishing(self) -> FinishSync:
        """End syncs that are canceled while nobody is at work on them."""
        from tidemark.services.finish_sync import FinishSync

        wired = self.wired
        return FinishSync(
            integrations=wired.integrations(),
            runs=wired.runs(),
            syncs=wired.syncs(),
            coverage=wired.coverage(),
            parked=wired.parked(),
            issues=wired.issues(),
            metrics=wired.metrics(),
            clock=wired.clock(),
        )

    @cached_property
    def connect(self) -> Connect:
        """Create integrations."""
        from tidemark.services.connect import Connect

        wired = self.wired
        return Connect(
            connectors=wired.connectors(),
            integrations=wired.integrations(),
            vault=wired.vault(),
            requests=self.requests,
            clock=wired.clock(),
        )

    @cached_property
    def stop(self) -> Stop:
        """Stop syncs for good."""
        from tidemark.services.stop import Stop

        return Stop(self.wired.runs(), self.wired.syncs(), self.wired.clock(), self.sleep)

    @cached_property
    def edit_integrations(self) -> EditIntegrations:
        """Change, pause and resume integrations."""
        from tidemark.services.edit_integrations import EditIntegrations

        wired = self.wired
        return EditIntegrations(wired.integrations(), wired.coverage(), self.stop, wired.clock())

    @cached_property
    def delete_integration(self) -> DeleteIntegration:
        """Delete integrations."""
        from tidemark.services.delete_integration import DeleteIntegration, Remains

        wired = self.wired
        remains = Remains(
            ledger=wired.ledger(),
            months=wired.months(),
            coverage=wired.coverage(),
            parked=wired.parked(),
            issues=wired.issues(),
            snapshots=wired.snapshots(),
            runs=wired.runs(),
        )
        store, clock = wired.integrations(), wired.clock()
        return DeleteIntegration(store, remains, self.stop, clock, wired.queue())

    @cached_property
    def read_integrations(self) -> ReadIntegrations:
        """Show integrations."""
        from tidemark.services.read_integrations import ReadIntegrations

        wired = self.wired
        return ReadIntegrations(
            integrations=wired.integrations(),
            runs=wired.runs(),
            coverage=wired.coverage(),
            parked=wired.parked(),
            issues=wired.issues(),
            connectors=wired.connectors(),
            clock=wired.clock(),
        )

    @cached_property
    def read_transactions(self) -> ReadTransactions:
        """Give and list transactions."""
        from tidemark.services.read_transactions import ReadTransactions

        wired = self.wired
        return ReadTransactions(
            wired.integrations(), wired.ledger(), wired.journal(), wired.parked()
        )

    @cached_property
    def edit_transactions(self) -> EditTransactions:
        """Change transactions."""
        from tidemark.services.edit_transactions import EditTransactions

        wired = self.wired
        return EditTransactions(
            reading=self.read_transactions,
            ledger=wired.ledger(),
            months=wired.months(),
            connectors=wired.connectors(),
            requests=self.requests,
            clock=wired.clock(),
        )

    @cached_property
    def read_balances(self) -> ReadBalances:
        """List balances."""
        from tidemark.services.add_up import AddUp
        from tidemark.services.read_balances import ReadBalances

        wired = self.wired
        add_up = AddUp(wired.ledger(), wired.months(), wired.clock())
        return ReadBalances(wired.integrations(), wired.snapshots(), add_up)
