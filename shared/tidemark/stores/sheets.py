"""Sheets of closes in the Closes table; those with something wanted are in the index ``by_due``.

Days are JSON: ``[price, source]`` of a known close, ``[tries, due_at, silences]`` of
a wanted one.
"""

import json
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any

from tidemark.domain import amounts, moments
from tidemark.domain.prices import Close, pair_of
from tidemark.domain.sheets import Sheet, SheetKey, Wanted
from tidemark.errors import StaleVersion
from tidemark.stores import bulk
from tidemark.stores.table import Item, Table, read, write
from tidemark.wire import ConditionFailed, Wire

_LANE = "open"


class DynamoSheets:
    """One item per pair and month."""

    def __init__(self, wire: Wire, table: str) -> None:
        """Keep sheets in a table."""
        self._table = Table(wire, table)

    def read(self, keys: Collection[SheetKey]) -> dict[SheetKey, Sheet]:
        """Get items by their keys."""
        wanted = [write(_key(key)) for key in dict.fromkeys(keys)]
        found = map(_sheet, bulk.read_all(self._table, wanted))
        return {sheet.key: sheet for sheet in found}

    def write(self, sheet: Sheet) -> Sheet:
        """Put on condition of the version; a retry that meets itself has been done before."""
        item = _item(sheet)
        when, words = "attribute_not_exists(#version)", dict[str, object]()
        if sheet.version:
            when, words = "#version = :before", {"before": sheet.version}
        try:
            self._table.put(item, when=when, values=words)
        except ConditionFailed as error:
            if not (error.retried and error.item is not None and read(error.item) == item):
                raise StaleVersion("the sheet was changed in between") from None
        return Sheet(sheet.key, sheet.days, sheet.version + 1)

    def due(self, now: datetime, limit: int) -> list[SheetKey]:
        """Query the index; it may be a moment behind."""
        found = self._table.query(
            "#lane = :lane AND #due_at <= :now",
            {"lane": _LANE, "now": moments.spell(now)},
            index="by_due",
            page=limit,
            strong=False,
        )
        return [_key_of(read(item)) for item, _ in zip(found, range(limit), strict=False)]


def _key(key: SheetKey) -> dict[str, str]:
    """Name an item."""
    return {"pair": key.pair.text, "month": key.month}


def _key_of(values: dict[str, Any]) -> SheetKey:
    """Read which sheet an item is."""
    return SheetKey(pair_of(values["pair"]), values["month"])


def _item(sheet: Sheet) -> dict[str, object]:
    """Spell a sheet as its next version; without anything wanted it is not in the index."""
    item: dict[str, object] = {**_key(sheet.key), "version": sheet.version + 1}
    item["days"] = json.dumps({f"{day:02}": _spell(state) for day, state in sheet.days.items()})
    if sheet.due_at is not None:
        item |= {"lane": _LANE, "due_at": moments.spell(sheet.due_at)}
    return item


def _spell(state: Close | Wanted) -> list[object]:
    """Spell one day."""
    if isinstance(state, Close):
        return [amounts.spell(state.price), state.source]
    return [state.tries, moments.spell(state.due_at), state.silences]


def _sheet(item: Item) -> Sheet:
    """Read a sheet."""
    values = read(item)
    days = {int(day): _state(told) for day, told in json.loads(values["days"]).items()}
    return Sheet(_key_of(values), days, values["version"])


def _state(told: list[Any]) -> Close | Wanted:
    """Read one day."""
    first, second, *silences = told
    if isinstance(first, str):
        return Close(Decimal(first), second)
    return Wanted(first, moments.parse(second), *silences)
