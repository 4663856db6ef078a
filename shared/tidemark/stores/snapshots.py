"""Balances as they were found, in the Snapshots table, sorted by time."""

from datetime import datetime

from tidemark.domain import moments
from tidemark.domain.balances import Snapshot
from tidemark.domain.integrations import IntegrationKey
from tidemark.stores import bulk
from tidemark.stores.plain import from_plain, to_plain
from tidemark.stores.table import Table, read
from tidemark.wire import Wire


class DynamoSnapshots:
    """Snapshots, one item each."""

    def __init__(self, wire: Wire, table: str) -> None:
        """Keep snapshots in a table."""
        self._table = Table(wire, table)

    def put(self, key: IntegrationKey, snapshot: Snapshot) -> None:
        """Write a snapshot."""
        place = {"integration_key": key.text, "as_of": moments.spell(snapshot.as_of)}
        self._table.put(to_plain(snapshot) | place)

    def last(self, key: IntegrationKey, at: datetime | None = None) -> Snapshot | None:
        """Read the newest, or the newest up to a moment."""
        if at is None:
            return self._one("#integration_key = :partition", key, {}, backwards=True)
        where = "#integration_key = :partition AND #as_of <= :at"
        return self._one(where, key, {"at": moments.spell(at)}, backwards=True)

    def first_since(self, key: IntegrationKey, since: datetime) -> Snapshot | None:
        """Read the first from a moment on."""
        where = "#integration_key = :partition AND #as_of >= :since"
        return self._one(where, key, {"since": moments.spell(since)}, backwards=False)

    def _one(
        self, where: str, key: IntegrationKey, values: dict[str, str], *, backwards: bool
    ) -> Snapshot | None:
        """Read the first of a query."""
        named = {"partition": key.text, **values}
        item = next(self._table.query(where, named, backwards=backwards, page=1), None)
        return from_plain(Snapshot, read(item)) if item else None

    def erase(self, key: IntegrationKey) -> None:
        """Delete all of an integration's."""
        keys = self._table.query(
            "#integration_key = :partition",
            {"partition": key.text},
            fields="#integration_key, #as_of",
        )
        bulk.erase(self._table, keys)
