"""Looks at a sheet's XML before it is read: how large it is, and what its values hide.

A reader of values cannot tell a formula from its last result, nor how many digits a number had.
"""

import re
from array import array
from bisect import bisect_left
from functools import cache
from typing import NamedTuple

from tidemark.domain.files import FileLimits
from tidemark.errors import BadFile
from tidemark.files.cells import Fault, too_many_columns, too_many_rows
from tidemark.files.limits import too_much_text
from tidemark.files.read_values import is_kept_exactly
from tidemark.files.xml_events import XmlEvents

WIDEST = 1 << 14  # columns of a sheet
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})", re.ASCII)
_ROW = re.compile(r"[1-9][0-9]{0,6}", re.ASCII)
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
_INDEX = re.compile(r"[0-9]{1,7}", re.ASCII)
_MOST_RANGES = 20
_LONGEST_NUMBER = 100
_LONGEST_TEXT = 32_767
_BY_TYPE = {"e": Fault.ERROR_VALUE, "b": Fault.BOOLEAN, "d": Fault.DATE}
_FAULTS = tuple(Fault)
_VALUES = frozenset({"v", "t"})


class _Range(NamedTuple):
    """A block of cells, both corners included; rows and columns count from 1."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, row: int, column: int) -> bool:
        """Tell whether a cell is in it."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right


class Strings(XmlEvents):
    """Reads how long the shared strings are: cells that share one are as large as all copies."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self.lengths = array("I")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin the next string."""
        if name == "si":
            self.lengths.append(0)

    def text(self, text: str) -> None:
        """Count its letters."""
        if self.lengths:
            self.lengths[-1] += len(text)


