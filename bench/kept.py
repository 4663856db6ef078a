"""Tables in memory, with their indexes in order, and what each read and write would cost."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from typing import Any, NamedTuple

from bench.expressions import Item
from bench.sizes import index_write_units, write_units

Key = tuple[str, ...]


class Index:
    """A table's own order, or that of an index: partitions sorted by a sort key."""

    def __init__(
        self, schema: list[dict[str, str]], table: list[str], kept: set[str] | None
    ) -> None:
        """Sort by a key schema; ``kept`` are the projected attributes, None is all of them."""
        names = {part["KeyType"]: part["AttributeName"] for part in schema}
        self.partition, self.sort = names["HASH"], names.get("RANGE")
        self.keys = [part["AttributeName"] for part in schema]
        self.kept = None if kept is None else kept | {*self.keys, *table}
        self.order: dict[str, list[tuple[str, Key]]] = {}
        self.entries: dict[Key, Item] = {}

    def entry(self, item: Item | None) -> Item | None:
        """Give what the index keeps of an item, or None where it lacks the index's key."""
        if item is None or not all(name in item for name in self.keys):
            return None
        if self.kept is None:
            return item
        return {name: value for name, value in item.items() if name in self.kept}

    def place(self, entry: Item) -> tuple[str, str]:
        """Say in which partition an entry is, and where."""
        sort = entry[self.sort]["S"] if self.sort else ""
        return entry[self.partition]["S"], sort

    def change(self, key: Key, item: Item | None) -> tuple[Item | None, Item | None, bool]:
        """Put an item (or none) in place of what has its key; give both, and whether it moved."""
        before, after = self.entries.pop(key, None), self.entry(item)
        moved = before is not None and after is not None and self.place(before) != self.place(after)
        if before is not None and (after is None or moved):
            partition, sort = self.place(before)
            rows = self.order[partition]
            del rows[bisect_left(rows, (sort, key))]
        if after is not None:
            self.entries[key] = after
            if before is None or moved:
                partition, sort = self.place(after)
                insort(self.order.setdefault(partition, []), (sort, key))
        return before, after, moved

    def walk(
        self, asked: "Asked", start: tuple[str, Key] | None, *, backwards: bool
    ) -> Iterator[Item]:
        """Go through a part of a partition, after a place."""
        rows = self.order.get(asked.partition, [])
        first = bisect_left(rows, (asked.low, ()))
        end = len(rows) if asked.high is None else bisect_left(rows, (asked.high + "\0", ()))
        if start is not None and backwards:
            end = min(end, bisect_left(rows, start))
        elif start is not None:
            first = max(first, bisect_right(rows, start))
        places = range(end - 1, first - 1, -1) if backwards else range(first, end)
        return (self.entries[rows[n][1]] for n in places)


class Asked(NamedTuple):
    """Which partition a query is about, and between which sort keys it has to be looked at."""

    partition: str
    low: str
    high: str | None


class Kept:
    """One table with its indexes, made from the request that would create it."""

    def __init__(self, body: dict[str, Any]) -> None:
        """Make an empty table."""
        keys = [part["AttributeName"] for part in body["KeySchema"]]
        self.keys = keys
        self.own = Index(body["KeySchema"], keys, None)
        self.indexes = {
            index["IndexName"]: Index(index["KeySchema"], keys, _kept(index["Projection"]))
            for kind in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes")
            for index in body.get(kind, [])
        }

    def key_of(self, item: Item) -> Key:
        """Give an item's key."""
        return tuple(item[name]["S"] for name in self.keys)

    def get(self, key: Item) -> Item | None:
        """Give one item."""
        return self.own.entries.get(self.key_of(key))

    def change(self, key: Item, after: Item | None) -> int:
        """Write or delete one item; give the units that it costs, indexes included."""
        place = self.key_of(key)
        before, _, _ = self.own.change(place, after)
        changes = [index.change(place, after) for index in self.indexes.values()]
        return write_units(before, after) + sum(
            index_write_units(old, new, moved=moved) for old, new, moved in changes
        )


def _kept(projection: dict[str, Any]) -> set[str] | None:
    """Read which attributes an index keeps."""
    if projection["ProjectionType"] == "ALL":
        return None
    return set(projection.get("NonKeyAttributes", []))
