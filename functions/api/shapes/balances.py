"""Balances over the wire."""

from typing import Self

from functions.api.shapes.fields import Amount, Moment, Shape
from functions.api.shapes.queries import GroupName, IntegrationPageQuery
from functions.api.shapes.times import GivenEnd
from tidemark.domain.amounts import canonical
from tidemark.services.read_balances import BalanceRow


class BalanceQuery(IntegrationPageQuery):
    """Which balances: of one integration, or of those of one group; `at` is in the past."""

    group: GroupName | None = None
    at: GivenEnd | None = None


class BalanceShape(Shape):
    """Both balances of one asset; `synced` is null where the source has not said."""

    integration: str
    asset: str
    synced: Amount | None
    calculated: Amount
    difference: Amount | None
    as_of: Moment | None

    @classmethod
    def of(cls, row: BalanceRow) -> Self:
        """Show a balance."""
        found = row.balance
        return cls(
            integration=row.integration_id,
            asset=found.asset,
            synced=None if found.synced is None else canonical(found.synced),
            calculated=canonical(found.calculated),
            difference=None if found.difference is None else canonical(found.difference),
            as_of=row.as_of,
        )


class BalanceList(Shape):
    """Balances by integration and asset."""

    data: list[BalanceShape]
    has_more: bool
    next_cursor: str | None
