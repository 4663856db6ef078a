"""Imports and exports in the Imports table, told apart by what their ids begin with."""

from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import Any

from tidemark.domain.exports import Export
from tidemark.domain.imports import Import
from tidemark.errors import StaleVersion
from tidemark.stores.plain import from_plain, to_plain
from tidemark.stores.table import Item, Table, read
from tidemark.wire import ConditionFailed, Wire

_IMPORT, _EXPORT = "imp_", "exp_"
_AT_ONCE = 10
"""How many records are read at a time: one with many errors is large."""


class DynamoImports:
    """Imports and exports, one item each."""

    def __init__(self, wire: Wire, table: str) -> None:
        """Keep records in a table."""
        self._table = Table(wire, table)

    def put(self, record: Import, expected: int) -> None:
        """Write an import."""
        self._put(to_plain(record), expected)

    def get(self, owner: str, import_id: str) -> Import | None:
        """Read an import."""
        item = self._get(owner, import_id, _IMPORT)
        return _import(item) if item else None

    def newest_first(self, owner: str, before: str | None) -> Iterator[Import]:
        """Go backwards through an owner's records; exports come after all imports."""
        where, values = "#owner = :owner", {"owner": owner}
        if before is not None:
            where, values = f"{where} AND #import_id < :before", values | {"before": before}
        items = self._table.query(where, values, backwards=True, page=_AT_ONCE)
        return (_import(item) for item in takewhile(_is_import, items))

    def put_export(self, record: Export, expected: int) -> None:
        """Write an export."""
        self._put(to_plain(record), expected)

    def get_export(self, owner: str, export_id: str) -> Export | None:
        """Read an export."""
        item = self._get(owner, export_id, _EXPORT)
        return from_plain(Export, _values(item)) if item else None

    def _get(self, owner: str, record_id: str, kind: str) -> Item | None:
        """Read an item of one kind."""
        if not record_id.startswith(kind):
            return None
        return self._table.get({"owner": owner, "import_id": record_id})

    def _put(self, values: dict[str, Any], expected: int) -> None:
        """Write on condition of the version; a retry that meets itself has been done before."""
        item = {"import_id": values.pop("id"), **values}
        when, words = "#version = :expected", {"expected": expected}
        if expected == 0:
            when, words = "attribute_not_exists(#version)", {}
        try:
            self._table.put(item, when=when, values=words)
        except ConditionFailed as error:
            if not (error.retried and error.item is not None and read(error.item) == item):
                raise StaleVersion("the record was changed in between") from None


def _is_import(item: Item) -> bool:
    """Tell an import from an export."""
    return str(item["import_id"]["S"]).startswith(_IMPORT)


def _import(item: Item) -> Import:
    """Read an import."""
    return from_plain(Import, _values(item))


def _values(item: Item) -> Mapping[str, Any]:
    """Read what is kept of a record."""
    values = read(item)
    return {**values, "id": values["import_id"]}
