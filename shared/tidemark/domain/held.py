"""Held transactions: what a sync brought for a locked period, until the owner decides."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from tidemark.domain import amounts
from tidemark.domain.history import OWNER, Action, Change
from tidemark.domain.legs import Difference, compare, net
from tidemark.domain.reading import merge
from tidemark.domain.transactions import (
    Found,
    State,
    Transaction,
    grown,
    imported,
    restored,
)


class HeldReason(StrEnum):
    """What a held transaction would do to the ledger."""

    NEW = "new"
    MORE_LEGS = "more_legs"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Held:
    """One held transaction, as the sync ``sync_id`` found it ``at`` (UTC).

    A rejected one is kept so that no later sync brings it again while the period is locked.
    """

    found: Found
    reason: HeldReason
    sync_id: str
    at: datetime
    rejected: bool = False

    @property
    def id(self) -> str:
        """Give the inner id of the transaction."""
        return self.found.id

    def joined(self, told: "Held") -> "Held":
        """Give what is held when the same transaction is told again: perhaps with further legs."""
        difference = compare(self.found.legs, told.found.legs)
        if difference is Difference.CHANGED or self.reason is not told.reason:
            return told
        if difference is Difference.NONE:
            return self
        return replace(self, found=merge(self.found, told.found))


def accepted(stored: Transaction | None, held: Held, at: datetime) -> Transaction | None:
    """Give the transaction as it is once the owner has accepted what was held.

    ``stored`` is what the ledger has of it now, with its history. None when there is nothing to
    write, or the source contradicts what is stored.
    """
    if stored is None:
        change = Change(at, OWNER, Action.ACCEPTED, {}, {"state": State.ACTIVE.value})
        return replace(imported(held.found, at=at, by=held.sync_id), history=(change,))
    if stored.state is State.DELETED:
        return restored(stored, held.found, at=at, by=held.sync_id, actor=OWNER)
    if compare(stored.legs, held.found.legs) is Difference.MORE_LEGS:
        return grown(stored, held.found, at=at, actor=OWNER)
    return None


def would_change(stored: Transaction | None, held: Held) -> dict[str, Decimal]:
    """Give by how much the calculated balance of each asset would change if it were accepted."""
    after = _counted(accepted(stored, held, held.at) or stored)
    before = _counted(stored)
    differences = {
        asset: amounts.difference(after.get(asset, amounts.ZERO), before.get(asset, amounts.ZERO))
        for asset in sorted({*after, *before})
    }
    return {asset: amount for asset, amount in differences.items() if amount}


def _counted(row: Transaction | None) -> dict[str, Decimal]:
    """Give what a transaction adds to the calculated balance."""
    return net(row.facts.legs) if row is not None and row.counts else {}