class SheetScan(XmlEvents):
    """Reads a sheet, keeping what is odd about cells and the exact numbers.

    ``bottom`` and ``right`` are the last row and column that are not empty, from 1.

    Raises:
        BadFile: there is more in it than may be, or it is not as spreadsheets write it.
    """

    def __init__(self, lengths: array[int], limits: FileLimits) -> None:
        """Begin before the first row; ``lengths`` are those of the shared strings."""
        super().__init__()
        self._lengths, self._limits = lengths, limits
        self._last_row, self._last_column = limits.rows + 1, limits.columns
        self._text_left = limits.text
        self._row = self._column = 0
        self._cell: dict[str, str] | None = None
        self._value: list[str] = []
        self._has_value = self._collects = self._has_formula = False
        self._odd, self._faults = array("L"), array("B")
        self._numbered, self._numbers = array("L"), array("d")
        self._ranges: list[_Range] = []
        self.bottom = self.right = 0

    @property
    def has_faults(self) -> bool:
        """Tell whether there are any."""
        return bool(self._odd or self._ranges)

    def fault(self, row: int, column: int) -> Fault:
        """Say why a cell's value cannot be relied on; rows and columns count from 1."""
        place = _find(self._odd, row * WIDEST + column)
        if place is not None:
            return _FAULTS[self._faults[place]]
        inside = any(block.holds(row, column) for block in self._ranges)
        return Fault.FORMULA if inside else Fault.NONE

    def number(self, row: int, column: int) -> float | None:
        """Give the number of a cell with a style, or None: without one, no cell shows a date."""
        place = _find(self._numbered, row * WIDEST + column)
        return None if place is None else self._numbers[place]

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        """Note where cells are, and begin to collect their values."""
        self.depth += 1
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "c":
            self._open(attributes)
        elif name == "row":
            self._next_row(attributes.get("r"))
        elif self._cell is not None:
            if name == "f":
                self._has_formula = True
                self._note_range(attributes)
            elif name in _VALUES:
                self._collects = self._has_value = True

    def closed(self, name: str) -> None:
        """Judge a cell when it is complete."""
        self.depth -= 1
        if ":" in name:
            name = name.rpartition(":")[2]
        if name in _VALUES:
            self._collects = False
        elif name == "c" and self._cell is not None:
            if self._has_value or self._has_formula:
                self._close(self._cell.get("t", "n"), "".join(self._value))
            self._cell = None

    def text(self, text: str) -> None:
        """Collect a value."""
        if self._collects and self._cell is not None:
            self._value.append(text)

    def _next_row(self, told: str | None) -> None:
        """Go on to a row. Rows stand in order."""
        number = self._row + 1
        if told is not None:
            number = int(told) if _ROW.fullmatch(told) else 0
        if number <= self._row:
            raise _odd_sheet()
        self._row, self._column = number, 0

    def _open(self, attributes: dict[str, str]) -> None:
        """Go on to a cell. Cells stand in order."""
        if self._cell is not None:
            raise _odd_sheet()
        row, column = self._row, self._column + 1
        if "r" in attributes:
            row, column = address(attributes["r"])
        if row != self._row or column <= self._column:
            raise _odd_sheet()
        self._column, self._cell = column, attributes
        self._has_value = self._has_formula = False
        self._value = []

    def _close(self, kind: str, value: str) -> None:
        """Check the place of a cell that is not empty, and what is in it."""
        if self._row > self._last_row:
            raise too_many_rows(self._limits)
        if self._column > self._last_column:
            raise too_many_columns(self._limits)
        self.bottom, self.right = self._row, max(self.right, self._column)
        fault = Fault.FORMULA if self._has_formula else _BY_TYPE.get(kind, Fault.NONE)
        if kind == "n" and value:
            exact = self._take_number(value)
            fault = fault or (Fault.NONE if exact else Fault.LONG_NUMBER)
        else:
            self._take_text(self._length(kind, value))
        if fault:
            self._odd.append(self._row * WIDEST + self._column)
            self._faults.append(_FAULTS.index(fault))

    def _take_number(self, value: str) -> bool:
        """Keep a number; tell whether the spreadsheet kept all of its digits."""
        if len(value) > _LONGEST_NUMBER or not _NUMBER.fullmatch(value):
            raise _odd_sheet()
        if self._cell is not None and "s" in self._cell:
            self._numbered.append(self._row * WIDEST + self._column)
            self._numbers.append(float(value))
        return is_kept_exactly(value)

    def _length(self, kind: str, value: str) -> int:
        """Give the length of a text, be it in the cell or shared."""
        if kind != "s":
            return len(value)
        if not _INDEX.fullmatch(value) or int(value) >= len(self._lengths):
            raise _odd_sheet()
        return self._lengths[int(value)]

    def _take_text(self, length: int) -> None:
        """Count a text."""
        self._text_left -= length
        if self._text_left < 0:
            raise too_much_text(self._limits)
        if length > _LONGEST_TEXT:
            raise BadFile("A cell is longer than 32,767 characters.", "cell_too_long")

    def _note_range(self, attributes: dict[str, str]) -> None:
        """Note the block that one formula fills: only its first cell shows the formula."""
        first, _, last = attributes.get("ref", "").partition(":")
        if attributes.get("t") not in {"array", "dataTable"} or not last:
            return
        self._ranges.append(_Range(*address(first), *address(last)))
        if len(self._ranges) > _MOST_RANGES:
            raise BadFile("The sheet has too many array formulas.", "too_many_formulas")


def address(text: str) -> tuple[int, int]:
    """Read ``B7`` as (row 7, column 2). Raises BadFile."""
    match = _ADDRESS.fullmatch(text)
    if match is None:
        raise _odd_sheet()
    return int(match[2]), _column(match[1])


@cache
def _column(letters: str) -> int:
    """Count a column from 1. Raises BadFile."""
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    if column > WIDEST:
        raise _odd_sheet()
    return column


def _find(keys: "array[int]", key: int) -> int | None:
    """Find a key among sorted ones."""
    place = bisect_left(keys, key)
    return place if place < len(keys) and keys[place] == key else None


def _odd_sheet() -> BadFile:
    """Say that a sheet is not as spreadsheets write it."""
    return BadFile("The sheet is damaged, or not as spreadsheets write it.", "broken_sheet")
