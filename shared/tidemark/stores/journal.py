"""The journals of owners in the Journal table: numbered chunks, one item each.

A chunk is put where no other is, right behind the last: so there is no gap, and who reads on from
a number misses nothing that is noted later.
"""

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tidemark.domain import moments
from tidemark.domain.journal import Chunk, Noted
from tidemark.errors import StoreUnavailable
from tidemark.stores.table import Item, Table, read
from tidemark.wire import ConditionFailed, Wire

_AT_ONCE = 5
_TRIES = 50
_TICK = timedelta(microseconds=1)


class DynamoJournal:
    """Chunks. The ids are compressed JSON text: a chunk may have thousands."""

    def __init__(self, wire: Wire, table: str) -> None:
        """Keep chunks in a table."""
        self._table = Table(wire, table)
        self._last: dict[str, Chunk] = {}

    def note(self, owner: str, chunk: Chunk) -> Chunk:
        """Put a chunk behind the last one; if others were faster, behind theirs."""
        last = self._last.get(owner) or self._newest(owner)
        for _ in range(_TRIES):
            noted = _behind(last, chunk)
            if self._is_put(owner, noted):
                self._last[owner] = replace(noted, transaction_ids=())
                return noted
            last = self._newest(owner)
        raise StoreUnavailable("others keep writing to the journal")

    def _newest(self, owner: str) -> Chunk | None:
        """Give the last chunk of all."""
        return next(self.newest_first(owner, None), None)

    def _is_put(self, owner: str, chunk: Chunk) -> bool:
        """Put a chunk where there is none; a retry that meets itself has been done before."""
        item = _item(owner, chunk)
        try:
            self._table.put(item, when="attribute_not_exists(#chunk)")
        except ConditionFailed as error:
            return error.retried and error.item is not None and read(error.item) == item
        return True

    def finish(self, owner: str, number: int) -> None:
        """Mark a chunk."""
        self._table.update(_key(owner, number), "SET #done = :yes", values={"yes": True})

    def void(self, owner: str, number: int) -> None:
        """Empty a chunk and mark it."""
        nothing = {"yes": True, "none": _packed(()), "no": 0}
        change = "SET #done = :yes, #transaction_ids = :none, #count = :no"
        self._table.update(_key(owner, number), change, values=nothing)

    def newest_first(self, owner: str, before: int | None) -> Iterator[Chunk]:
        """Go backwards through the chunks."""
        where, values = "#owner = :owner", {"owner": owner}
        if before is not None:
            where, values = f"{where} AND #chunk < :before", values | {"before": _place(before)}
        items = self._table.query(where, values, backwards=True, page=_AT_ONCE)
        return map(_chunk, items)

    def oldest_first(self, owner: str, after: int) -> Iterator[Chunk]:
        """Go forwards through the chunks."""
        where = "#owner = :owner AND #chunk > :after"
        values = {"owner": owner, "after": _place(after)}
        return map(_chunk, self._table.query(where, values, page=_AT_ONCE))

    def of_import(self, owner: str, import_id: str) -> Iterator[Chunk]:
        """Find chunks in the index by import, and read each."""
        found = self._table.query(
            "#owner = :owner AND #import_id = :import_id",
            {"owner": owner, "import_id": import_id},
            index="by_import",
            fields="#chunk",
        )
        for number in sorted(int(each["chunk"]["S"]) for each in found):
            if item := self._table.get(_key(owner, number)):
                yield _chunk(item)


def _behind(last: Chunk | None, chunk: Chunk) -> Chunk:
    """Give a chunk the place behind the last."""
    if last is None:
        return replace(chunk, number=1)
    return replace(chunk, number=last.number + 1, at=max(chunk.at, last.at + _TICK))


def _place(number: int) -> str:
    """Spell a number so that text sorts as numbers do."""
    return f"{number:012d}"


def _key(owner: str, number: int) -> dict[str, str]:
    """Name a chunk's item."""
    return {"owner": owner, "chunk": _place(number)}


def _packed(ids: tuple[str, ...]) -> bytes:
    """Compress ids."""
    return zlib.compress(json.dumps(ids).encode())


def _item(owner: str, chunk: Chunk) -> dict[str, object]:
    """Spell a chunk; by hand, there is no import to be found by."""
    item: dict[str, object] = {
        **_key(owner, chunk.number),
        "at": moments.spell(chunk.at),
        "integration_id": chunk.integration_id,
        "action": chunk.action.value,
        "transaction_ids": _packed(chunk.transaction_ids),
        "count": len(chunk.transaction_ids),
    }
    if chunk.import_id:
        item["import_id"] = chunk.import_id
    if chunk.until is not None:
        item["until"] = moments.spell(chunk.until)
    if chunk.done:
        item["done"] = True
    return item


def _chunk(item: Item) -> Chunk:
    """Read a chunk."""
    values: Mapping[str, Any] = read(item)
    return Chunk(
        at=moments.parse(values["at"]),
        import_id=values.get("import_id", ""),
        integration_id=values["integration_id"],
        transaction_ids=tuple(json.loads(zlib.decompress(values["transaction_ids"]))),
        action=Noted(values["action"]),
        until=moments.parse(values["until"]) if "until" in values else None,
        done=values.get("done", False),
        number=int(values["chunk"]),
    )
