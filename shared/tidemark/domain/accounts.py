"""Accounts: what belongs to an owner as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PeriodLock:
    """Everything before ``locked_until`` (UTC) stays as it is.

    ``zone`` is the IANA zone in which years are told apart; ``seals`` are the digests of each
    integration's locked transactions as they were when locked.
    """

    locked_until: datetime
    zone: str
    locked_at: datetime
    seals: Mapping[str, str] = field(default_factory=dict)

    def holds(self, moment: datetime) -> bool:
        """Tell whether a moment lies in the locked period."""
        return moment < self.locked_until


@dataclass(frozen=True, slots=True)
class Account:
    """What is kept of an owner. ``version`` counts changes; 0: nothing was ever kept."""

    owner: str
    lock: PeriodLock | None = None
    version: int = 0
