"""Balance checks over the wire."""

from typing import Self

from functions.api.shapes.fields import Amount, Moment, Shape
from functions.api.shapes.syncs import Integrations
from tidemark.domain.amounts import canonical
from tidemark.domain.balances import Tip
from tidemark.domain.checks import CheckStatus
from tidemark.services.request_check import CheckedBalance, CheckView


class NewBalanceCheck(Shape):
    """Which integrations to check."""

    integrations: Integrations


class TipShape(Shape):
    """What may explain a mismatch; `link` is where to look, `ids` name what is concerned."""

    code: str
    message: str
    link: str
    ids: list[str]

    @classmethod
    def of(cls, tip: Tip) -> Self:
        """Show a tip."""
        return cls(code=tip.code, message=tip.message, link=tip.link, ids=list(tip.ids))


class CheckedBalanceShape(Shape):
    """Both balances of one asset, and what was found out about their difference.

    `first_bad_at` and `first_bad_transaction` are where the source's running balance parts from
    what is calculated, if its records tell one; what is missing lies between `source_ids`. A bank's
    rows of one day may leave open which one it is: then only the moment is given.
    """

    integration: str
    asset: str
    synced: Amount | None
    calculated: Amount
    difference: Amount | None
    as_of: Moment
    last_good_at: Moment | None
    first_bad_at: Moment | None
    first_bad_transaction: str | None
    source_ids: list[str]
    tips: list[TipShape]

    @classmethod
    def of(cls, row: CheckedBalance) -> Self:
        """Show a row."""
        found, finding = row.balance, row.finding
        parting = finding.parting if finding else None
        return cls(
            integration=row.integration_id,
            asset=found.asset,
            synced=None if found.synced is None else canonical(found.synced),
            calculated=canonical(found.calculated),
            difference=None if found.difference is None else canonical(found.difference),
            as_of=row.as_of,
            last_good_at=row.good_at,
            first_bad_at=parting.at if parting else None,
            first_bad_transaction=parting.transaction_id if parting else None,
            source_ids=list(parting.source_ids) if parting else [],
            tips=[TipShape.of(tip) for tip in finding.tips] if finding else [],
        )


class BalanceCheckShape(Shape):
    """A check; `waiting` are integrations that were not checked yet, or not in time."""

    id: str
    status: CheckStatus
    requested_at: Moment
    integrations: list[str]
    waiting: list[str]
    rows: list[CheckedBalanceShape]

    @classmethod
    def of(cls, view: CheckView) -> Self:
        """Show a check."""
        return cls(
            id=view.check.id,
            status=view.status,
            requested_at=view.check.requested_at,
            integrations=list(view.check.integrations),
            waiting=list(view.waiting),
            rows=[CheckedBalanceShape.of(row) for row in view.rows],
        )
