"""What an owner decides on transactions that a sync brought for a locked period."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from tidemark.domain.accounts import year_of
from tidemark.domain.held import Held, accepted, would_change
from tidemark.domain.ids import split_transaction_id
from tidemark.domain.integrations import Integration
from tidemark.domain.legs import Difference, compare
from tidemark.domain.ports import Integrations, Issues, Ledger, Parked
from tidemark.domain.transactions import Transaction, imported
from tidemark.errors import Conflict, NotFound
from tidemark.services.amend import Amend
from tidemark.services.find import holds_transactions, stored_integration, with_transactions
from tidemark.services.held_issue import settle_held_issue
from tidemark.services.seal_period import Seals

_TRIES = 5


class HeldView(NamedTuple):
    """A held transaction as it would be, and what accepting it would change.

    ``year`` is that of the lock's zone; ``balances`` are differences per clean asset.
    """

    integration: Integration
    held: Held
    transaction: Transaction
    year: int
    balances: dict[str, Decimal]

    @property
    def place(self) -> tuple[str, str]:
        """Say where it is in the list: by integration, then by inner id."""
        return self.integration.id, self.held.id


@dataclass(frozen=True)
class DecideHeld:
    """Lists, accepts and rejects held transactions."""

    integrations: Integrations
    ledger: Ledger
    parked: Parked
    issues: Issues
    amend: Amend
    seals: Seals

    def views(
        self,
        owner: str,
        integration_id: str | None,
        after: tuple[str, str] | None,
        *,
        rejected: bool = False,
    ) -> Iterator[HeldView]:
        """Go through what is held, or what was rejected, after a place, lazily. Raises NotFound."""
        own: Sequence[Integration] = with_transactions(self.integrations, owner)
        if integration_id is not None:
            own = [self._integration(owner, integration_id)]
        zone = self._zone(owner)
        for each in own:
            if after is not None and each.id < after[0]:
                continue
            for held in self.parked.held(each.key):
                behind = after is None or (each.id, held.id) > after
                if behind and held.rejected is rejected:
                    yield self._view(each, held, zone)

    def accept(
        self, owner: str, transaction_id: str, deadline: datetime
    ) -> tuple[Integration, Transaction]:
        """Take one into the ledger past the lock, and seal its integration anew.

        A rejected one may be accepted after all. What is broken off can be done again.

        Raises:
            NotFound: it is not held (any more).
            Conflict: ``not_locked``: its period is open, a sync will import it; ``source_changed``:
                it contradicts what is stored; ``busy``; ``too_large``: it is written, but could not
                be sealed until ``deadline`` (UTC).
        """
        integration, held = self._held(owner, transaction_id)
        written = self._written(integration, held)
        self.seals.renew(integration.key, deadline)
        self.parked.let_go(integration.key, [held.id])
        self._settle(integration)
        return integration, written

    def reject(self, owner: str, transaction_id: str) -> HeldView:
        """Have no sync bring it again while the period is locked. Raises NotFound."""
        integration, held = self._held(owner, transaction_id)
        rejected = replace(held, rejected=True)
        self.parked.hold(integration.key, [rejected])
        self._settle(integration)
        return self._view(integration, rejected, self._zone(owner))

    def _written(self, integration: Integration, held: Held) -> Transaction:
        """Write what was accepted, unless it is there already."""
        for _ in range(_TRIES):
            stored = self.ledger.get(integration.key, held.id)
            wanted = accepted(stored, held, self.amend.clock.now())
            if wanted is None and stored is not None:
                return _same(stored, held)
            if wanted is not None:
                written = self.amend.past_the_lock(integration.key, stored, wanted)
                if written is not None:
                    return written
        raise Conflict("This is being changed by others; try again.", "busy")

    def _held(self, owner: str, transaction_id: str) -> tuple[Integration, Held]:
        """Find what is held under an id."""
        parts = split_transaction_id(transaction_id)
        if parts is None:
            raise NotFound
        integration = self._integration(owner, parts[0])
        for held in self.parked.held(integration.key):
            if held.id == parts[1]:
                return integration, held
        raise NotFound

    def _integration(self, owner: str, integration_id: str) -> Integration:
        """Give an integration whose transactions are to be seen."""
        found = stored_integration(self.integrations, owner, integration_id)
        if not holds_transactions(found):
            raise NotFound
        return found

    def _view(self, integration: Integration, held: Held, zone: str) -> HeldView:
        """Show what is held as it would be in the ledger."""
        stored = self.ledger.get_many(integration.key, [held.id]).get(held.id)
        row = accepted(stored, held, held.at) or imported(held.found, at=held.at, by=held.sync_id)
        year = year_of(row.facts.occurred_at, zone)
        return HeldView(integration, held, row, year, would_change(stored, held))

    def _zone(self, owner: str) -> str:
        """Give the zone in which years are told apart."""
        lock = self.amend.accounts.get(owner).settled_lock
        return lock.zone if lock else "UTC"

    def _settle(self, integration: Integration) -> None:
        """Close the issue if nothing is left to decide."""
        now = self.amend.clock.now()
        settle_held_issue(self.parked, self.issues, integration.key, now)


def _same(stored: Transaction, held: Held) -> Transaction:
    """Give what is stored if it is what was held. Raises Conflict ``source_changed``."""
    if compare(stored.legs, held.found.legs) is Difference.CHANGED:
        message = "The source now tells other amounts than those stored."
        raise Conflict(message, "source_changed")
    return stored
