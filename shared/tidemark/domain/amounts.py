"""Exact decimal amounts: from the wire to the string attribute, never through a float."""

import functools
import re
from collections.abc import Iterable
from decimal import Context, Decimal, Inexact, InvalidOperation

Amount = Decimal

_WHOLE_DIGITS, _FRACTION_DIGITS = 78, 36
PLAIN = rf"-?[0-9]{{1,{_WHOLE_DIGITS}}}(?:\.[0-9]{{1,{_FRACTION_DIGITS}}})?"
"""Matches an amount that ``Decimal`` may read as it is."""

_PLAIN = re.compile(PLAIN)
SPELLED = rf"-?(?:0|[1-9][0-9]{{0,{_WHOLE_DIGITS - 1}}})(?:\.[0-9]{{1,{_FRACTION_DIGITS}}})?"
"""Matches an amount that is spelled as ``spell`` does."""

_EXPONENT = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?[eE][+-]?[0-9]{1,2}")
_EXACT = Context(prec=160, traps=[Inexact, InvalidOperation])

ZERO = Decimal(0)


def parse_amount(text: object) -> Decimal:
    """Read an amount as a source sends it: up to 78 digits before and 36 after the point.

    Numbers that the transport kept as text or Decimal are taken; floats, booleans, signs like
    ``+``, thousands separators and foreign digits are not.

    Raises:
        ValueError: when it is not such an amount.
    """
    if type(text) is str and _PLAIN.fullmatch(text):
        return Decimal(text)
    return _parse_unusual(text)


def _parse_unusual(text: object) -> Decimal:
    """Read an amount that is not plain text: a number, or one with an exponent."""
    if isinstance(text, str | Decimal | int) and not isinstance(text, bool):
        spelled = str(text)
        if _PLAIN.fullmatch(spelled):
            return Decimal(spelled)
        if _EXPONENT.fullmatch(spelled):
            return parse_amount(spell(Decimal(spelled)))
    raise ValueError("not an exact decimal amount")


def spell(amount: Decimal) -> str:
    """Spell an amount without an exponent, keeping the digits that the source sent."""
    return f"{amount:f}"


def canonical(amount: Decimal) -> str:
    """Spell equal amounts alike: no trailing zeros, no ``-0``."""
    text = f"{amount:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Add amounts exactly; an inexact sum is an error, not a rounding."""
    return functools.reduce(_EXACT.add, amounts, ZERO)


difference = _EXACT.subtract
"""Subtract exactly: ``difference(left, right)``."""


def units(count: int, decimals: int) -> Decimal:
    """Turn a count of smallest units (satoshi, wei) into an amount of the asset."""
    return Decimal(count).scaleb(-decimals, _EXACT)
