"""Readings of an account that were made with nobody there, and when the next one is allowed."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tidemark.errors import RateLimited

DAY = timedelta(hours=24)
"""Banks count within any such time, not by the date."""

ON_THE_WAY = timedelta(seconds=2)
"""A reading reaches its bank so much later than it was counted here, at the most.

A sync comes round after 24 hours to the second: without this the one that travels faster than the
one of the day before would be a fifth.
"""

_FREE = DAY + ON_THE_WAY


@dataclass(frozen=True, slots=True)
class Reads:
    """When one scope of an account was read in the last 24 hours (UTC, oldest first).

    ``told`` is how many are left until ``resets_at``, where the aggregator says so itself.
    """

    times: tuple[datetime, ...] = ()
    told: int | None = None
    resets_at: datetime | None = None

    def taken(self, now: datetime, most: int) -> "Reads":
        """Count one more. Raises RateLimited: the last ``most`` are less than 24 hours ago."""
        recent = tuple(at for at in self.times if now - at < _FREE)
        if len(recent) >= most:
            raise _used_up(recent[len(recent) - most] + _FREE - now)
        if self.told is None or self.resets_at is None or self.resets_at <= now:
            return Reads((*recent, now))
        if self.told < 1:
            raise _used_up(self.resets_at - now)
        return replace(self, times=(*recent, now), told=self.told - 1)


def _used_up(left: timedelta) -> RateLimited:
    """Say how long it takes until the next one is free."""
    return RateLimited("The bank allows no more readings for now.", left)
