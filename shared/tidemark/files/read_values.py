"""Assets, amounts and texts of cells. What could be meant in two ways is refused."""

import re
from decimal import Decimal

from tidemark.domain.amounts import PLAIN
from tidemark.domain.legs import Kind
from tidemark.domain.transactions import State
from tidemark.files.cells import Cell, Fault
from tidemark.files.escape import unescape
from tidemark.files.refused_cell import RefusedCell

LONGEST_ASSET = 30
_KEPT_DIGITS = 15
_PLAIN = re.compile(PLAIN)
_NUMBER = re.compile(r"[+-]?[0-9.,'\s]+")
_EXPONENT = re.compile(r"[+-]?[0-9.,]+[eE][+-]?[0-9]+")
_CURRENCY = re.compile("[A-Z]{3}")
_HOW = "write it like 1234.56"
_NOWHERE = frozenset({"pending", "held", "deleted"})
"""States of rows that are listed and exported, but count for nothing."""


def read_text(cell: Cell, longest: int) -> str:
    """Read a text, trimmed and without the escape of our exports. Raises RefusedCell."""
    if cell.fault:
        raise RefusedCell.of(cell.fault)
    text = unescape(cell.text)
    if len(text) > longest:
        raise RefusedCell("too_long", f"The text is longer than {longest:,} characters.")
    return text if text.strip() else ""


def clean_asset(text: str) -> str:
    """Give the code of an asset as it is kept."""
    return text.strip().upper()


def is_asset(text: str) -> bool:
    """Tell whether a text may be the code of an asset."""
    return 1 <= len(text) <= LONGEST_ASSET and text.isprintable() and text == text.strip()


def read_asset(cell: Cell) -> str:
    """Read the code of an asset, or an empty text. Raises RefusedCell."""
    code = clean_asset(read_text(cell, longest=1000))
    if code and not is_asset(code):
        raise RefusedCell("not_an_asset", f"An asset has 1 to {LONGEST_ASSET} plain characters.")
    return code


def read_amount(cell: Cell) -> Decimal | None:
    """Read an amount that is not negative, or None where there is none. Raises RefusedCell."""
    if cell.fault:
        raise RefusedCell.of(cell.fault)
    text = cell.text.strip()
    if not text:
        return None
    if not _PLAIN.fullmatch(text):
        raise _no_amount(text)
    if text.startswith("-"):
        raise RefusedCell("negative_amount", "Amounts have no sign: the column says the direction.")
    return Decimal(text)


def read_currency(cell: Cell) -> str:
    """Read the code of a currency. Raises RefusedCell."""
    code = read_text(cell, longest=100).upper()
    if not _CURRENCY.fullmatch(code):
        raise RefusedCell("not_a_currency", "A currency has three letters, like EUR.")
    return code


def read_kind(cell: Cell) -> Kind | None:
    """Read the name of one of our kinds, or None where there is none. Raises RefusedCell."""
    text = read_text(cell, longest=100).lower()
    if text and text not in set(Kind):
        raise RefusedCell("unknown_kind", f"A kind is one of: {', '.join(Kind)}.")
    return Kind(text) if text else None


def read_excluded(cell: Cell) -> bool:
    """Tell whether a row was exported as excluded. Raises RefusedCell: it was in no ledger."""
    state = read_text(cell, longest=100).lower()
    if state in _NOWHERE:
        message = f"The row was {state} when it was exported, not in the ledger: leave it out."
        raise RefusedCell("not_in_ledger", message)
    return state == State.EXCLUDED


def _no_amount(text: str) -> RefusedCell:
    """Say what is wrong with a text that is no amount."""
    if "," in text and _NUMBER.fullmatch(text):
        return RefusedCell("comma_in_amount", f"A comma may mean two things: {_HOW}.")
    if _EXPONENT.fullmatch(text):
        return RefusedCell("exponent_in_amount", f"The number has an exponent: {_HOW}.")
    if _NUMBER.fullmatch(text):
        return RefusedCell("not_an_amount", f"This is no plain number: {_HOW}.")
    return RefusedCell("not_an_amount", f"This is no number: {_HOW}.")


def is_kept_exactly(spelled: str) -> bool:
    """Tell whether a number in a sheet's XML has no more digits than a spreadsheet keeps.

    Spreadsheets write 1.1 as 1.1000000000000001: the same binary number, in 17 digits.
    """
    if len(spelled) <= _KEPT_DIGITS:
        return True
    exact = Decimal(spelled)
    if len(exact.normalize().as_tuple().digits) <= _KEPT_DIGITS:
        return True
    value = float(exact)
    return Decimal(f"{value:.17g}") == exact and float(f"{value:.15g}") == value


def number_cell(value: float, shift: int = 0) -> Cell:
    """Give a spreadsheet's number as the digits that were typed: it keeps 15 of them.

    As a date it is ``shift`` days later.
    """
    shortest = repr(value)
    if len(shortest) <= _KEPT_DIGITS and "e" not in shortest and "n" not in shortest:
        return Cell(shortest.removesuffix(".0"), Fault.NONE, value + shift)
    spelled = f"{value:.15g}"
    if not abs(value) < 10**15 or float(spelled) != value:
        return Cell(shortest, Fault.LONG_NUMBER, value + shift)
    return Cell(f"{Decimal(spelled):f}", Fault.NONE, value + shift)
