"""The ledger in the Transactions table: one item each, sorted by time in the index ``by_time``."""

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tidemark.domain import moments
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.legs import leg_amounts
from tidemark.domain.pages import Window
from tidemark.domain.ports import Place
from tidemark.domain.transactions import Known, Origin, State, Transaction
from tidemark.errors import StaleVersion
from tidemark.stores import bulk, rows, short
from tidemark.stores.table import Item, Table, holds, write
from tidemark.wire import Answer, ConditionFailed, Wire, as_json

_TICK = timedelta(microseconds=1)
_LISTED_AT_ONCE, _LOOKED_AT = 200, 50


class DynamoLedger:
    """The ledger. ``threads`` are how many batches of one ``add`` may be on their way at once."""

    def __init__(self, wire: Wire, table: str, *, threads: int = 1) -> None:
        """Keep transactions in a table."""
        self._table = Table(wire, table)
        self._threads = threads

    def is_empty(self, key: IntegrationKey) -> bool:
        """Ask for one item of the partition."""
        return next(self._keys(key, page=1), None) is None

    def _keys(self, key: IntegrationKey, page: int) -> Iterator[Item]:
        """Go through the keys of a partition."""
        return self._table.query(
            "#integration_key = :partition",
            {"partition": key.text},
            fields="#integration_key, #transaction_id",
            page=page,
        )

    def known_between(
        self, key: IntegrationKey, since: datetime, until: datetime
    ) -> dict[str, Known]:
        """Query the index for a time range."""
        items = self._in_time(key, since, until, fields=short.FIELDS, read=short.read)
        return {known.id: known for known in map(short.known, items)}

    def _in_time(  # noqa: PLR0913  # a range, and how to go through it
        self,
        key: IntegrationKey,
        since: datetime | None,
        until: datetime,
        *,
        fields: str,
        backwards: bool = False,
        page: int | None = None,
        read: Callable[[bytes], Answer] = as_json,
    ) -> Iterator[Any]:
        """Query the index; both ends are inclusive, ``since`` None is the beginning."""
        first = "0" if since is None else moments.spell(since)
        last = moments.spell(until)
        if first > last:
            return iter(())
        return self._table.query(
            "#integration_key = :partition AND #occurred_at BETWEEN :since AND :until",
            {"partition": key.text, "since": first, "until": last},
            index="by_time",
            fields=fields,
            backwards=backwards,
            page=page,
            read=read,
        )

    def known_by_id(self, key: IntegrationKey, ids: Collection[str]) -> dict[str, Known]:
        """Get items by their keys."""
        items = self._some(key, ids, rows.KNOWN)
        return {known.id: known for known in map(rows.known, items)}

    def get_many(self, key: IntegrationKey, ids: Collection[str]) -> dict[str, Transaction]:
        """Get items by their keys, with details."""
        items = self._some(key, ids, rows.DETAILED)
        return {row.id: row for row in map(rows.transaction, items)}

    def _some(self, key: IntegrationKey, ids: Collection[str], fields: str) -> Iterator[Item]:
        """Get some attributes of items by their keys, each once."""
        names = {name: name[1:] for name in fields.split(", ")}
        return bulk.read_all(
            self._table,
            [_key(key, each) for each in dict.fromkeys(ids)],
            ProjectionExpression=fields,
            ExpressionAttributeNames=names,
        )

    def add(self, key: IntegrationKey, transactions: Sequence[Transaction]) -> None:
        """Write in batches, whatever is there: the caller holds the lease and has looked."""
        if len({row.id for row in transactions}) != len(transactions):
            raise ValueError("an id is named twice")
        requests = [rows.put_request(key.text, row) for row in transactions]
        bulk.write_all(self._table, requests, threads=self._threads)

    def replace(self, key: IntegrationKey, transaction: Transaction, expected: int) -> None:
        """Set every attribute that is known here; those of newer code stay as they are."""
        values = rows.values(transaction)
        for name in ("raw", "history") if transaction.state is not State.DELETED else ():
            if getattr(transaction, name) is None:
                del values[name]
        kept = {name: value for name, value in values.items() if value is not None}
        gone = ", ".join(f"#{name}" for name in values if name not in kept)
        change = "SET " + ", ".join(f"#{name} = :{name}" for name in kept)
        self._expect(
            lambda when, words: self._table.update(
                _plain_key(key, transaction.id),
                f"{change} REMOVE {gone}" if gone else change,
                when=when,
                values=kept | words,
            ),
            expected,
            lambda item: item is not None and holds(item, kept),
        )

    def forget(self, key: IntegrationKey, transaction_id: str, expected: int) -> None:
        """Delete an item for good."""
        self._expect(
            lambda when, words: self._table.remove(
                _plain_key(key, transaction_id), when=when, values=words
            ),
            expected,
            lambda item: item is None,
        )

    def _expect(
        self,
        act: Callable[[str, dict[str, object]], object],
        expected: int,
        is_done: Callable[[Item | None], bool],
    ) -> None:
        """Write on condition; a retry that meets what it was to write has been done before."""
        words: dict[str, object] = {"expected": expected} if expected else {}
        when = "#revision = :expected" if expected else "attribute_not_exists(#revision)"
        try:
            act(when, words)
        except ConditionFailed as error:
            if not (error.retried and is_done(error.item)):
                raise StaleVersion("the transaction was changed in between") from None

    def get(self, key: IntegrationKey, transaction_id: str) -> Transaction | None:
        """Get one item with everything in it."""
        item = self._table.get(_plain_key(key, transaction_id))
        return rows.transaction(item) if item else None

    def last_from_source(self, key: IntegrationKey, before: datetime) -> datetime | None:
        """Look back in the index for one that the source brought."""
        found = self._table.query(
            "#integration_key = :partition AND #occurred_at < :before",
            {"partition": key.text, "before": moments.spell(before), "origin": Origin.SOURCE},
            index="by_time",
            only="#origin = :origin AND attribute_not_exists(#told_at)",
            fields="#occurred_at",
            backwards=True,
            page=_LOOKED_AT,
        )
        item = next(found, None)
        return moments.parse(item["occurred_at"]["S"]) if item else None

    def newest_first(
        self, key: IntegrationKey, window: Window, after: Place | None
    ) -> Iterator[Transaction]:
        """Go backwards through the index."""
        last = window.until - _TICK
        until = last if after is None else min(last, after.occurred_at)
        listed = self._listed(key, window.since, until, newest_first=True)
        return _read(itertools.dropwhile(lambda item: not _is_before(item, after), listed))

    def oldest_first(
        self, key: IntegrationKey, window: Window, after: Place | None
    ) -> Iterator[Transaction]:
        """Go forwards through the index."""
        since = window.since
        if after is not None:
            since = after.occurred_at if since is None else max(since, after.occurred_at)
        listed = self._listed(key, since, window.until - _TICK, newest_first=False)
        return _read(itertools.dropwhile(lambda item: not _is_after(item, after), listed))

    def _listed(
        self, key: IntegrationKey, since: datetime | None, until: datetime, *, newest_first: bool
    ) -> Iterator[Item]:
        """Go through the index, items of one moment in the order of their ids: it promises none."""
        items = self._in_time(
            key, since, until, fields=rows.LISTED, backwards=newest_first, page=_LISTED_AT_ONCE
        )
        for _, together in itertools.groupby(items, key=lambda item: item["occurred_at"]["S"]):
            yield from sorted(together, key=_place, reverse=newest_first)

    def amounts(self, key: IntegrationKey, window: Window) -> Iterator[tuple[str, Decimal]]:
        """Go through the index for what counts, and read no more of it than is needed."""
        items = self._in_time(
            key, window.since, window.until - _TICK, fields="#state, #legs, #overlay"
        )
        counted = (item for item in items if item["state"]["S"] == State.ACTIVE)
        return leg_amounts(map(rows.counted_legs, counted))

    def ids(self, key: IntegrationKey, limit: int) -> list[str]:
        """Read the first keys of the partition."""
        keys = itertools.islice(self._keys(key, page=limit), limit)
        return [each["transaction_id"]["S"] for each in keys]

    def erase(self, key: IntegrationKey, ids: Collection[str]) -> None:
        """Delete items in batches."""
        bulk.erase(self._table, [_key(key, each) for each in ids])


def _plain_key(key: IntegrationKey, transaction_id: str) -> dict[str, object]:
    """Name an item."""
    return {"integration_key": key.text, "transaction_id": transaction_id}


def _key(key: IntegrationKey, transaction_id: str) -> Item:
    """Name an item as DynamoDB does."""
    return write(_plain_key(key, transaction_id))


def _place(item: Item) -> tuple[str, str]:
    """Say where an item is in a list by time."""
    return item["occurred_at"]["S"], item["transaction_id"]["S"]


def _is_before(item: Item, place: Place | None) -> bool:
    """Tell whether an item lies before a place."""
    return place is None or _place(item) < _spot(place)


def _is_after(item: Item, place: Place | None) -> bool:
    """Tell whether an item lies after a place."""
    return place is None or _place(item) > _spot(place)


def _spot(place: Place) -> tuple[str, str]:
    """Make a place comparable with those of items."""
    return moments.spell(place.occurred_at), place.transaction_id


def _read(items: Iterable[Item]) -> Iterator[Transaction]:
    """Read items as they come."""
    return (rows.transaction(item) for item in items)
