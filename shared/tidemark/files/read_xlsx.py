"""Reads xlsx: values by python-calamine, after the file was unpacked and looked at by us."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain, repeat
from zoneinfo import ZoneInfo

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from tidemark.domain.files import FileLimits, FileRead
from tidemark.errors import BadFile
from tidemark.files.cells import NOTHING, Cell, Fault, Line, grid
from tidemark.files.columns import is_known
from tidemark.files.read_rows import read_rows
from tidemark.files.read_values import number_cell
from tidemark.files.scan_sheet import SheetScan, Strings
from tidemark.files.unpack import unpack
from tidemark.files.workbook import Workbook

_DAYS_TO_1904 = 1462
_PANIC = "PanicException"

type _Value = int | float | str | bool | time | date | datetime | timedelta


def read_xlsx(data: bytes, zone: ZoneInfo, limits: FileLimits) -> FileRead:
    """Read a workbook.

    Raises:
        BadFile: it cannot be read as a whole.
    """
    book = Workbook.of(unpack(data, limits))
    strings = Strings()
    if book.strings is not None:
        strings.read(book.strings)
    scan = SheetScan(strings.lengths, limits)
    scan.read(book.sheet)
    sheet = _Sheet(_opened(book), scan, _DAYS_TO_1904 * book.since_1904)
    return read_rows(grid(sheet.lines()), zone, limits)


def _opened(book: Workbook) -> CalamineSheet:
    """Let calamine read the sheet. Raises BadFile."""
    try:
        with _Panics(), CalamineWorkbook.from_filelike(book.packed()) as opened:
            return opened.get_sheet_by_index(0)
    except (CalamineError, ValueError, OSError):
        raise _unreadable() from None


class _Panics:
    """Makes a BadFile of a panic of the library, whose class has no name to import."""

    def __enter__(self) -> None:
        """Begin to watch."""

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Look at what was raised. Raises BadFile."""
        if kind is not None and kind.__name__ == _PANIC:
            raise _unreadable() from None


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet as it is read, and as it was looked at; dates are ``shift`` days late."""

    read: CalamineSheet
    scan: SheetScan
    shift: int

    def lines(self) -> Iterator[Line]:
        """Give all rows from the first, so wide and so many as not only values make them."""
        values = self.read.iter_rows() if self.read.start is not None else iter(())
        rows = chain(values, repeat([]))
        titles: list[str] = []
        for number in range(1, self.scan.bottom + 1):
            cells = self._cells(number, next(rows), titles)
            yield Line(number, cells)
            if not titles and any(cell.text.strip() for cell in cells):
                titles = [cell.text for cell in cells]

    def _cells(self, row: int, values: Sequence[_Value], titles: Sequence[str]) -> list[Cell]:
        """Give a row's cells; calamine leaves out the columns left and right of all values.

        What is below a title that is not known is only kept.
        """
        left = self.read.start[1] if self.read.start else 0
        right = self.scan.right - left - len(values)
        padded = [*repeat("", left), *values, *repeat("", right)]
        return [
            Cell(str(value)) if title and not is_known(title) else self._cell(row, column, value)
            for column, (value, title) in enumerate(
                zip(padded, chain(titles, repeat("")), strict=False), start=1
            )
        ]

    def _cell(self, row: int, column: int, value: _Value) -> Cell:
        """Give one cell with what is odd about it."""
        fault = self.scan.fault(row, column) if self.scan.has_faults else Fault.NONE
        if isinstance(value, str):
            return Cell(value, fault) if value or fault else NOTHING
        if isinstance(value, int | float) and not isinstance(value, bool):
            text, own_fault, serial = number_cell(float(value), self.shift)
            return Cell(text, fault or own_fault, serial)
        if isinstance(value, bool):
            return Cell(str(value).upper(), fault or Fault.BOOLEAN)
        number = self.scan.number(row, column)
        serial = None if number is None else number + self.shift
        return Cell(_spelled(value), fault or Fault.DATE, serial)


def _spelled(value: date | time | timedelta) -> str:
    """Spell what a spreadsheet took for a time."""
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)


def _unreadable() -> BadFile:
    """Say that the sheet cannot be read."""
    return BadFile("The sheet is damaged, or not as spreadsheets write it.", "broken_sheet")
