"""Neighbours in time: the nearest two of different sides, again and again.

The nearest two are always neighbours among those that are left, so a heap of neighbours finds all
pairs in the order of their distance without comparing everything with everything.
"""

import heapq
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from tidemark.domain.duplicates import SPAN
from tidemark.domain.legs import Leg


class Entry(NamedTuple):
    """A transaction, by the id that owners see, as it is compared.

    ``scope`` is a source's integration; an own one has it if only that integration will do.
    """

    id: str
    at: datetime
    legs: tuple[Leg, ...]
    scope: str | None


class Chains:
    """Buckets as chains of neighbours in time, of which the nearest of two sides are given."""

    def __init__(self, rows: Iterable[list[tuple[Entry, bool]]]) -> None:
        """Link each row's entries in the order of time; each says whether it is an own one."""
        self._entries: list[tuple[Entry, bool]] = []
        self._before: list[int] = []
        self._after: list[int] = []
        self._places: dict[str, list[int]] = {}
        self._heap: list[tuple[timedelta, datetime, str, str, int, int]] = []
        for row in rows:
            self._link(sorted(row, key=lambda pair: (*by_time(pair[0]), pair[1])))

    def _link(self, row: list[tuple[Entry, bool]]) -> None:
        """Put one row's chain behind what is there."""
        first, last = len(self._entries), len(self._entries) + len(row) - 1
        self._entries += row
        for at in range(first, last + 1):
            self._before.append(at - 1 if at > first else -1)
            self._after.append(at + 1 if at < last else -1)
            self._places.setdefault(self._entries[at][0].id, []).append(at)
        for at in range(first, last):
            self._push(at, at + 1)

    def _push(self, left: int, right: int) -> None:
        """Remember two neighbours if they may be one."""
        (one, one_is_own), (other, other_is_own) = self._entries[left], self._entries[right]
        if one_is_own is not other_is_own and other.at - one.at <= SPAN:
            entry = (other.at - one.at, one.at, one.id, other.id, left, right)
            heapq.heappush(self._heap, entry)

    def nearest(self) -> tuple[Entry, Entry] | None:
        """Give the nearest two that are still neighbours, the own one first."""
        while self._heap:
            *_, left, right = heapq.heappop(self._heap)
            if self._after[left] == right:
                (one, one_is_own), (other, _) = self._entries[left], self._entries[right]
                return (one, other) if one_is_own else (other, one)
        return None

    def remove(self, pair: Iterable[Entry]) -> None:
        """Take entries out of all chains; their neighbours become neighbours of each other."""
        for place in (place for entry in pair for place in self._places.pop(entry.id)):
            before, after = self._before[place], self._after[place]
            self._before[place] = self._after[place] = -1
            if before >= 0:
                self._after[before] = after
            if after >= 0:
                self._before[after] = before
            if before >= 0 and after >= 0:
                self._push(before, after)


def by_time(each: Entry) -> tuple[datetime, str]:
    """Sort by time."""
    return each.at, each.id
