"""The three sides of a transaction: what was sent, what was received, and the fee."""

from collections.abc import Iterable
from enum import StrEnum

from tidemark.domain.files import Money
from tidemark.domain.legs import Kind, Leg, Role, net


class Side(StrEnum):
    """A side of a transaction."""

    SENT = "sent"
    RECEIVED = "received"
    FEE = "fee"


NATURAL = {Side.SENT: Kind.WITHDRAWAL, Side.RECEIVED: Kind.DEPOSIT, Side.FEE: Kind.FEE}
"""What a leg is when nothing else is known of it."""


def side_of(leg: Leg) -> Side | None:
    """Say on which side a leg is; a principal of nothing is on none."""
    if leg.role is Role.FEE:
        return Side.FEE
    if not leg.amount:
        return None
    return Side.SENT if leg.amount < 0 else Side.RECEIVED


def legs_on(legs: Iterable[Leg], side: Side) -> tuple[Leg, ...]:
    """Give the legs of one side."""
    return tuple(leg for leg in legs if side_of(leg) is side)


def summed(legs: Iterable[Leg], side: Side) -> Money | None:
    """Sum up one side, without a sign; None where it is nothing, or of several assets."""
    totals = {asset: amount for asset, amount in net(legs_on(legs, side)).items() if amount}
    if len(totals) != 1:
        return None
    asset, amount = next(iter(totals.items()))
    return Money(asset, amount if side is Side.RECEIVED else amount.copy_negate())
