"""Coverage: per stream, the time intervals that were read to their end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from tidemark.domain.moments import EARLIEST


class Interval(NamedTuple):
    """A span of time, ``since`` inclusive and ``until`` exclusive, UTC."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class StreamCoverage:
    """What is known of one stream.

    ``intervals`` are apart from each other and in order. ``bookmark`` is the connector's own
    note of the last complete read. ``unavailable_before`` is where the source's memory ends.
    """

    intervals: tuple[Interval, ...] = ()
    bookmark: str | None = None
    unavailable_before: datetime | None = None

    def extended(self, interval: Interval, bookmark: str | None) -> "StreamCoverage":
        """Add an interval that was read to its end."""
        return replace(self, intervals=union([*self.intervals, interval]), bookmark=bookmark)

    def reopened(self, since: datetime) -> "StreamCoverage":
        """Take back what is claimed before ``since``: it was not asked for."""
        kept = [Interval(max(i.since, since), i.until) for i in self.intervals if i.until > since]
        return replace(self, intervals=tuple(kept))

    @property
    def complete_until(self) -> datetime | None:
        """Give the end of the last interval: up to there nothing is missing after its start."""
        return self.intervals[-1].until if self.intervals else None


def union(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Join intervals that touch or overlap."""
    joined: list[Interval] = []
    for interval in sorted(intervals):
        if joined and interval.since <= joined[-1].until:
            joined[-1] = Interval(joined[-1].since, max(joined[-1].until, interval.until))
        else:
            joined.append(interval)
    return tuple(joined)


def gaps(intervals: Sequence[Interval], within: Interval) -> tuple[Interval, ...]:
    """Give the parts of ``within`` that no interval covers."""
    missing: list[Interval] = []
    at = within.since
    for interval in intervals:
        if interval.since > at:
            missing.append(Interval(at, min(interval.since, within.until)))
        at = max(at, interval.until)
    if at < within.until:
        missing.append(Interval(at, within.until))
    return tuple(gap for gap in missing if gap.since < gap.until)


def from_start(start: datetime | None) -> datetime:
    """Give where an integration's history begins: its start date, or before anything."""
    return start or EARLIEST
