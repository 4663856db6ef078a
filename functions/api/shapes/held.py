"""Held transactions over the wire."""

from typing import Self

from functions.api.shapes.fields import Amount, Moment, Shape
from functions.api.shapes.queries import IntegrationPageQuery
from functions.api.shapes.transactions import TransactionShape
from tidemark.domain import amounts
from tidemark.domain.held import HeldReason
from tidemark.services.decide_held import HeldView
from tidemark.services.read_transactions import Listed
from tidemark.services.valuations import ValueOf
from tidemark.services.walk_transactions import Row


class HeldQuery(IntegrationPageQuery):
    """Which held transactions: those that wait for a decision, or those that were rejected."""

    rejected: bool = False


class WouldChangeShape(Shape):
    """What accepting would change: the balances of which year (in the lock's zone) by how much."""

    year: int
    balances: dict[str, Amount]


class HeldShape(TransactionShape):
    """A transaction as it would be, brought `at` by `sync` for a locked period."""

    reason: HeldReason
    sync: str
    at: Moment
    rejected: bool
    would_change: WouldChangeShape

    @classmethod
    def of_view(cls, view: HeldView, value_of: ValueOf) -> Self:
        """Show what is held, with what it would be worth."""
        shown = dict(TransactionShape.of(Row(view.integration, view.transaction), value_of))
        held, balances = view.held, view.balances
        changes = {asset: amounts.spell(amount) for asset, amount in balances.items()}
        return cls(
            **shown | {"state": Listed.HELD, "imported_at": None, "import_": None},
            reason=held.reason,
            sync=held.sync_id,
            at=held.at,
            rejected=held.rejected,
            would_change=WouldChangeShape(year=view.year, balances=changes),
        )


class HeldList(Shape):
    """Held transactions, by integration."""

    data: list[HeldShape]
    has_more: bool
    next_cursor: str | None
