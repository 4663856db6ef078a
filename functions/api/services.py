"""The services that routes call, put together from the ports when a route first asks.

Nothing is imported before it is needed: a cold start pays only for what its request uses.
"""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING

from functions.api.cursors import Cursors

if TYPE_CHECKING:
    from collections.abc import Callable

    from functions.api.balancing import Balancing
    from functions.api.connecting import Connecting
    from functions.api.editing import Editing
    from functions.api.filing import Filing
    from functions.api.linking import Linking
    from functions.api.locking import Locking
    from functions.api.owning import Owning
    from functions.api.pairing import Pairing
    from functions.api.telling import Telling
    from functions.api.valuing import Valuing
    from functions.api.wired import Wired
    from tidemark.services.amend import Amend
    from tidemark.services.delete_integration import DeleteIntegration
    from tidemark.services.edit_integrations import EditIntegrations
    from tidemark.services.edit_transactions import EditTransactions
    from tidemark.services.finish_sync import FinishSync
    from tidemark.services.read_integrations import ReadIntegrations
    from tidemark.services.read_transactions import ReadTransactions
    from tidemark.services.request_sync import SyncRequests
    from tidemark.services.stop import Stop


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
        from tidemark.services.wake import Wake

        wired = self.wired
        return SyncRequests(
            integrations=wired.integrations(),
            runs=wired.runs(),
            syncs=wired.syncs(),
            queue=wired.queue(),
            workflow=wired.workflow(),
            clock=wired.clock(),
            finishing=self._finishing,
            waking=Wake(wired.runs(), wired.waits(), wired.workflow()),
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
            values=wired.values_queue(),
        )

    @cached_property
    def owning(self) -> Owning:
        """Note that owners are here, and keep their accounts."""
        from functions.api.owning import Owning

        return Owning(self.wired)

    @cached_property
    def balancing(self) -> Balancing:
        """Show balances, and have them checked."""
        from functions.api.balancing import Balancing

        return Balancing(self.wired)

    @cached_property
    def connecting(self) -> Connecting:
        """Create integrations, convert them, and give them other credentials."""
        from functions.api.connecting import Connecting

        return Connecting(self.wired, self.requests, self.stop)

    @cached_property
    def linking(self) -> Linking:
        """Connect banks by consent, and take what their owners answer."""
        from functions.api.linking import Linking

        return Linking(self.wired, self.requests, self.connecting, self.stop)

    @cached_property
    def filing(self) -> Filing:
        """Bring files in and out."""
        from functions.api.filing import Filing

        return Filing(self.wired, self.read_transactions)

    @cached_property
    def locking(self) -> Locking:
        """Lock periods, and decide on what comes late for them."""
        from functions.api.locking import Locking

        return Locking(self.wired, self.amend, self.stop)

    @cached_property
    def pairing(self) -> Pairing:
        """Find and decide possible duplicates; undo syncs."""
        from functions.api.pairing import Pairing

        return Pairing(self.wired, self.amend)

    @cached_property
    def valuing(self) -> Valuing:
        """Give prices, and value transactions."""
        from functions.api.valuing import Valuing

        return Valuing(self.wired)

    @cached_property
    def telling(self) -> Telling:
        """Show events, and keep the endpoints that are told of them."""
        from functions.api.telling import Telling

        return Telling(self.wired)

    @cached_property
    def stop(self) -> Stop:
        """Stop syncs for good."""
        from tidemark.services.stop import Stop

        wired = self.wired
        return Stop(wired.runs(), wired.syncs(), wired.clock(), self.sleep, self.requests.waking)

    @cached_property
    def edit_integrations(self) -> EditIntegrations:
        """Change, pause and deactivate integrations."""
        from tidemark.services.edit_integrations import EditIntegrations

        wired = self.wired
        return EditIntegrations(wired.integrations(), wired.coverage(), self.stop, wired.clock())

    @cached_property
    def delete_integration(self) -> DeleteIntegration:
        """Delete integrations."""
        from functions.api.deleting import delete_integration

        return delete_integration(self.wired, self.stop, self.pairing.pairs)

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
            accounts=wired.accounts(),
            licences=wired.licences(),
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
            amend=self.amend,
            connectors=wired.connectors(),
            requests=self.requests,
        )

    @cached_property
    def editing(self) -> Editing:
        """Make transactions, change many, and tell what was changed."""
        from functions.api.editing import Editing

        return Editing(self.wired, self.amend, self.edit_transactions)

    @cached_property
    def amend(self) -> Amend:
        """Write to the ledger by the owner's hand."""
        from tidemark.services.amend import Amend

        wired = self.wired
        return Amend(
            ledger=wired.ledger(),
            journal=wired.journal(),
            months=wired.months(),
            accounts=wired.accounts(),
            integrations=wired.integrations(),
            clock=wired.clock(),
        )
