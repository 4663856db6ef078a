"""Where the balance that a source tells behind each record parts from the calculated one.

The calculated balance after each transaction is known at no cost; the one that the source told is
read from its records, one transaction at a time. So the place is searched for by halves.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import NamedTuple

from tidemark.domain import amounts

_MOST_AT_ONCE = 100
"""So many transactions of about one moment are looked at one by one."""


class Entry(NamedTuple):
    """A transaction on the timeline of one clean asset.

    ``moved`` is what counts of it: nothing if it is excluded. ``codes`` are the source's own codes
    of the asset in its records; one that no source told has none. ``amount`` is what the source
    told, at ``told_at`` where the owner gave it another time.
    """

    at: datetime
    id: str
    source_id: str
    moved: Decimal
    codes: tuple[str, ...]
    amount: Decimal = amounts.ZERO
    told_at: datetime | None = None


Told = Callable[[Entry], Mapping[str, Decimal]]
"""Gives the balance of each of the source's codes after a transaction."""


class Timeline:
    """The transactions of one asset, oldest first. Those within ``span`` may be in any order."""

    def __init__(self, entries: Sequence[Entry], told: Told, span: timedelta) -> None:
        """Add up what is calculated; nothing is asked of the source's records yet."""
        self._entries = entries
        self._told = told
        self._calculated = list(accumulate((e.moved for e in entries), _plus))
        self._places: dict[str, list[int]] = {}
        for place, entry in enumerate(entries):
            for code in entry.codes:
                self._places.setdefault(code, []).append(place)
        gaps = enumerate(pairwise(entries))
        self._ends = [place for place, (one, other) in gaps if other.at - one.at > span]
        self._ends += [len(entries) - 1] if entries else []

    def parting(self) -> int | None:
        """Give the place of the first entry after which the balances differ, None if none does.

        Where several differences cancel each other out in between, it is one of those places.

        Raises:
            LookupError: a record that is needed tells no balance.
        """
        if not self._places or not self._differs(self._ends[-1]):
            return None
        fine, bad = -1, len(self._ends) - 1
        while bad - fine > 1:
            middle = (fine + bad) // 2
            if self._differs(self._ends[middle]):
                bad = middle
            else:
                fine = middle
        return self._first_of(self._ends[fine] if fine >= 0 else -1, self._ends[bad])

    def _first_of(self, fine: int, bad: int) -> int:
        """Walk back through one moment to the first entry that differs."""
        for place in range(bad, max(fine + 1, bad - _MOST_AT_ONCE), -1):
            if not self._differs(place - 1):
                return place
        return max(fine + 1, bad - _MOST_AT_ONCE)

    def _differs(self, place: int) -> bool:
        """Tell whether the balances differ after the entry at a place."""
        told = amounts.total([self._balance(code, place) for code in self._places])
        return told != self._calculated[place]

    def _balance(self, code: str, place: int) -> Decimal:
        """Give the balance of one of the source's codes after the entry at a place."""
        places = self._places[code]
        met = bisect_right(places, place)
        return self._told(self._entries[places[met - 1]])[code] if met else amounts.ZERO


def _plus(one: Decimal, other: Decimal) -> Decimal:
    """Add exactly."""
    return amounts.total([one, other])
