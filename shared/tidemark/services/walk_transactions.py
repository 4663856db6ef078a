"""Walking through the transactions of many integrations in one order, from any place in it."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import batched, islice
from typing import NamedTuple

from tidemark.domain.integrations import Integration
from tidemark.domain.journal import Chunk, Noted
from tidemark.domain.pages import Window
from tidemark.domain.ports import Journal, Ledger, Place
from tidemark.domain.transactions import Transaction

_TICK = timedelta(microseconds=1)
_FOREVER = datetime.max.replace(tzinfo=UTC)
_PORTION = 100


@dataclass(frozen=True, slots=True)
class Row:
    """A transaction with its integration. ``pending`` and ``held`` ones are not in the ledger."""

    integration: Integration
    transaction: Transaction
    pending: bool = False
    held: bool = False

    @property
    def stored(self) -> bool:
        """Tell whether it is in the ledger."""
        return not (self.pending or self.held)


class Spot(NamedTuple):
    """A place in a list by time: after this transaction, in the list's direction."""

    occurred_at: datetime
    integration_id: str
    transaction_id: str


class ImportSpot(NamedTuple):
    """A place in the list by import: the ``nth`` id of the journal's chunk with this number."""

    number: int
    nth: int


def spot_of(row: Row) -> Spot:
    """Say where a row is in a list by time."""
    return Spot(row.transaction.facts.occurred_at, row.integration.id, row.transaction.id)


@dataclass(frozen=True)
class ByTime:
    """Walks by ``occurred_at``; ties are in the order of the ids, in the same direction."""

    ledger: Ledger
    integrations: Iterable[Integration]
    window: Window
    newest_first: bool

    def walk(self, after: Spot | None) -> Iterator[tuple[Spot, Row]]:
        """Go through all rows after a place, lazily."""
        streams = [self._one(each, after) for each in self.integrations]
        return heapq.merge(*streams, key=lambda pair: pair[0], reverse=self.newest_first)

    def _one(self, integration: Integration, after: Spot | None) -> Iterator[tuple[Spot, Row]]:
        """Go through one integration's rows after a place."""
        place = None
        if after is not None and after.integration_id == integration.id:
            place = Place(after.occurred_at, after.transaction_id)
        direction = self.ledger.newest_first if self.newest_first else self.ledger.oldest_first
        for transaction in direction(integration.key, self._window(after), place):
            row = Row(integration, transaction)
            if after is None or self._is_behind(spot_of(row), after):
                yield spot_of(row), row

    def _window(self, after: Spot | None) -> Window:
        """Leave out the part of the window that was walked before."""
        if after is None:
            return self.window
        if self.newest_first:
            return Window(self.window.since, min(self.window.until, after.occurred_at + _TICK))
        since = self.window.since or after.occurred_at
        return Window(max(since, after.occurred_at), self.window.until)

    def _is_behind(self, spot: Spot, after: Spot) -> bool:
        """Tell whether a place comes later in the walk than another."""
        return spot < after if self.newest_first else spot > after


@dataclass(frozen=True)
class ByImport:
    """Walks by ``imported_at``, newest first, along the import journal."""

    ledger: Ledger
    journal: Journal
    owner: str
    integrations: Mapping[str, Integration]
    import_id: str | None = None

    def walk(self, after: ImportSpot | None) -> Iterator[tuple[ImportSpot, Row]]:
        """Go through all rows after a place, lazily; what was imported since comes before it."""
        before = after.number + 1 if after else None
        for chunk in self._chunks(before):
            first = after.nth + 1 if after and chunk.number == after.number else 0
            for nth, row in self._rows(chunk, first):
                yield ImportSpot(chunk.number, nth), row

    def _chunks(self, before: int | None) -> Iterator[Chunk]:
        """Go through the chunks that can hold rows that are asked for."""
        if self.import_id is None:
            chunks = self.journal.newest_first(self.owner, before)
        else:
            own = reversed(list(self.journal.of_import(self.owner, self.import_id)))
            chunks = (chunk for chunk in own if before is None or chunk.number < before)
        return (chunk for chunk in chunks if self._is_wanted(chunk))

    def _is_wanted(self, chunk: Chunk) -> bool:
        """Tell whether a chunk can hold rows that are asked for."""
        return chunk.action is Noted.ADDED and chunk.integration_id in self.integrations

    def _rows(self, chunk: Chunk, first: int) -> Iterator[tuple[int, Row]]:
        """Go through a chunk's rows; ids that it only set out to write are left out."""
        integration = self.integrations[chunk.integration_id]
        numbered = islice(enumerate(chunk.transaction_ids), first, None)
        for portion in batched(numbered, _PORTION, strict=False):
            stored = self.ledger.get_many(integration.key, [each for _, each in portion])
            for nth, each in portion:
                found = stored.get(each)
                if found is not None and is_from(found, chunk):
                    yield nth, Row(integration, found)


def is_from(transaction: Transaction, chunk: Chunk) -> bool:
    """Tell whether a transaction came with this chunk."""
    return transaction.import_id == chunk.import_id and transaction.imported_at == chunk.at


class Portion[S](NamedTuple):
    """Some rows; ``last`` is where the next ones start, None at the end."""

    rows: list[Row]
    last: S | None


def take[S](
    walk: Iterable[tuple[S, Row]], admits: Callable[[Row], bool], limit: int, scan: int
) -> Portion[S]:
    """Take up to ``limit`` rows that are admitted, looking at no more than ``scan`` rows.

    A portion that is not full, with a place to go on from, only means that much was looked at.
    """
    rows: list[Row] = []
    last: S | None = None
    for looked_at, (spot, row) in enumerate(walk):
        if looked_at == scan:
            return Portion(rows, last)
        if admits(row):
            if len(rows) == limit:
                return Portion(rows, last)
            rows.append(row)
        last = spot
    return Portion(rows, None)


def span(since: datetime | None, until: datetime | None) -> Window:
    """Make a window of two ends that may be open."""
    return Window(since, until or _FOREVER)
