"""Held transactions: what a sync brought for a locked period, until the owner decides."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tidemark.domain.transactions import Found


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
