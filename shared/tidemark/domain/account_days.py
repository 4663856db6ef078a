"""The rows of one account by day, and what is told of it at the end of a day.

All rows of a day stand at its midnight, or the order that their times give is not to be relied
on: only whole days are compared.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import UTC, date
from decimal import Decimal
from itertools import accumulate

from tidemark.domain import amounts
from tidemark.domain.holes import Hole, Step, ends, holes
from tidemark.domain.timelines import Entry

_MOST_BACK = 10
"""So many days are looked back through for one that tells where it ends."""

_MOST_A_DAY = 100
"""The rows of a day with more of them are not read."""

type After = Callable[[Entry], Decimal | None]
"""Gives the balance that a row led to, None where that is not told."""


class AccountDays:
    """The rows that a source told of one account. Each day is read once at most."""

    def __init__(self, entries: Sequence[Entry], after: After) -> None:
        """Sort them by day, and add up what they moved; nothing is read yet."""
        self._after = after
        self._rows: dict[date, list[Entry]] = {}
        for entry in sorted(entries, key=day_of):
            self._rows.setdefault(day_of(entry), []).append(entry)
        self._days = list(self._rows)
        sums = (amounts.total(each.amount for each in day) for day in self._rows.values())
        self._moved = list(accumulate(sums, lambda one, other: amounts.total([one, other])))
        self._read: dict[date, list[Step]] = {}

    @property
    def tells(self) -> bool:
        """Tell whether the last rows tell balances."""
        last = self._days[-_MOST_BACK:]
        return any(s.after is not None for day in reversed(last) for s in self._steps(day))

    def sure(self, until: date) -> int:
        """Give the place of the last day up to one that says where it ended; -1: the beginning.

        Raises:
            LookupError: there is none near.
        """
        place = bisect_right(self._days, until) - 1
        for back in range(place, place - _MOST_BACK, -1):
            if back < 0 or ends(self._steps(self._days[back])):
                return max(back, -1)
        raise LookupError

    def lacking(self, place: int) -> Decimal:
        """Give by how much what is told at the end of a sure day is more than its rows make."""
        told = ends(self._steps(self._days[place])) if place >= 0 else None
        return amounts.difference(told[1], self._moved[place]) if told else amounts.ZERO

    def rows(self, first: int, until: date) -> list[Entry]:
        """Give the rows from a place up to a day."""
        return [row for day in self._between(first, until) for row in self._rows[day]]

    def holes(self, fine: int, until: date) -> tuple[set[Hole], bool] | None:
        """Find where one row may be missing, from a sure day up to another day.

        Their numbers are those of ``rows`` from ``max(fine, 0)``. The flag tells whether there
        need be none. None: it cannot be found out.
        """
        days = [self._steps(day) for day in self._between(max(fine, 0), until)]
        start = self.lacking(fine)
        if fine > 0:
            start = amounts.total([start, self._moved[fine - 1]])
        found = holes(days, start)
        return None if found is None else (found.places, found.whole)

    def _between(self, first: int, until: date) -> list[date]:
        """Give the days from a place up to a day."""
        return self._days[first : bisect_right(self._days, until)]

    def _steps(self, day: date) -> list[Step]:
        """Read the rows of a day; too many of them are as if they told nothing."""
        steps = self._read.get(day)
        if steps is None:
            rows = self._rows[day]
            few = len(rows) <= _MOST_A_DAY
            steps = [Step.of(row.amount, self._after(row) if few else None) for row in rows]
            self._read[day] = steps
        return steps


def day_of(entry: Entry) -> date:
    """Give the day that the source named, or else that of the owner's own transaction."""
    return (entry.told_at or entry.at).astimezone(UTC).date()
