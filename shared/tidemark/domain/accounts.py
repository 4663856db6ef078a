"""Accounts: what belongs to an owner as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from tidemark.domain.licences import Licence
from tidemark.domain.local_times import zone_named

LAST_SEEN = "last_seen_at"
"""What is kept of an owner beside the version: being seen changes nothing else."""


@dataclass(frozen=True, slots=True)
class PeriodLock:
    """Everything before ``locked_until`` (UTC) stays as it is.

    ``zone`` is the IANA zone in which years are told apart; ``seals`` are the digests of each
    integration's locked transactions as they were when locked; an integration that is not named
    has none. A lock that is not ``sealed`` is being set: all keep to it, but it may be taken back.
    """

    locked_until: datetime
    zone: str
    locked_at: datetime
    seals: Mapping[str, str] = field(default_factory=dict)
    sealed: bool = False

    def holds(self, moment: datetime) -> bool:
        """Tell whether a moment lies in the locked period."""
        return moment < self.locked_until


@dataclass(frozen=True, slots=True)
class Account:
    """What is kept of an owner. ``version`` counts changes; 0: nothing was ever kept.

    ``before`` is the lock to go back to if ``lock``, not sealed yet, cannot be set after all.
    ``last_seen_at`` (UTC) is up to an hour old; ``note_seen`` alone sets it. ``quote_currency`` and
    ``zone`` (IANA) are what the owner counts in.
    """

    owner: str
    lock: PeriodLock | None = None
    version: int = 0
    before: PeriodLock | None = None
    licence: Licence = field(default_factory=Licence)
    quote_currency: str = "EUR"
    zone: str = "UTC"
    last_seen_at: datetime | None = None

    @property
    def settled_lock(self) -> PeriodLock | None:
        """Give the lock that was acknowledged last."""
        return self.lock if self.lock is None or self.lock.sealed else self.before


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Give the first moment (UTC) of a day in a zone.

    Where clocks skip midnight, that is when they are put forward; where midnight comes twice, it is
    the first one. Raises OverflowError beyond the calendar.
    """
    return datetime.combine(day, time(), zone).astimezone(UTC)


def year_of(moment: datetime, zone: str) -> int:
    """Give the year of a moment in a zone."""
    return moment.astimezone(zone_named(zone)).year
