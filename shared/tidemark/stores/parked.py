"""Records beside the ledger in the Parked table: ``unread#…``, ``pending#…`` and ``held#…``."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tidemark.domain.held import Held
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.pages import Unread
from tidemark.domain.transactions import Found
from tidemark.stores import bulk
from tidemark.stores.plain import from_plain, to_plain
from tidemark.stores.table import Item, Table, read
from tidemark.wire import Wire

_UNREAD, _PENDING, _HELD = "unread#", "pending#", "held#"


class DynamoParked:
    """Parked records, one item each."""

    def __init__(self, wire: Wire, table: str) -> None:
        """Keep parked records in a table."""
        self._table = Table(wire, table)

    def park_unread(self, key: IntegrationKey, rows: Sequence[Unread], sync_id: str) -> None:
        """Write rows; the same row lands on the same item."""
        self._park(key, _UNREAD, rows, sync_id)

    def unread(self, key: IntegrationKey) -> list[tuple[Unread, str]]:
        """Read the rows that were not understood."""
        return [
            (from_plain(Unread, values["row"]), values["sync_id"])
            for values in self._parked(key, _UNREAD)
        ]

    def settle_unread(self, key: IntegrationKey, ids: Iterable[str]) -> None:
        """Delete rows."""
        self._drop(key, _UNREAD, ids)

    def park_pending(self, key: IntegrationKey, pending: Sequence[Found], sync_id: str) -> None:
        """Write pending transactions; the same one lands on the same item."""
        self._park(key, _PENDING, pending, sync_id)

    def drop_pending_but(self, key: IntegrationKey, sync_id: str) -> None:
        """Delete the pending transactions of other syncs."""
        keys = self._table.query(
            "#integration_key = :partition AND begins_with(#parked_id, :prefix)",
            {"partition": key.text, "prefix": _PENDING, "sync": sync_id},
            only="#sync_id <> :sync",
            fields="#integration_key, #parked_id",
        )
        bulk.erase(self._table, keys)

    def pending(self, key: IntegrationKey) -> list[Found]:
        """Read the pending transactions."""
        return [from_plain(Found, values["row"]) for values in self._parked(key, _PENDING)]

    def hold(self, key: IntegrationKey, rows: Sequence[Held]) -> None:
        """Write held transactions; the same one lands on the same item."""
        self._write({row.id: _key(key, _HELD + row.id) | {"row": to_plain(row)} for row in rows})

    def held(self, key: IntegrationKey) -> list[Held]:
        """Read held transactions."""
        return [from_plain(Held, values["row"]) for values in self._parked(key, _HELD)]

    def let_go(self, key: IntegrationKey, ids: Iterable[str]) -> None:
        """Delete held transactions."""
        self._drop(key, _HELD, ids)

    def erase(self, key: IntegrationKey) -> None:
        """Delete all of an integration's."""
        keys = self._table.query(
            "#integration_key = :partition",
            {"partition": key.text},
            fields="#integration_key, #parked_id",
        )
        bulk.erase(self._table, keys)

    def _park(
        self, key: IntegrationKey, prefix: str, rows: Sequence[Unread | Found], sync_id: str
    ) -> None:
        """Write records; of one that came twice, the last."""
        self._write(
            {
                row.id: _key(key, prefix + row.id) | {"row": to_plain(row), "sync_id": sync_id}
                for row in rows
            }
        )

    def _write(self, items: Mapping[str, dict[str, Any]]) -> None:
        """Write items, each id once."""
        bulk.write_all(self._table, [bulk.put_request(item) for item in items.values()])

    def _drop(self, key: IntegrationKey, prefix: str, ids: Iterable[str]) -> None:
        """Delete records of one sort."""
        keys = (_key(key, prefix + each) for each in dict.fromkeys(ids))
        bulk.write_all(self._table, [bulk.delete_request(each) for each in keys])

    def _parked(self, key: IntegrationKey, prefix: str) -> Iterator[dict[str, Any]]:
        """Read records of one sort, in the order of their ids."""
        items: Iterator[Item] = self._table.query(
            "#integration_key = :partition AND begins_with(#parked_id, :prefix)",
            {"partition": key.text, "prefix": prefix},
        )
        return map(read, items)


def _key(key: IntegrationKey, parked_id: str) -> dict[str, Any]:
    """Name a parked record's item."""
    return {"integration_key": key.text, "parked_id": parked_id}
