"""Balance checks that an owner asks for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tidemark.domain.consents import Present

CHECK = "chk"
"""What the ids of checks begin with; on the queue, they stand in place of a sync's."""

_LONGEST = timedelta(hours=1)


class CheckStatus(StrEnum):
    """How far a check is. Partial: not every integration could be checked in time."""

    RUNNING = "running"
    DONE = "done"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class BalanceCheck:
    """What was asked for; what was found is in the snapshots taken since ``requested_at``.

    ``present`` is who asks, where a bank wants to know: forgotten once that was told to all.
    """

    id: str
    owner: str
    requested_at: datetime
    integrations: tuple[str, ...]
    present: Present | None = None

    @property
    def until(self) -> datetime:
        """Give when it is given up."""
        return self.requested_at + _LONGEST

    def status(self, found: int, now: datetime) -> CheckStatus:
        """Say how far it is, if so many of its integrations have been checked."""
        if found == len(self.integrations):
            return CheckStatus.DONE
        return CheckStatus.RUNNING if now < self.until else CheckStatus.PARTIAL
