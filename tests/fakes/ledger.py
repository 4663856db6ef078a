"""The ledger, its journal and its month buckets in memory."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.journal import Chunk
from tidemark.domain.months import Month
from tidemark.domain.pages import Window
from tidemark.domain.ports import Place
from tidemark.domain.transactions import Known, Origin, State, Transaction, known_of
from tidemark.errors import StaleVersion


class MemoryLedger:
    """A ledger in a dictionary. ``writes`` counts the items that were written or removed."""

    def __init__(self) -> None:
        """Start empty."""
        self.items: dict[IntegrationKey, dict[str, Transaction]] = {}
        self.writes = 0

    def of(self, key: IntegrationKey) -> dict[str, Transaction]:
        """Give the items of one integration, to read or to prepare."""
        return self.items.setdefault(key, {})

    def is_empty(self, key: IntegrationKey) -> bool:
        """Tell whether there is no item."""
        return not self.of(key)

    def known_between(
        self, key: IntegrationKey, since: datetime, until: datetime
    ) -> dict[str, Known]:
        """Look items up by time."""
        return {
            each.id: known_of(each)
            for each in self.of(key).values()
            if since <= each.occurred_at <= until
        }

    def known_by_id(self, key: IntegrationKey, ids: Collection[str]) -> dict[str, Known]:
        """Look items up by id."""
        items = self.of(key)
        return {each: known_of(items[each]) for each in ids if each in items}

    def add(self, key: IntegrationKey, transactions: Sequence[Transaction]) -> None:
        """Write new items, whatever is there."""
        new = {each.id: replace(each, raw=each.raw or None) for each in transactions}
        if len(new) != len(transactions):
            raise ValueError("an id is named twice")
        self.writes += len(new)
        self.of(key).update(new)

    def replace(self, key: IntegrationKey, transaction: Transaction, expected: int) -> None:
        """Write over the expected revision."""
        stored = self._expect(key, transaction.id, expected)
        keeps = transaction.raw is None and transaction.state is not State.DELETED
        raw = stored.raw if keeps else transaction.raw or None
        self.of(key)[transaction.id] = replace(transaction, raw=raw)

    def forget(self, key: IntegrationKey, transaction_id: str, expected: int) -> None:
        """Remove the expected revision."""
        self._expect(key, transaction_id, expected)
        del self.of(key)[transaction_id]

    def _expect(self, key: IntegrationKey, transaction_id: str, revision: int) -> Transaction:
        """Give what is stored if it has this revision; it counts as a write."""
        stored = self.of(key).get(transaction_id)
        if stored is None or stored.revision != revision:
            raise StaleVersion("the transaction was changed in between")
        self.writes += 1
        return stored

    def get(self, key: IntegrationKey, transaction_id: str) -> Transaction | None:
        """Give all of one item."""
        return self.of(key).get(transaction_id)

    def get_many(self, key: IntegrationKey, ids: Collection[str]) -> dict[str, Transaction]:
        """Give items without raw."""
        items = self.of(key)
        return {each: replace(items[each], raw=None) for each in ids if each in items}

    def last_from_source(self, key: IntegrationKey, before: datetime) -> datetime | None:
        """Give the last time of origin source."""
        times = (
            each.occurred_at
            for each in self.of(key).values()
            if each.origin is Origin.SOURCE and each.occurred_at < before
        )
        return max(times, default=None)

    def newest_first(
        self, key: IntegrationKey, window: Window, after: Place | None
    ) -> Iterator[Transaction]:
        """List backwards."""
        rows = self._sorted(key, window, newest_first=True)
        return (row for row in rows if after is None or _place(row) < _spot(after))

    def oldest_first(
        self, key: IntegrationKey, window: Window, after: Place | None
    ) -> Iterator[Transaction]:
        """List forwards."""
        rows = self._sorted(key, window, newest_first=False)
        return (row for row in rows if after is None or _place(row) > _spot(after))

    def _sorted(
        self, key: IntegrationKey, window: Window, *, newest_first: bool
    ) -> list[Transaction]:
        """Give a window's items in order, as an index without raw and details has them."""
        rows = (
            replace(each, raw=None, details={})
            for each in self.of(key).values()
            if each.occurred_at < window.until
            and (window.since is None or each.occurred_at >= window.since)
        )
        return sorted(rows, key=_place, reverse=newest_first)

    def amounts(self, key: IntegrationKey, window: Window) -> Iterator[tuple[str, Decimal]]:
        """Give what counts."""
        rows = (row for row in self._sorted(key, window, newest_first=False) if row.counts)
        return ((leg.asset, leg.amount) for row in rows for leg in row.legs)

    def erase(self, key: IntegrationKey, limit: int) -> bool:
        """Delete some."""
        for each in list(self.of(key))[:limit]:
            del self.of(key)[each]
            self.writes += 1
        return bool(self.of(key))


def _place(row: Transaction) -> tuple[datetime, str]:
    """Say where a transaction is in a list by time."""
    return row.occurred_at, row.id


def _spot(place: Place) -> tuple[datetime, str]:
    """Make a place comparable."""
    return place.occurred_at, place.transaction_id


class MemoryJournal:
    """The import journal in a dictionary."""

    def __init__(self) -> None:
        """Start empty."""
        self.chunks: dict[str, dict[tuple[datetime, str, str], Chunk]] = {}

    def note(self, owner: str, chunk: Chunk) -> None:
        """Keep a chunk; the same one once."""
        place = (chunk.at, chunk.integration_id, chunk.import_id)
        self.chunks.setdefault(owner, {})[place] = chunk

    def newest_first(self, owner: str, before: tuple[datetime, str, str] | None) -> Iterator[Chunk]:
        """List backwards."""
        places = sorted(self.chunks.get(owner, {}).items(), reverse=True)
        return (chunk for place, chunk in places if before is None or place < before)


class MemoryMonths:
    """Month buckets in a dictionary."""

    def __init__(self) -> None:
        """Start empty."""
        self.buckets: dict[IntegrationKey, dict[str, Month]] = {}

    def enter(self, key: IntegrationKey, months: Iterable[str], writer: str) -> None:
        """Add a writer."""
        for month in months:
            self._bump(key, month, self.read_one(key, month).writers | {writer})

    def leave(self, key: IntegrationKey, months: Iterable[str], writer: str) -> None:
        """Remove a writer."""
        for month in months:
            self.drop(key, month, [writer])

    def drop(self, key: IntegrationKey, month: str, writers: Collection[str]) -> None:
        """Remove dead writers."""
        if writers:
            self._bump(key, month, self.read_one(key, month).writers - frozenset(writers))

    def _bump(self, key: IntegrationKey, month: str, writers: frozenset[str]) -> None:
        """Set the writers and raise the version."""
        old = self.read_one(key, month)
        new = replace(old, writers=writers, version=old.version + 1)
        self.buckets.setdefault(key, {})[month] = new

    def read(self, key: IntegrationKey) -> list[Month]:
        """Give all months in order."""
        return [month for _, month in sorted(self.buckets.get(key, {}).items())]

    def read_one(self, key: IntegrationKey, month: str) -> Month:
        """Give one month."""
        return self.buckets.get(key, {}).get(month, Month(month))

    def store(self, key: IntegrationKey, month: Month) -> bool:
        """Store totals if the version is the same."""
        old = self.read_one(key, month.month)
        if old.version != month.version:
            return False
        new = replace(old, computed_version=month.version, totals=dict(month.totals))
        self.buckets.setdefault(key, {})[month.month] = new
        return True

    def erase(self, key: IntegrationKey) -> None:
        """Remove all months."""
        self.buckets.pop(key, None)
