"""Month buckets in the Months table: each transition is one update, so that none is half done."""

import json
from collections.abc import Collection, Iterable
from contextlib import suppress
from decimal import Decimal

from tidemark.domain.amounts import canonical
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.months import Month, valued_mark
from tidemark.stores import bulk
from tidemark.stores.table import Item, Table, read
from tidemark.wire import ConditionFailed, Wire


class DynamoMonths:
    """The months of integrations."""

    def __init__(self, wire: Wire, table: str) -> None:
        """Keep months in a table."""
        self._table = Table(wire, table)

    def enter(self, key: IntegrationKey, months: Iterable[str], writer: str) -> None:
        """Add a writer, month by month."""
        for month in months:
            self._bump(key, month, "ADD #version :one, #writers :writers", [writer])

    def leave(self, key: IntegrationKey, months: Iterable[str], writer: str) -> None:
        """Remove a writer, month by month."""
        for month in months:
            self.drop(key, month, [writer])

    def drop(self, key: IntegrationKey, month: str, writers: Collection[str]) -> None:
        """Remove writers and raise the version, in one update; without any, nothing happens."""
        if writers:
            self._bump(key, month, "ADD #version :one DELETE #writers :writers", writers)

    def _bump(self, key: IntegrationKey, month: str, change: str, writers: Collection[str]) -> None:
        """Change the set of writers; a repeated call raises the version once more, no harm done."""
        values = {"one": 1, "writers": frozenset(writers)}
        self._table.update(_key(key, month), change, values=values)

    def read(self, key: IntegrationKey) -> list[Month]:
        """Read all months."""
        where = "#integration_key = :partition"
        return [_month(item) for item in self._table.query(where, {"partition": key.text})]

    def read_one(self, key: IntegrationKey, month: str) -> Month:
        """Read one month."""
        item = self._table.get(_key(key, month))
        return _month(item) if item else Month(month)

    def store(self, key: IntegrationKey, month: Month) -> bool:
        """Store totals on condition that nobody entered or left since the version was read."""
        totals = {asset: canonical(amount) for asset, amount in month.totals.items()}
        same = "#version = :version"
        if month.version == 0:
            same = "attribute_not_exists(#version)"
        try:
            self._table.update(
                _key(key, month.month),
                "SET #computed_version = :version, #totals = :totals",
                when=same,
                values={"version": month.version, "totals": json.dumps(totals)},
            )
        except ConditionFailed:
            return False
        return True

    def note_valued(self, key: IntegrationKey, month: Month, quote: str) -> None:
        """Set one attribute; a month that was erased meanwhile is not made again."""
        values = {"valued": valued_mark(month, quote)}
        with suppress(ConditionFailed):
            self._table.update(
                _key(key, month.month),
                "SET #valued = :valued",
                when="attribute_exists(#version)",
                values=values,
            )

    def erase(self, key: IntegrationKey) -> None:
        """Remove all months."""
        keys = self._table.query(
            "#integration_key = :partition",
            {"partition": key.text},
            fields="#integration_key, #month",
        )
        bulk.erase(self._table, keys)


def _key(key: IntegrationKey, month: str) -> dict[str, str]:
    """Name a month's item."""
    return {"integration_key": key.text, "month": month}


def _month(item: Item) -> Month:
    """Read a month."""
    values = read(item)
    totals = json.loads(values.get("totals", "{}"))
    return Month(
        month=values["month"],
        version=values.get("version", 0),
        writers=values.get("writers", frozenset()),
        computed_version=values.get("computed_version"),
        totals={asset: Decimal(amount) for asset, amount in totals.items()},
        valued=values.get("valued", ""),
    )
