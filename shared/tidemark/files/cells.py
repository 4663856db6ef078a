"""Cells as a reader gives them: text, and what must not be taken for what it looks like."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from tidemark.domain.files import FileLimits
from tidemark.errors import BadFile


class Fault(StrEnum):
    """Why a cell's value cannot be relied on."""

    NONE = ""
    FORMULA = "formula"
    ERROR_VALUE = "error_value"
    BOOLEAN = "boolean"
    LONG_NUMBER = "long_number"
    DATE = "date_cell"


class Cell(NamedTuple):
    """One cell. ``serial`` is the number of days since 1899-12-30, for a cell that is a number."""

    text: str
    fault: Fault = Fault.NONE
    serial: float | None = None


NOTHING = Cell("")


class Line(NamedTuple):
    """One row of cells with its number as a person sees it."""

    number: int
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Grid:
    """The first line that is not empty, and those after it."""

    header: Line
    lines: Iterator[Line]


def grid(lines: Iterable[Line]) -> Grid:
    """Take the header off the lines.

    Raises:
        BadFile: there is none.
    """
    rest = iter(lines)
    header = next((line for line in rest if any(cell.text.strip() for cell in line.cells)), None)
    if header is None:
        raise BadFile("The file is empty.", "empty_file")
    return Grid(header, rest)


def bounded(grid: Grid, limits: FileLimits) -> Iterator[Line]:
    """Give the lines that are not empty.

    Raises:
        BadFile: there are too many, or one is too wide.
    """
    count = 0
    for line in grid.lines:
        if any(cell.text or cell.fault for cell in line.cells):
            count += 1
            check_size(count, len(line.cells), limits)
            yield line


def check_size(rows: int, columns: int, limits: FileLimits) -> None:
    """Refuse more rows, or more columns, than may be. Raises BadFile."""
    if rows > limits.rows:
        raise too_many_rows(limits)
    if columns > limits.columns:
        raise too_many_columns(limits)


def too_many_rows(limits: FileLimits) -> BadFile:
    """Say that there are too many rows."""
    return BadFile(f"The file has more than {limits.rows:,} rows.", "too_many_rows")


def too_many_columns(limits: FileLimits) -> BadFile:
    """Say that there are too many columns."""
    return BadFile(f"The file has more than {limits.columns} columns.", "too_many_columns")
