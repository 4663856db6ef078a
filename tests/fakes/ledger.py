"""The ledger, its journal and its month buckets in memory."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.journal import Chunk
from tidemark.domain.pages import Window
from tidemark.domain.ports import Place
from tidemark.domain.transactions import Known, Origin, State, Transaction, known_of
from tidemark.errors import StaleVersion

_TICK = timedelta(microseconds=1)


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
            each.id: known_of(each).in_short
            for each in self.of(key).values()
            if since <= each.facts.occurred_at <= until
        }

    def known_by_id(self, key: IntegrationKey, ids: Collection[str]) -> dict[str, Known]:
        """Look items up by id."""
        items = self.of(key)
        return {each: known_of(items[each]) for each in ids if each in items}

    def add(self, key: IntegrationKey, transactions: Sequence[Transaction]) -> None:
        """Write new items, whatever is there."""
        new = {each.id: _tidy(each) for each in transactions}
        if len(new) != len(transactions):
            raise ValueError("an id is named twice")
        self.writes += len(new)
        self.of(key).update(new)

    def replace(self, key: IntegrationKey, transaction: Transaction, expected: int) -> None:
        """Write over the expected revision."""
        stored = self._expect(key, transaction.id, expected) or transaction
        gone = transaction.state is State.DELETED
        kept: dict[str, Any] = {
            name: getattr(stored, name)
            for name in ("raw", "history")
            if getattr(transaction, name) is None and not gone
        }
        self.of(key)[transaction.id] = _tidy(replace(transaction, **kept))

    def forget(self, key: IntegrationKey, transaction_id: str, expected: int) -> None:
        """Remove the expected revision."""
        self._expect(key, transaction_id, expected)
        del self.of(key)[transaction_id]

    def _expect(
        self, key: IntegrationKey, transaction_id: str, revision: int
    ) -> Transaction | None:
        """Give what is stored if it has this revision (0: nothing); it counts as a write."""
        stored = self.of(key).get(transaction_id)
        if (stored.revision if stored else 0) != revision:
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
            if each.origin is Origin.SOURCE
            and each.occurred_at < before
            and each.facts.occurred_at == each.occurred_at
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
            replace(each, raw=None, details={}, history=None)
            for each in self.of(key).values()
            if each.facts.occurred_at < window.until
            and (window.since is None or each.facts.occurred_at >= window.since)
        )
        return sorted(rows, key=_place, reverse=newest_first)

    def amounts(self, key: IntegrationKey, window: Window) -> Iterator[tuple[str, Decimal]]:
        """Give what counts."""
        rows = (row for row in self._sorted(key, window, newest_first=False) if row.counts)
        return ((leg.asset, leg.amount) for row in rows for leg in row.facts.legs)

    def ids(self, key: IntegrationKey, limit: int) -> list[str]:
        """Give some ids."""
        return sorted(self.of(key))[:limit]

    def erase(self, key: IntegrationKey, ids: Collection[str]) -> None:
        """Delete some."""
        for each in ids:
            self.of(key).pop(each, None)
            self.writes += 1


def _tidy(row: Transaction) -> Transaction:
    """Give a row as a store has it, that keeps nothing for what is empty."""
    return replace(row, raw=row.raw or None, history=row.history or None)


def _place(row: Transaction) -> tuple[datetime, str]:
    """Say where a transaction is in a list by time."""
    return row.facts.occurred_at, row.id


def _spot(place: Place) -> tuple[datetime, str]:
    """Make a place comparable."""
    return place.occurred_at, place.transaction_id


class MemoryJournal:
    """The journals in lists."""

    def __init__(self) -> None:
        """Start empty."""
        self.chunks: dict[str, list[Chunk]] = {}

    def _of(self, owner: str) -> list[Chunk]:
        """Give an owner's chunks, oldest first."""
        return self.chunks.setdefault(owner, [])

    def note(self, owner: str, chunk: Chunk) -> Chunk:
        """Put a chunk behind the last."""
        own = self._of(owner)
        at = max(chunk.at, own[-1].at + _TICK) if own else chunk.at
        own.append(replace(chunk, number=len(own) + 1, at=at))
        return own[-1]

    def finish(self, owner: str, number: int) -> None:
        """Mark a chunk."""
        own = self._of(owner)
        own[number - 1] = replace(own[number - 1], done=True)

    def void(self, owner: str, number: int) -> None:
        """Empty a chunk."""
        own = self._of(owner)
        own[number - 1] = replace(own[number - 1], done=True, transaction_ids=())

    def newest_first(self, owner: str, before: int | None) -> Iterator[Chunk]:
        """List backwards."""
        return (c for c in reversed(self._of(owner)) if before is None or c.number < before)

    def oldest_first(self, owner: str, after: int) -> Iterator[Chunk]:
        """List forwards."""
        return (chunk for chunk in list(self._of(owner)) if chunk.number > after)

    def of_import(self, owner: str, import_id: str) -> Iterator[Chunk]:
        """List those of one import."""
        return (chunk for chunk in list(self._of(owner)) if chunk.import_id == import_id)
