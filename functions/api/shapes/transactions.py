"""Transactions over the wire."""

import json
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field

from functions.api.shapes.fields import (
    Amount,
    Json,
    Moment,
    Shape,
)
from functions.api.shapes.filters import TransactionFilter
from functions.api.shapes.queries import PageQuery
from tidemark.domain import amounts
from tidemark.domain.facts import Facts
from tidemark.domain.ids import transaction_id
from tidemark.domain.legs import Kind, Leg, Role
from tidemark.domain.sides import Side, summed
from tidemark.domain.transactions import Origin, State
from tidemark.domain.valuations import Valuation, ValueStatus
from tidemark.services.read_transactions import Listed, Sort
from tidemark.services.valuations import ValueOf
from tidemark.services.walk_transactions import Row


class TransactionQuery(TransactionFilter, PageQuery):
    """Which transactions to list, and in which order."""

    sort: Sort = Sort.NEWEST


class AmountShape(Shape):
    """An amount of one asset."""

    asset: str
    amount: Amount


class LegShape(Shape):
    """One signed amount; `source_asset` is the source's own code."""

    id: str
    asset: str
    amount: Amount
    role: Role
    source_asset: str
    kind: Kind

    @classmethod
    def of(cls, leg: Leg) -> Self:
        """Show a leg."""
        return cls(
            id=leg.id,
            asset=leg.asset,
            amount=amounts.spell(leg.amount),
            role=leg.role,
            source_asset=leg.source_asset,
            kind=leg.kind,
        )


class ValuationShape(Shape):
    """What a transaction was worth; `price` is per unit of its one asset.

    `pending`: there is no value yet; `missing`: no source has a price of that day. The `source` of
    an `exact` one is `fiat_leg`, or `nothing` where nothing was moved; that of a `manual` one is
    `owner`.
    """

    status: ValueStatus
    currency: str
    amount: Amount | None
    price: Amount | None
    source: str | None

    @classmethod
    def of(cls, valuation: Valuation | None) -> Self | None:
        """Show a valuation, if there is one."""
        if valuation is None:
            return None
        return cls(
            status=valuation.status,
            currency=valuation.currency,
            amount=_spelled(valuation.amount),
            price=_spelled(valuation.price),
            source=valuation.source,
        )


def _spelled(amount: Decimal | None) -> str | None:
    """Spell an amount that may be unknown."""
    return None if amount is None else amounts.canonical(amount)


class TransactionShape(Shape):
    """One event. `sent`, `received` and `fee` are null where several assets are: see `legs`.

    A deleted one has no `valuation`.
    """

    id: str
    integration: str
    source_id: str
    origin: Origin
    kind: Kind
    state: Listed
    occurred_at: Moment
    imported_at: Moment | None
    import_: Annotated[str | None, Field(alias="import")]
    edited: bool
    before_start: bool
    merged_into: str | None
    label: str | None
    note: str | None
    sent: AmountShape | None
    received: AmountShape | None
    fee: AmountShape | None
    legs: list[LegShape]
    valuation: ValuationShape | None

    @classmethod
    def of(cls, row: Row, value_of: ValueOf) -> Self:
        """Show a transaction, with its value."""
        stored, integration = row.transaction, row.integration
        facts, start = stored.facts, integration.start_date
        return cls(
            id=transaction_id(integration.id, stored.id),
            integration=integration.id,
            source_id=stored.source_id,
            origin=stored.origin,
            kind=facts.kind,
            state=Listed.of(row),
            occurred_at=facts.occurred_at,
            imported_at=stored.imported_at if row.stored else None,
            import_=(stored.import_id or None) if row.stored else None,
            edited=stored.overlay is not None and stored.state is not State.DELETED,
            before_start=start is not None and facts.occurred_at < start,
            merged_into=stored.merged_into,
            label=facts.label,
            note=facts.note,
            sent=_sum(facts, Side.SENT),
            received=_sum(facts, Side.RECEIVED),
            fee=_sum(facts, Side.FEE),
            legs=[LegShape.of(leg) for leg in facts.legs],
            valuation=ValuationShape.of(value_of(stored)),
        )


def _sum(facts: Facts, side: Side) -> AmountShape | None:
    """Sum up one side; None for nothing, or several assets."""
    money = summed(facts.legs, side)
    return money and AmountShape(asset=money.asset, amount=amounts.spell(money.amount))


class TransactionList(Shape):
    """Transactions in the order that was asked for."""

    data: list[TransactionShape]
    has_more: bool
    next_cursor: str | None


class SourceShape(Shape):
    """A transaction as its source told it: the records as they came, and further facts."""

    id: str
    source_id: str
    records: list[Json]
    details: dict[str, str]

    @classmethod
    def of(cls, row: Row) -> Self:
        """Show what the source told."""
        facts = row.transaction
        records = json.loads(facts.raw or "[]", parse_float=str)
        return cls(
            id=transaction_id(row.integration.id, facts.id),
            source_id=facts.source_id,
            records=records if isinstance(records, list) else [records],
            details=dict(facts.details),
        )
