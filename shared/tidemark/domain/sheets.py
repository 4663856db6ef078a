"""Sheets: the closes of one pair in one UTC month, those known and those wanted.

What is known never changes. What is wanted is asked for until there is a close, at longer and
longer intervals; after a few times without one it counts as missing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from tidemark.domain.prices import Close, Pair, settled_at

TRIES = 3
"""So many times the sources had no close before it counts as missing."""

_PAUSES = (timedelta(hours=1), timedelta(hours=4)), timedelta(days=1), timedelta(days=7)
_SELDOM = 30
_SILENT = (*(timedelta(minutes=10) * 2**time for time in range(6)), timedelta(hours=6))
"""When a source is asked again that could not answer: the last of these for all later times."""


class SheetKey(NamedTuple):
    """Which sheet: a pair and a month like ``2023-07``."""

    pair: Pair
    month: str


class Wanted(NamedTuple):
    """A close that is not known: how often sources had none, when they are asked next (UTC).

    ``silences`` is how often in a row one could not answer.
    """

    tries: int
    due_at: datetime
    silences: int = 0

    @property
    def missing(self) -> bool:
        """Tell whether the sources had their chances."""
        return self.tries >= TRIES


@dataclass(frozen=True, slots=True)
class Sheet:
    """One month's closes by day of the month. ``version`` counts changes; 0: never kept."""

    key: SheetKey
    days: Mapping[int, Close | Wanted] = field(default_factory=dict)
    version: int = 0

    @property
    def due_at(self) -> datetime | None:
        """Give when a source is to be asked next; None when nothing is wanted."""
        return min((d.due_at for d in self.days.values() if isinstance(d, Wanted)), default=None)

    def wanting(self, days: Iterable[date], now: datetime) -> "Sheet":
        """Want the closes of days of this month; those of a day that is not over come later."""
        fresh = {
            day.day: Wanted(0, max(now, settled_at(day)))
            for day in days
            if day.day not in self.days
        }
        return replace(self, days={**self.days, **fresh}) if fresh else self

    def open(self, now: datetime, *, early: bool = False) -> list[date]:
        """Give the days whose closes are to be asked for now, in order.

        ``early``: those too that are over and were to be asked for again later.
        """
        wanted = {n: state for n, state in sorted(self.days.items()) if isinstance(state, Wanted)}
        days = {self._day(number): state for number, state in wanted.items()}
        return [
            day
            for day, state in days.items()
            if state.due_at <= now or (early and settled_at(day) <= now)
        ]

    def _day(self, number: int) -> date:
        """Give a day of this month."""
        year, month = map(int, self.key.month.split("-"))
        return date(year, month, number)

    def answered(
        self,
        closes: Mapping[date, Close],
        none: Iterable[date],
        asked: Iterable[date],
        at: datetime,
    ) -> "Sheet":
        """Note what became of the days that were asked for; a known close stays as it is."""
        days, without = dict(self.days), set(none)
        for day in asked:
            state = days.get(day.day)
            if isinstance(state, Wanted):
                found = closes.get(day)
                days[day.day] = found or _later(state, at, counts=day in without)
        return replace(self, days=days)


def _later(state: Wanted, at: datetime, *, counts: bool) -> Wanted:
    """Ask again later, and ever more seldom; it counts where all sources surely have none."""
    if not counts:
        pause = _SILENT[min(state.silences, len(_SILENT) - 1)]
        return Wanted(state.tries, at + pause, state.silences + 1)
    tries = state.tries + 1
    soon, daily, weekly = _PAUSES
    if tries <= len(soon):
        return Wanted(tries, at + soon[tries - 1])
    return Wanted(tries, at + (daily if tries < _SELDOM else weekly))
