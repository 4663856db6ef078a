"""The journal of an owner: every change of the ledger, in one order, noted before it is made."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Noted(StrEnum):
    """What a chunk says is done to its transactions."""

    ADDED = "added"
    MODIFIED = "modified"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one commit set out to write.

    An owner's chunks are numbered from 1 without a gap, and ``at`` (UTC) rises with the number.
    ``import_id`` names the sync or import that makes the change, empty: the owner by hand.
    ``until`` (UTC) is when its writer gives up at the latest; ``done`` tells that all of it is
    written. An added transaction carries the ``import_id`` and ``at`` of its chunk; a chunk that
    names others was left by a crash and says nothing about them.
    """

    at: datetime
    import_id: str
    integration_id: str
    transaction_ids: tuple[str, ...]
    action: Noted = Noted.ADDED
    until: datetime | None = None
    done: bool = False
    number: int = 0

    def is_settled(self, now: datetime) -> bool:
        """Tell whether its writer will write nothing more of it."""
        return self.done or (self.until is not None and self.until <= now)
