"""Prices in memory, and the queue of integrations to value."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.prices import NEWEST_FOR, Pair, Quote
from tidemark.domain.sheets import Sheet, SheetKey
from tidemark.errors import SourceUnavailable, StaleVersion


@dataclass
class MemorySheets:
    """Sheets in a dictionary."""

    items: dict[SheetKey, Sheet] = field(default_factory=dict)

    def read(self, keys: Collection[SheetKey]) -> dict[SheetKey, Sheet]:
        """Give those that are there."""
        return {key: self.items[key] for key in keys if key in self.items}

    def write(self, sheet: Sheet) -> Sheet:
        """Keep one in place of its version."""
        kept = self.items.get(sheet.key)
        if sheet.version != (kept.version if kept else 0):
            raise StaleVersion("the sheet was changed in between")
        self.items[sheet.key] = replace(sheet, version=sheet.version + 1)
        return self.items[sheet.key]

    def due(self, now: datetime, limit: int) -> list[SheetKey]:
        """Look at all."""
        waiting = [(each.due_at, key) for key, each in self.items.items() if each.due_at]
        return [key for due_at, key in sorted(waiting) if due_at <= now][:limit]


@dataclass
class MemoryQuotes:
    """Quotes in dictionaries."""

    items: dict[Pair, dict[datetime, Quote]] = field(default_factory=dict)
    pairs: dict[Pair, datetime] = field(default_factory=dict)

    def put(self, quotes: Mapping[Pair, Quote]) -> None:
        """Keep each under its moment."""
        for pair, quote in quotes.items():
            self.items.setdefault(pair, {})[quote.at] = quote

    def newest(self, pair: Pair, now: datetime) -> Quote | None:
        """Give the last one that has not ended."""
        past = [each for each in self.items.get(pair, {}).values() if each.at <= now]
        last = max(past, key=lambda each: each.at, default=None)
        return last if last and last.at + NEWEST_FOR > now else None

    def hold(self, pairs: Collection[Pair], until: datetime) -> None:
        """Note them."""
        self.pairs.update(dict.fromkeys(pairs, until))

    def held(self, now: datetime) -> dict[Pair, datetime]:
        """Give what has not ended."""
        return {pair: until for pair, until in self.pairs.items() if until > now}


@dataclass
class FakeValuesQueue:
    """A queue that remembers what was sent."""

    sent: list[IntegrationKey] = field(default_factory=list)

    def send(self, key: IntegrationKey) -> None:
        """Remember an integration."""
        self.sent.append(key)


@dataclass
class FakePrices:
    """A source of prices that counts what it is asked for.

    ``days`` are closes by asset and day, ``now`` quotes by asset, all in one currency. ``up``
    False: it cannot be reached.
    """

    name: str = "fake"
    quote: str = "EUR"
    days: dict[tuple[str, date], str] = field(default_factory=dict)
    now: dict[str, Quote] = field(default_factory=dict)
    up: bool = True
    free: bool = False
    asked: list[tuple[Pair, tuple[date, ...]]] = field(default_factory=list)
    asked_now: list[frozenset[Pair]] = field(default_factory=list)

    def knows(self, pair: Pair) -> bool:
        """Know every asset that has a name of capitals, in the one currency."""
        return pair.quote == self.quote and pair.asset.isupper() and pair.asset != self.quote

    def closes(self, pair: Pair, days: Sequence[date]) -> Mapping[date, Decimal | None]:
        """Give what there is."""
        self.asked.append((pair, tuple(days)))
        self._be_there()
        told = {day: self.days.get((pair.asset, day)) for day in days}
        return {day: None if text is None else Decimal(text) for day, text in told.items()}

    def spot(self, pairs: Collection[Pair]) -> Mapping[Pair, Quote]:
        """Give what there is."""
        self.asked_now.append(frozenset(pairs))
        self._be_there()
        return {pair: self.now[pair.asset] for pair in pairs if pair.asset in self.now}

    def _be_there(self) -> None:
        """Fail if it cannot be reached."""
        if not self.up:
            raise SourceUnavailable("The source cannot be reached.")
