"""Deleting an integration, with or without its transactions: a job that can be taken up again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from tidemark.domain.integrations import Integration, IntegrationKey
from tidemark.domain.journal import Chunk, Noted
from tidemark.domain.pages import Window
from tidemark.domain.ports import (
    Accounts,
    Clock,
    CoverageStore,
    Integrations,
    Issues,
    Journal,
    Ledger,
    Months,
    Parked,
    Queue,
    Runs,
    Snapshots,
)
from tidemark.errors import Conflict
from tidemark.services.find import keeps_transactions, kept_marks, stored_integration
from tidemark.services.quiet import has_writers
from tidemark.services.stop import Stop
from tidemark.services.write_integration import BUSY, TRIES, check_version, write

DELETION = "deletion"
"""What the queue is given in place of a sync's id, so that a worker goes on deleting."""

_PORTION = 1_000
_AT_WORK = timedelta(minutes=15)
"""How long one portion may take: no longer than any function may run."""


class HoldsPairs(Protocol):
    """Keeps what names transactions of two integrations."""

    def erase(self, key: IntegrationKey) -> None:
        """Remove what names an integration's."""


@dataclass(frozen=True)
class Remains:
    """The stores where an integration leaves something."""

    ledger: Ledger
    months: Months
    coverage: CoverageStore
    parked: Parked
    issues: Issues
    snapshots: Snapshots
    runs: Runs
    journal: Journal
    pairs: HoldsPairs | None = None

    def erase_connection(self, key: IntegrationKey) -> None:
        """Remove what only syncs need."""
        self.coverage.erase(key)
        self.parked.erase(key)
        self.snapshots.erase(key)
        self.issues.erase(key.owner, key.integration_id)
        self.runs.erase(key)

    def erase_transactions(self, key: IntegrationKey, ids: Sequence[str], now: datetime) -> None:
        """Remove transactions, and tell those who follow the changes."""
        removed = Noted.REMOVED
        chunk = Chunk(now, "", key.integration_id, tuple(ids), removed, now + _AT_WORK)
        noted = self.journal.note(key.owner, chunk)
        self.ledger.erase(key, ids)
        self.journal.finish(key.owner, noted.number)


@dataclass(frozen=True)
class DeleteIntegration:
    """Deletes integrations; what a request has no time for is handed to the queue's workers."""

    integrations: Integrations
    remains: Remains
    stop: Stop
    accounts: Accounts
    clock: Clock
    queue: Queue

    def delete(
        self,
        owner: str,
        integration_id: str,
        *,
        keep_transactions: bool,
        until: datetime,
        expected: int | None = None,
    ) -> bool:
        """Delete an integration, working until a moment (UTC); tell whether all is done.

        From the first moment on it is gone for its owner; asking again goes on with the work.

        Raises:
            NotFound, Stale
            Conflict: code ``still_stopping``: it is marked, but somebody who writes into it has not
                let go yet; code ``period_locked``: transactions of a locked period are kept.
        """
        key = self._mark(owner, integration_id, keep=keep_transactions, expected=expected)
        self.stop.stop(key, "The integration was deleted.", lambda: self._written_to(key))
        return self.go_on(key, until)

    def go_on(self, key: IntegrationKey, until: datetime) -> bool:
        """Go on deleting until a moment (UTC); tell whether all is done, or hand on the rest."""
        marked = self.integrations.get(key)
        if marked is None or not marked.deleting:
            return True
        self.remains.erase_connection(key)
        if keeps_transactions(marked):
            return True
        while ids := self.remains.ledger.ids(key, _PORTION):
            self.remains.erase_transactions(key, ids, self.clock.now())
            if len(ids) == _PORTION and self.clock.now() >= until:
                self.queue.send(key, DELETION)
                return False
        if self.remains.pairs is not None:
            self.remains.pairs.erase(key)
        self.remains.months.erase(key)
        self.integrations.remove(key)
        return True

    def _written_to(self, key: IntegrationKey) -> bool:
        """Tell whether an edit or a file is still being written into the integration."""
        return has_writers(self.remains.months, key, self.clock.now())

    def _mark(
        self, owner: str, integration_id: str, *, keep: bool, expected: int | None
    ) -> IntegrationKey:
        """Mark the integration as being deleted, its credentials gone."""
        for _ in range(TRIES):
            present = stored_integration(self.integrations, owner, integration_id)
            if not present.deleting:
                check_version(present, expected)
            marked = _marked(present, keep=keep)
            if keeps_transactions(present) or not present.deleting:
                self._refuse_locked(marked)
            if marked == present or write(self.integrations, marked):
                return present.key
        raise Conflict(BUSY, "busy")

    def _refuse_locked(self, marked: Integration) -> None:
        """Refuse to delete transactions of the owner's locked period."""
        lock = self.accounts.get(marked.key.owner).lock
        if lock is None or keeps_transactions(marked):
            return
        locked = Window(None, lock.locked_until)
        if any(self.remains.ledger.oldest_first(marked.key, locked, None)):
            raise Conflict("It has transactions in a locked period; keep them.", "period_locked")


def _marked(present: Integration, *, keep: bool) -> Integration:
    """Give the integration as it is while it is being deleted.

    Transactions that are being deleted are not kept after all; those kept may be deleted later.
    """
    kept = keep and (not present.deleting or keeps_transactions(present))
    return replace(
        present,
        deleting=True,
        sealed=None,
        sealed_hint=None,
        extra=kept_marks(keep=kept),
        pending=None,
    )
