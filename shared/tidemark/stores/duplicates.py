"""Possible duplicates in the Duplicates table: pairs, and notes of where owners have their own.

A pair is kept under its id, ``dup_…``; a note under ``own#`` and the integration's id.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from tidemark.domain.duplicates import Duplicate
from tidemark.domain.integrations import IntegrationKey
from tidemark.errors import StaleVersion
from tidemark.stores import bulk
from tidemark.stores.plain import from_plain, to_plain
from tidemark.stores.table import Item, Table, read, write
from tidemark.wire import ConditionFailed, Wire

_PAIR, _NOTE = "dup_", "own#"
_THREADS = 8


class DynamoDuplicates:
    """Pairs, one item each."""

    def __init__(self, wire: Wire, table: str) -> None:
        """Keep pairs in a table."""
        self._table = Table(wire, table)

    def add(self, owner: str, pairs: Sequence[Duplicate]) -> None:
        """Put each where none is, several at once: in bulk there are no conditions."""
        if len(pairs) == 1:
            self._add(owner, pairs[0])
            return
        with ThreadPoolExecutor(_THREADS) as pool:
            for future in [pool.submit(self._add, owner, pair) for pair in pairs]:
                future.result()

    def _add(self, owner: str, pair: Duplicate) -> None:
        """Put one where none is."""
        try:
            self._table.put(_item(owner, pair), when="attribute_not_exists(#version)")
        except ConditionFailed:
            return

    def replace(self, owner: str, pair: Duplicate, expected: int) -> None:
        """Put on condition of the version; a retry that meets itself has been done before."""
        item = _item(owner, pair)
        try:
            self._table.put(item, when="#version = :expected", values={"expected": expected})
        except ConditionFailed as error:
            if not (error.retried and error.item is not None and read(error.item) == item):
                raise StaleVersion("the pair was changed in between") from None

    def get(self, owner: str, duplicate_id: str) -> Duplicate | None:
        """Read one."""
        item = self._table.get(_key(owner, duplicate_id))
        return _pair(item) if item else None

    def of_owner(self, owner: str, after: str = "") -> Iterator[Duplicate]:
        """Read on from an id."""
        first = max(f"{after}\0", _PAIR) if after else _PAIR
        found = self._table.query(
            "#owner = :owner AND #duplicate_id BETWEEN :first AND :last",
            {"owner": owner, "first": first, "last": f"{_PAIR}~"},
        )
        return map(_pair, found)

    def expect_own(self, key: IntegrationKey) -> None:
        """Put a note."""
        self._table.put(_key(key.owner, f"{_NOTE}{key.integration_id}"))

    def with_own(self, owner: str) -> frozenset[str]:
        """Read the notes."""
        found = self._table.query(
            "#owner = :owner AND begins_with(#duplicate_id, :note)",
            {"owner": owner, "note": _NOTE},
        )
        return frozenset(str(read(item)["duplicate_id"]).removeprefix(_NOTE) for item in found)

    def erase(self, owner: str, integration_id: str) -> None:
        """Delete what names an integration."""
        pairs = (pair for pair in self.of_owner(owner) if integration_id in pair.integrations)
        names = [f"{_NOTE}{integration_id}", *(pair.id for pair in pairs)]
        bulk.erase(self._table, [write(_key(owner, name)) for name in names])


def _key(owner: str, name: str) -> dict[str, str]:
    """Name an item."""
    return {"owner": owner, "duplicate_id": name}


def _item(owner: str, pair: Duplicate) -> dict[str, object]:
    """Spell a pair."""
    values = to_plain(pair)
    return {**_key(owner, values.pop("id")), **values}


def _pair(item: Item) -> Duplicate:
    """Read a pair."""
    values = read(item)
    return from_plain(Duplicate, values | {"id": values["duplicate_id"]})
