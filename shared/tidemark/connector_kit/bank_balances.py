"""Balances of bank accounts: which of the many that a bank tells is of what is booked."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tidemark.domain.amounts import total


class Balance(NamedTuple):
    """One balance as a bank tells it; ``day`` is None where it does not say of when."""

    type: str
    currency: str
    amount: Decimal
    day: date | None


def booked_sums(
    accounts: Iterable[Sequence[Balance]], types: tuple[str, str]
) -> dict[str, Decimal] | None:
    """Add up what is booked per currency; None if an account does not tell it.

    ``types`` are the closing balance and the one in between, of booked rows both. The closing one
    counts, unless the other is of a later day. What is available, or expected, never does.
    """
    sums: dict[str, list[Decimal]] = {}
    for told in accounts:
        booked = [balance for balance in told if balance.type in types]
        if not booked:
            return None
        for currency in {balance.currency for balance in booked}:
            best = _best([each for each in booked if each.currency == currency], types)
            sums.setdefault(currency, []).append(best.amount)
    return {currency: total(amounts) for currency, amounts in sorted(sums.items())}


def _best(balances: Sequence[Balance], types: tuple[str, str]) -> Balance:
    """Choose among the balances of one currency of one account."""
    ordered = sorted(balances, key=lambda balance: types.index(balance.type))
    first = ordered[0]
    later = [b for b in ordered if b.day and first.day and b.day > first.day]
    return max(later, key=lambda balance: balance.day or date.min, default=first)
