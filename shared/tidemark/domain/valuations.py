"""What transactions were worth: decided from their facts and the closes of their own day.

Nothing of it is stored with a transaction, so nothing has to be kept in step when its amounts,
its time or the owner's currency change.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, Inexact
from enum import StrEnum

from tidemark.domain.facts import Facts
from tidemark.domain.legs import net
from tidemark.domain.prices import FIAT, Close, day_of, ratio
from tidemark.domain.sheets import Wanted
from tidemark.domain.sides import Side, legs_on

FIAT_LEG, OWNER, NOTHING = "fiat_leg", "owner", "nothing"
"""Sources of values that no price was needed for."""

_EXACT = Context(prec=400, traps=[Inexact])

type Known = Callable[[str, date], Close | Wanted | None]
"""Gives the close of an asset's day in the owner's currency, or how far the search is."""


class ValueStatus(StrEnum):
    """How a value came about, or why there is none."""

    EXACT = "exact"
    DERIVED = "derived"
    PENDING = "pending"
    MISSING = "missing"
    MANUAL = "manual"

    @property
    def open(self) -> bool:
        """Tell whether there is no value."""
        return self in {ValueStatus.PENDING, ValueStatus.MISSING}


@dataclass(frozen=True, slots=True)
class Valuation:
    """A transaction's value in a currency. ``price`` is per unit, where one asset has one."""

    status: ValueStatus
    currency: str
    amount: Decimal | None = None
    price: Decimal | None = None
    source: str | None = None


type Sum = Mapping[str, Decimal]
"""One side of a transaction: amounts without sign, per asset."""


def value(facts: Facts, quote: str, today: date, known: Known) -> Valuation:
    """Give what a transaction was worth: as its owner says, by its fiat amount, or by closes."""
    if facts.valuation is not None:
        worth = facts.valuation
        return Valuation(ValueStatus.MANUAL, worth.currency, worth.amount, source=OWNER)
    sides = _sides(facts, quote)
    if not sides:
        return Valuation(ValueStatus.EXACT, quote, Decimal(0), source=NOTHING)
    if set(sides[0]) == {quote}:
        return _exact(facts, quote, sides[0][quote])
    day = day_of(facts.occurred_at)
    if day >= today:
        return Valuation(ValueStatus.PENDING, quote)
    return _derived(facts, quote, sides, lambda asset: known(asset, day))


def needed(facts: Facts, quote: str) -> frozenset[str]:
    """Name the assets whose closes, of its day, a transaction's value may take."""
    sides = _sides(facts, quote)
    if facts.valuation is not None or (sides and set(sides[0]) == {quote}):
        return frozenset()
    return frozenset(asset for side in sides for asset in side if asset != quote)


def _sides(facts: Facts, quote: str) -> list[Sum]:
    """Give the sides that tell the value, the best first.

    Fiat alone tells it better than anything that has a price, the owner's own currency best; what
    was sent better than what was received. A fee counts where there is nothing else.
    """
    sides = [side for side in (_sum(facts, each) for each in (Side.SENT, Side.RECEIVED)) if side]
    if own := [side for side in sides if set(side) == {quote}]:
        return own
    if fiat := [side for side in sides if set(side) <= FIAT]:
        return fiat
    fee = _sum(facts, Side.FEE)
    return sides or ([fee] if fee else [])


def _sum(facts: Facts, side: Side) -> Sum:
    """Add up a side, per asset, without signs."""
    totals = net(legs_on(facts.legs, side))
    return {asset: amount.copy_abs() for asset, amount in totals.items() if amount}


def _exact(facts: Facts, quote: str, amount: Decimal) -> Valuation:
    """Value by the amount in the owner's own currency; its price is that of the other side."""
    others = [
        side
        for side in (_sum(facts, each) for each in (Side.SENT, Side.RECEIVED))
        if side and quote not in side
    ]
    return Valuation(ValueStatus.EXACT, quote, amount, _price(others, amount), FIAT_LEG)


def _price(others: list[Sum], amount: Decimal) -> Decimal | None:
    """Give the price per unit of the one other asset, if there is one."""
    if len(others) != 1 or len(others[0]) != 1:
        return None
    return ratio(amount, next(iter(others[0].values())))


def _derived(
    facts: Facts, quote: str, sides: list[Sum], known: Callable[[str], Close | Wanted | None]
) -> Valuation:
    """Value by closes: of the first side that has them all; pending while one may still come."""
    for side in sides:
        closes = {asset: known(asset) for asset in side if asset != quote}
        found = {asset: c for asset, c in closes.items() if isinstance(c, Close)}
        if len(found) == len(closes):
            return _by_closes(facts, quote, side, found)
        if any(not _is_missing(close) for close in closes.values()):
            return Valuation(ValueStatus.PENDING, quote)
    return Valuation(ValueStatus.MISSING, quote)


def _is_missing(close: Close | Wanted | None) -> bool:
    """Tell whether there is a close, or surely none; else it may still come."""
    return isinstance(close, Close) or (close is not None and close.missing)


def _by_closes(facts: Facts, quote: str, side: Sum, closes: Mapping[str, Close]) -> Valuation:
    """Multiply and add up, exactly."""
    parts = [
        _EXACT.multiply(amount, closes[asset].price) if asset in closes else amount
        for asset, amount in side.items()
    ]
    amount = Decimal(0)
    for part in parts:
        amount = _EXACT.add(amount, part)
    price = next(iter(closes.values())).price if len(side) == 1 else None
    if set(side) <= FIAT:
        sides = [_sum(facts, each) for each in (Side.SENT, Side.RECEIVED)]
        price = _price([each for each in sides if each and each != side], amount) or price
    sources = "+".join(sorted({close.source for close in closes.values()}))
    return Valuation(ValueStatus.DERIVED, quote, amount, price, sources)
