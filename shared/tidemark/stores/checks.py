"""Balance checks in the Imports table, told apart from its other records by their ids."""

from tidemark.domain.checks import CHECK, BalanceCheck
from tidemark.domain.ids import is_id
from tidemark.stores.plain import from_plain, to_plain
from tidemark.stores.table import Table, read
from tidemark.wire import Wire


class DynamoBalanceChecks:
    """Balance checks, one item each."""

    def __init__(self, wire: Wire, table: str) -> None:
        """Keep checks in a table."""
        self._table = Table(wire, table)

    def put(self, check: BalanceCheck) -> None:
        """Write a check."""
        values = to_plain(check)
        self._table.put({"import_id": values.pop("id"), **values})

    def get(self, owner: str, check_id: str) -> BalanceCheck | None:
        """Read a check."""
        if not is_id(CHECK, check_id):
            return None
        item = self._table.get({"owner": owner, "import_id": check_id})
        return from_plain(BalanceCheck, read(item) | {"id": check_id}) if item else None
