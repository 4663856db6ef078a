"""How far each wheel of the schedule has come, in the Watermarks table."""

from datetime import datetime

from tidemark.domain import moments
from tidemark.stores.table import Table, read
from tidemark.wire import ConditionFailed, Wire


class DynamoWatermarks:
    """One item per wheel."""

    def __init__(self, wire: Wire, table: str) -> None:
        """Keep watermarks in a table."""
        self._table = Table(wire, table)

    def get(self, wheel: str) -> datetime | None:
        """Read one."""
        item = self._table.get({"wheel": wheel})
        return moments.parse(read(item)["looked_at"]) if item else None

    def move(self, wheel: str, before: datetime | None, after: datetime) -> bool:
        """Write on condition of what was read; a retry that meets itself has been done before."""
        item = {"wheel": wheel, "looked_at": moments.spell(after)}
        when, words = "attribute_not_exists(#wheel)", {}
        if before is not None:
            when, words = "#looked_at = :before", {"before": moments.spell(before)}
        try:
            self._table.put(item, when=when, values=words)
        except ConditionFailed as error:
            return error.retried and error.item is not None and read(error.item) == item
        return True
