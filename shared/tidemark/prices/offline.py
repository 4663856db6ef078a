"""Prices from a file, for tests, demonstrations and the local server: nobody is asked.

The file is ``{"BTC/EUR": {"2025-01-01": "90000", "2025-01-02T10:00:00Z": "91000"}}``: what is told
of a date is its close; else the last that is told of a moment of that day is. It is read each time.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from tidemark.connector_kit.price_source import Means, price
from tidemark.domain.prices import NEWEST_FOR, Pair, Quote, day_of, settled_at
from tidemark.errors import SourceGarbage, SourceUnavailable


class OfflinePrices:
    """The prices of a file."""

    name = "offline"
    free = True

    def __init__(self, means: Means) -> None:
        """Say which file."""
        self._clock, self._file = means.clock, means.file

    def knows(self, pair: Pair) -> bool:
        """Tell nothing: the file may have anything, and to look costs as much as to ask."""
        return True

    def closes(self, pair: Pair, days: Sequence[date]) -> Mapping[date, Decimal | None]:
        """Give what is told of days that are over."""
        told = self._told(pair)
        over = [day for day in days if settled_at(day) <= self._clock.now()]
        return {day: _close(told, day) for day in over}

    def spot(self, pairs: Collection[Pair]) -> Mapping[Pair, Quote]:
        """Give the newest that is told of each, unless that is stale."""
        now = self._clock.now()
        newest = {pair: self._newest(pair, now) for pair in pairs}
        return {pair: q for pair, q in newest.items() if q and now - NEWEST_FOR < q.at}

    def _newest(self, pair: Pair, now: datetime) -> Quote | None:
        """Give the last that is told of a moment that has come."""
        past = [(at, text) for at, text in _moments(self._told(pair)) if at <= now]
        at, text = max(past, default=(now, ""))
        return Quote(price(text), at, self.name) if text else None

    def _told(self, pair: Pair) -> Mapping[str, str]:
        """Read the file. Raises SourceUnavailable, SourceGarbage."""
        try:
            text = self._file.read_text() if self._file else "{}"
            told: dict[str, dict[str, str]] = json.loads(text)
        except OSError:
            raise SourceUnavailable("There is no file of prices.") from None
        except ValueError:
            raise SourceGarbage("The file of prices cannot be read.") from None
        return told.get(f"{pair.asset}/{pair.quote}", {})


def _moments(told: Mapping[str, str]) -> Iterator[tuple[datetime, str]]:
    """Go through what is told, by moment; a date is its beginning."""
    for at, text in told.items():
        moment = datetime.fromisoformat(at)
        yield moment if moment.tzinfo else moment.replace(tzinfo=UTC), text


def _close(told: Mapping[str, str], day: date) -> Decimal | None:
    """Give what is told of a day."""
    if day.isoformat() in told:
        return price(told[day.isoformat()])
    within = [(at, text) for at, text in _moments(told) if day_of(at) == day]
    return price(max(within)[1]) if within else None
