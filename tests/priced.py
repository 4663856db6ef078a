"""The part of a small world that knows prices."""

from dataclasses import dataclass, field

from tests.fakes import FakeValuesQueue, MemoryQuotes, MemorySheets
from tidemark.domain.prices import PriceSource


@dataclass(kw_only=True)
class Priced:
    """Stores of prices in memory, the queue of integrations to value, and no source."""

    sheets: MemorySheets = field(default_factory=MemorySheets)
    quotes: MemoryQuotes = field(default_factory=MemoryQuotes)
    values_queue: FakeValuesQueue = field(default_factory=FakeValuesQueue)
    price_sources: list[PriceSource] = field(default_factory=list)
