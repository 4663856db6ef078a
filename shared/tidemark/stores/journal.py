"""The import journal of owners in the Journal table, sorted by time."""

import json
import zlib
from collections.abc import Iterator
from datetime import datetime

from tidemark.domain import moments
from tidemark.domain.journal import Chunk
from tidemark.stores.table import Item, Table, read
from tidemark.wire import Wire

_AT_ONCE = 5


class DynamoJournal:
    """Chunks, one item each, sorted by their place: ``at``, integration id, import id.

    The ids are compressed JSON text: a chunk may have thousands.
    """

    def __init__(self, wire: Wire, table: str) -> None:
        """Keep chunks in a table."""
        self._table = Table(wire, table)

    def note(self, owner: str, chunk: Chunk) -> None:
        """Write a chunk."""
        place = _place((chunk.at, chunk.integration_id, chunk.import_id))
        ids = zlib.compress(json.dumps(chunk.transaction_ids).encode())
        self._table.put({"owner": owner, "chunk": place, "transaction_ids": ids})

    def newest_first(self, owner: str, before: tuple[datetime, str, str] | None) -> Iterator[Chunk]:
        """Go backwards through the chunks."""
        where, values = "#owner = :owner", {"owner": owner}
        if before is not None:
            where, values = f"{where} AND #chunk < :before", values | {"before": _place(before)}
        items = self._table.query(where, values, backwards=True, page=_AT_ONCE)
        return (_chunk(item) for item in items)


def _place(place: tuple[datetime, str, str]) -> str:
    """Spell the place of a chunk so that text sorts as places do. Ids hold no ``#``."""
    at, integration_id, import_id = place
    return f"{moments.spell(at)}#{integration_id}#{import_id}"


def _chunk(item: Item) -> Chunk:
    """Read a chunk."""
    values = read(item)
    at, integration_id, import_id = values["chunk"].split("#")
    ids = json.loads(zlib.decompress(values["transaction_ids"]))
    return Chunk(moments.parse(at), import_id, integration_id, tuple(ids))
