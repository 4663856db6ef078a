"""Amounts are exact, whatever a source sends."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidemark.domain import amounts

exact = st.decimals(allow_nan=False, allow_infinity=False, places=18).filter(
    lambda value: abs(value) < Decimal(10) ** 60
)


@given(exact)
def test_what_is_spelled_is_read_back(value: Decimal) -> None:
    """No digit is lost either way."""
    assert amounts.parse_amount(amounts.spell(value)) == value


@given(exact)
def test_equal_amounts_have_one_canonical_spelling(value: Decimal) -> None:
    """Trailing zeros and the sign of nothing do not matter."""
    spelled = amounts.canonical(value)
    assert spelled == amounts.canonical(Decimal(f"{value:f}0" if "." in f"{value:f}" else value))
    assert Decimal(spelled) == value
    assert spelled != "-0"


@pytest.mark.parametrize(
    "text",
    ["", "1_000", "٣", " 1", "+1", "1,5", "NaN", "Infinity", "1e1000000", "0x10", "1" * 79, True,
     0.1, None, "1.", ".5", "--1", "1e", "1" * 10_000],
)  # fmt: skip
def test_what_is_not_an_exact_decimal_is_refused(text: object) -> None:
    """A float has lost its digits already; the rest was never a number."""
    with pytest.raises(ValueError, match="not an exact decimal"):
        amounts.parse_amount(text)


def test_exponents_as_exchanges_send_them_are_read() -> None:
    """``1E-8`` is one satoshi."""
    assert amounts.parse_amount("1E-8") == Decimal("0.00000001")


@given(st.lists(exact, max_size=30))
def test_a_total_does_not_depend_on_the_order(values: list[Decimal]) -> None:
    """And adding the opposite of everything gives nothing."""
    assert amounts.total(values) == amounts.total(reversed(values))
    assert amounts.total([*values, *(value.copy_negate() for value in values)]) == 0


def test_a_total_keeps_78_digits_and_18_decimals_together() -> None:
    """The default context would round here."""
    big, small = Decimal(10) ** 77, Decimal("0.000000000000000001")
    assert amounts.difference(amounts.total([big, small]), big) == small


def test_units_are_counted_exactly() -> None:
    """Satoshi and wei."""
    assert amounts.spell(amounts.units(1, 8)) == "0.00000001"
    assert amounts.units(10**30 + 1, 18) == Decimal("1000000000000.000000000000000001")
