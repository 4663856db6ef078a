"""Possible duplicates over the wire."""

from typing import Self

from functions.api.shapes.fields import Moment, Shape
from functions.api.shapes.queries import IntegrationPageQuery
from functions.api.shapes.transactions import AmountShape, TransactionShape
from tidemark.domain import amounts
from tidemark.domain.duplicates import DuplicateState
from tidemark.services.read_duplicates import PairView
from tidemark.services.valuations import ValueOf


class DuplicateQuery(IntegrationPageQuery):
    """Which pairs; an integration may be on either side."""

    state: DuplicateState = DuplicateState.OPEN


class DuplicateShape(Shape):
    """Two transactions that may be one: `own` is by hand or from a file, `source` a source's.

    `transactions` are both as they are now, the own one first; one that is forgotten is left out.
    `unique` says that neither had another candidate.
    """

    id: str
    state: DuplicateState
    own: str
    source: str
    unique: bool
    seconds_apart: int
    amounts: list[AmountShape]
    found_by: str
    opened_at: Moment
    closed_at: Moment | None
    transactions: list[TransactionShape]

    @classmethod
    def of(cls, view: PairView, value_of: ValueOf) -> Self:
        """Show a pair."""
        pair = view.pair
        return cls(
            id=pair.id,
            state=pair.state,
            own=pair.own,
            source=pair.twin,
            unique=pair.unique,
            seconds_apart=pair.seconds,
            amounts=[
                AmountShape(asset=asset, amount=amounts.spell(amount))
                for asset, amount in sorted(pair.amounts.items())
            ],
            found_by=pair.found_by,
            opened_at=pair.opened_at,
            closed_at=pair.closed_at,
            transactions=[TransactionShape.of(row, value_of) for row in view.rows],
        )


class DuplicateList(Shape):
    """Pairs in the order of their ids."""

    data: list[DuplicateShape]
    has_more: bool
    next_cursor: str | None
