"""The records of syncs in the Syncs table."""

from collections.abc import Iterator

from tidemark.domain.syncs import Sync, SyncStatus
from tidemark.stores.plain import from_plain, to_plain
from tidemark.stores.table import Item, Table, read
from tidemark.wire import ConditionFailed, Wire

_AT_ONCE = 50
_GOING = {each.value: each.value for each in SyncStatus if not each.final}
_GOES_ON = " OR ".join(
    ["attribute_not_exists(#status)", *(f"#status = :{each}" for each in _GOING)]
)


class DynamoSyncs:
    """Records of syncs; their ids sort by the time they were made."""

    def __init__(self, wire: Wire, table: str) -> None:
        """Keep records in a table."""
        self._table = Table(wire, table)

    def put(self, sync: Sync) -> None:
        """Write a record."""
        self._table.put(_item(sync))

    def note(self, sync: Sync) -> None:
        """Put on condition that it has not ended."""
        try:
            self._table.put(_item(sync), when=_GOES_ON, values=_GOING)
        except ConditionFailed:
            return

    def get(self, owner: str, sync_id: str) -> Sync | None:
        """Read a record."""
        item = self._table.get({"owner": owner, "sync_id": sync_id})
        return _sync(item) if item else None

    def newest_first(self, owner: str, before: str | None) -> Iterator[Sync]:
        """Go backwards through an owner's records."""
        where, values = "#owner = :owner", {"owner": owner}
        if before is not None:
            where, values = f"{where} AND #sync_id < :before", values | {"before": before}
        items = self._table.query(where, values, backwards=True, page=_AT_ONCE)
        return (_sync(item) for item in items)


def _item(sync: Sync) -> dict[str, object]:
    """Spell a record."""
    values = to_plain(sync)
    place = {"owner": sync.key.owner, "sync_id": values.pop("id")}
    key = values.pop("key")
    return {**place, "integration_id": key["integration_id"], **values}


def _sync(item: Item) -> Sync:
    """Read a record."""
    values = read(item)
    key = {"owner": values["owner"], "integration_id": values["integration_id"]}
    return from_plain(Sync, {**values, "id": values["sync_id"], "key": key})
