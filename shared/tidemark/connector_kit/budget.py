"""A source's rate limit, kept on this side of the wire."""

from datetime import datetime, timedelta

from tidemark.domain.pages import RateBudget
from tidemark.domain.ports import Clock
from tidemark.errors import RateLimited


class LeakyCounter:
    """Counts calls as the source does, so that it is never overrun.

    A call that would overrun raises with the time in which the whole counter drains: work goes in
    bursts, and the waiting is done where it costs nothing.
    """

    def __init__(self, budget: RateBudget, clock: Clock) -> None:
        """Start empty: whoever opens a source has waited as the last one was told to."""
        self._budget = budget
        self._clock = clock
        self._level = 0.0
        self._at: datetime | None = None

    def spend(self, points: float, *, keep: float = 0) -> None:
        """Count a call of so many points, leaving room for ``keep`` more.

        Raises:
            RateLimited: when there is no room; nothing is counted then.
        """
        now = self._clock.now()
        passed = max(timedelta(0), now - (self._at or now)).total_seconds()
        self._level = max(0.0, self._level - passed * self._budget.per_second)
        self._at = now
        if self._level > 0 and self._level + points + keep > self._budget.capacity:
            raise RateLimited(
                "The source's rate limit is used up for now.", self._budget.time_for(self._level)
            )
        self._level += points
