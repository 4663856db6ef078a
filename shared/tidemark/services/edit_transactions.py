"""What an owner may do with a transaction: update, reset, exclude, delete, forget, restore."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from tidemark.domain.history import Action
from tidemark.domain.integrations import Integration
from tidemark.domain.moments import to_milliseconds
from tidemark.domain.pages import Window
from tidemark.domain.ports import Connectors, Ledger
from tidemark.domain.syncs import Mode, Sync
from tidemark.domain.transactions import Origin, State, Transaction
from tidemark.domain.wording import Said, reworded
from tidemark.errors import Conflict, NotFound, Stale
from tidemark.services.amend import Amend
from tidemark.services.read_transactions import ReadTransactions
from tidemark.services.request_sync import SyncRequests
from tidemark.services.walk_transactions import Row

_TRIES = 5
_MARGIN = timedelta(seconds=1)
"""How much around a transaction's time is read again to restore it."""


def mark_of(transaction: Transaction) -> str:
    """Give what If-Match compares: it never comes again, not even after forgetting."""
    return f"{transaction.revision}-{to_milliseconds(transaction.imported_at)}"


@dataclass(frozen=True)
class EditTransactions:
    """Changes transactions. An ``expected`` mark, if given, must be the present one."""

    reading: ReadTransactions
    ledger: Ledger
    amend: Amend
    connectors: Connectors
    requests: SyncRequests

    def update(
        self, owner: str, transaction_id: str, said: Said, expected: str | None = None
    ) -> Row:
        """Lay what the owner says over what was imported; nothing new is not written.

        Raises:
            NotFound, Conflict, Stale, Invalid
        """

        def change(stored: Transaction) -> Transaction:
            return replace(_alive(stored), overlay=reworded(stored, said))

        return self._edit(owner, transaction_id, expected, change, Action.UPDATED)

    def reset(self, owner: str, transaction_id: str, expected: str | None = None) -> Row:
        """Show one as it was imported again. Raises NotFound, Conflict, Stale."""

        def change(stored: Transaction) -> Transaction:
            return replace(_alive(stored), overlay=None)

        return self._edit(owner, transaction_id, expected, change, Action.RESET)

    def exclude(self, owner: str, transaction_id: str, expected: str | None = None) -> Row:
        """Take one out of balances and reports. Raises NotFound, Conflict, Stale."""
        change = _to(State.EXCLUDED)
        return self._edit(owner, transaction_id, expected, change, Action.EXCLUDED)

    def include(self, owner: str, transaction_id: str, expected: str | None = None) -> Row:
        """Put one back. Raises NotFound, Conflict, Stale."""
        change = _to(State.ACTIVE)
        return self._edit(owner, transaction_id, expected, change, Action.INCLUDED)

    def delete(self, owner: str, transaction_id: str, expected: str | None = None) -> Row:
        """Leave only a tombstone: ids and time, no amounts. Raises NotFound, Stale."""
        return self._edit(owner, transaction_id, expected, _buried, Action.DELETED)

    def forget(self, owner: str, transaction_id: str, expected: str | None = None) -> None:
        """Leave no trace at all. Raises NotFound, Stale."""
        for _ in range(_TRIES):
            integration, stored = self._expected(owner, transaction_id, expected)
            if self.amend.forget(integration.key, stored):
                return
        raise _busy()

    def restore(self, owner: str, transaction_id: str) -> Sync:
        """Take a tombstone back: the source is asked again for that time.

        Raises:
            NotFound
            Conflict: it is not deleted, or no source has it, or its integration cannot sync.
        """
        integration, stored = self._stored(owner, transaction_id)
        if stored.state is not State.DELETED:
            raise Conflict("The transaction is not deleted.", "not_deleted")
        if stored.origin is not Origin.SOURCE:
            raise Conflict("No source has this transaction.", "no_source")
        self.amend.refuse_locked(owner, [stored.facts.occurred_at])
        span = self.connectors.get(integration.connector).group_span
        window = Window(stored.occurred_at - _MARGIN, stored.occurred_at + span + _MARGIN)
        ids = [integration.id]
        sync = self.requests.request(owner, ids, Mode.RANGE, window, only=stored.id)[0]
        run = self.requests.runs.current(integration.key)
        if run is not None and run.only != stored.id:
            raise Conflict("Another sync is running; try again when it has ended.", "syncing")
        return sync

    def _edit(
        self,
        owner: str,
        transaction_id: str,
        expected: str | None,
        change: Callable[[Transaction], Transaction],
        action: Action,
    ) -> Row:
        """Write a change; without an expected mark the last write wins."""
        for _ in range(_TRIES):
            integration, stored = self._expected(owner, transaction_id, expected)
            changed = change(stored)
            if changed == stored:
                return Row(integration, stored)
            if written := self.amend.change(integration.key, stored, changed, action):
                return Row(integration, written)
        raise _busy()

    def _expected(
        self, owner: str, transaction_id: str, expected: str | None
    ) -> tuple[Integration, Transaction]:
        """Give a transaction of the ledger, if it is as the owner has seen it."""
        integration, stored = self._stored(owner, transaction_id)
        if expected not in (None, mark_of(stored)):
            raise Stale("The transaction was changed since it was read.")
        return integration, stored

    def _stored(self, owner: str, transaction_id: str) -> tuple[Integration, Transaction]:
        """Give a transaction of the ledger; pending and held ones cannot be changed."""
        integration, inner = self.reading.place_of(owner, transaction_id)
        stored = self.ledger.get(integration.key, inner)
        if stored is None:
            row = self.reading.get(owner, transaction_id)
            if row.pending:
                raise Conflict("The transaction is pending; its source may change it.", "pending")
            if row.held:
                raise Conflict("The transaction is held: accept or reject it first.", "held")
            raise NotFound
        return integration, stored


def _alive(stored: Transaction) -> Transaction:
    """Give a transaction that may be changed: neither deleted, nor merged into another one."""
    if stored.state is State.DELETED:
        raise Conflict("The transaction is deleted; restore it first.", "deleted")
    if stored.merged_into is not None:
        message = "The transaction is merged into another one; undo that first."
        raise Conflict(message, "merged")
    return stored


def _to(state: State) -> Callable[[Transaction], Transaction]:
    """Give what brings a transaction into another state; one that is in it already stays."""

    def change(stored: Transaction) -> Transaction:
        return stored if stored.state is state else replace(_alive(stored), state=state)

    return change


def _buried(stored: Transaction) -> Transaction:
    """Give the tombstone; one that is there stays as it is."""
    return stored if stored.state is State.DELETED else stored.tombstone()


def _busy() -> Conflict:
    """Say that others keep changing it."""
    return Conflict("This is being changed by others; try again.", "busy")
