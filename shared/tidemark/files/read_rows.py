"""Rows of cells become transactions; what is wrong with a cell is told by row and column."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from tidemark.domain.facts import Worth
from tidemark.domain.file_labels import Way, meaning_of
from tidemark.domain.files import CellError, FileLimits, FileRead, FileRow, Money, row_legs
from tidemark.domain.legs import Kind, Leg
from tidemark.domain.valuations import ValueStatus
from tidemark.files.cells import NOTHING, Cell, Grid, Line, bounded, check_size
from tidemark.files.columns import Column, Header
from tidemark.files.legs_text import parse_legs_cell
from tidemark.files.read_times import TimeReader
from tidemark.files.read_values import (
    read_amount,
    read_asset,
    read_currency,
    read_excluded,
    read_kind,
    read_text,
)
from tidemark.files.refused_cell import RefusedCell

LONGEST_CELL = 32_767
_LONGEST = {
    Column.INTEGRATION: 200,
    Column.LABEL: 500,
    Column.NOTE: 10_000,
    Column.SOURCE_ID: 500,
    Column.LEGS: LONGEST_CELL,
    Column.VALUE_STATUS: 100,
}
_MONEY = (
    (Column.OUTGOING_ASSET, Column.OUTGOING_AMOUNT),
    (Column.INCOMING_ASSET, Column.INCOMING_AMOUNT),
    (Column.FEE_ASSET, Column.FEE_AMOUNT),
)
_AMOUNTS = frozenset(column for pair in _MONEY for column in pair)


def read_rows(grid: Grid, zone: ZoneInfo, limits: FileLimits) -> FileRead:
    """Read a grid's rows: good ones, and what is wrong with the others.

    Raises:
        BadFile: the header lacks columns, or there are too many rows or columns.
    """
    header = Header.of([cell.text for cell in grid.header.cells])
    check_size(0, len(grid.header.cells), limits)
    reader = _Reader(header, TimeReader(zone))
    rows, errors, count, labels = [], [], 0, _Labels()
    for line in bounded(grid, limits):
        reading = reader.read(line)
        count += not reading.empty
        errors += reading.errors
        if reading.row is not None:
            rows.append(reading.row)
            labels.met(reading.row)
    return FileRead(tuple(rows), tuple(errors), (*header.notes(), *labels.notes()), count)


@dataclass(slots=True)
class _Labels:
    """The labels that name no kind, in the order met."""

    unknown: dict[str, None] = field(default_factory=dict)

    def met(self, row: FileRow) -> None:
        """Note a row's label."""
        if row.label and row.kind is None and len(self.unknown) < 20:  # noqa: PLR2004 (a list to read)
            self.unknown[row.label] = None

    def notes(self) -> list[str]:
        """Say which labels are kept as they are."""
        return [f'The label "{label[:60]}" names no kind.' for label in self.unknown]


@dataclass(slots=True)
class _Reading:
    """What was read of one line so far."""

    line: Line
    header: Header
    errors: list[CellError] = field(default_factory=list)
    row: FileRow | None = None
    empty: bool = False

    def cell(self, column: Column) -> Cell:
        """Give a column's cell."""
        place = self.header.places.get(column)
        return NOTHING if place is None or place >= len(self.line.cells) else self.line.cells[place]

    def refuse(self, column: Column, code: str, message: str) -> None:
        """Note what is wrong with a cell."""
        self.errors.append(CellError(self.line.number, self.header.title(column), code, message))

    def attempt[T](self, column: Column, read: Callable[[Cell], T]) -> T | None:
        """Read a cell, or note why not."""
        try:
            return read(self.cell(column))
        except RefusedCell as refused:
            self.refuse(column, refused.code, refused.message)
        return None

    def text(self, column: Column) -> str:
        """Read a text, or note why not."""
        if _is_empty(self.cell(column)):
            return ""
        return self.attempt(column, lambda cell: read_text(cell, _LONGEST[column])) or ""

    def money(self, asset: Column, amount: Column) -> Money | None:
        """Read an asset with its amount, or note why not."""
        if _is_empty(self.cell(asset)) and _is_empty(self.cell(amount)):
            return None
        before = len(self.errors)
        code, value = self.attempt(asset, read_asset), self.attempt(amount, read_amount)
        if code and value is not None:
            return Money(code, value)
        if len(self.errors) == before:
            self._refuse_half(asset, amount, code)
        return None

    def _refuse_half(self, asset: Column, amount: Column, code: str | None) -> None:
        """Refuse an asset without an amount, or the other way round."""
        if code:
            self.refuse(amount, "amount_missing", "There is an asset without an amount.")
        else:
            self.refuse(asset, "asset_missing", "There is an amount without an asset.")


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads lines of one file."""

    header: Header
    read_time: TimeReader

    def read(self, line: Line) -> _Reading:
        """Read one line."""
        reading = _Reading(line, self.header)
        reading.empty = all(_is_empty(reading.cell(column)) for column in self.header.places)
        if reading.empty:
            return reading
        self._check_width(reading)
        moment = reading.attempt(Column.DATE, self.read_time)
        row = self._row(reading, moment)
        reading.row = None if reading.errors else row
        return reading

    def _check_width(self, reading: _Reading) -> None:
        """Refuse cells right of the last title: a separator inside a cell shifted the others."""
        beyond = reading.line.cells[len(self.header.titles) :]
        if not all(_is_empty(cell) for cell in beyond):
            message = "The row has more cells than the header: one holds a separator."
            last = len(self.header.titles) + len(beyond)
            error = CellError(reading.line.number, f"column {last}", "too_many_cells", message)
            reading.errors.append(error)

    def _row(self, reading: _Reading, moment: datetime | None) -> FileRow | None:
        """Read all but the time; None where it cannot be a row."""
        label = reading.text(Column.LABEL)
        kind = _kind(reading, label)
        legs = _legs(reading, kind)
        note = reading.text(Column.NOTE)
        source_id = reading.text(Column.SOURCE_ID)
        name = reading.text(Column.INTEGRATION)
        excluded = reading.attempt(Column.STATE, read_excluded) or False
        worth = _worth(reading)
        if moment is None or reading.errors:
            return None
        raw = self._raw(reading.line)
        number = reading.line.number
        words = (label or None, note or None, source_id, name)
        return FileRow(number, moment, legs, kind, *words, raw, worth, excluded)

    def _raw(self, line: Line) -> tuple[tuple[str, str], ...]:
        """Give the cells that are not empty with their titles."""
        pairs = zip(self.header.titles, line.cells, strict=False)
        return tuple((title, cell.text) for title, cell in pairs if title and cell.text)


def _is_empty(cell: Cell) -> bool:
    """Tell whether nothing is in a cell."""
    return not cell.fault and not cell.text.strip()


def _worth(reading: _Reading) -> Worth | None:
    """Read what its owner says that it is worth; what came by prices comes by them again."""
    if reading.text(Column.VALUE_STATUS).lower() != ValueStatus.MANUAL:
        return None
    amount = reading.attempt(Column.VALUE, read_amount)
    currency = reading.attempt(Column.VALUE_CURRENCY, read_currency)
    if amount is None and not reading.errors:
        reading.refuse(Column.VALUE, "amount_missing", "A manual valuation needs its amount.")
    return Worth(amount, currency) if amount is not None and currency else None


def _kind(reading: _Reading, label: str) -> Kind | None:
    """Give the kind that the row names, and check the amounts against a label that names it."""
    if not _is_empty(reading.cell(Column.KIND)):
        return reading.attempt(Column.KIND, read_kind)
    meaning = meaning_of(label)
    if meaning is None:
        return None
    if meaning.way is Way.INCOMING:
        _keep_empty(reading, label, Column.OUTGOING_ASSET, Column.OUTGOING_AMOUNT)
    elif meaning.way is Way.OUTGOING:
        _keep_empty(reading, label, Column.INCOMING_ASSET, Column.INCOMING_AMOUNT)
    return meaning.kind


def _keep_empty(reading: _Reading, label: str, *columns: Column) -> None:
    """Refuse amounts that contradict the label."""
    filled = next((column for column in columns if not _is_empty(reading.cell(column))), None)
    if filled is not None:
        message = f'The label "{label}" does not go with this column: leave it empty.'
        reading.refuse(filled, "label_contradicts", message)


def _legs(reading: _Reading, kind: Kind | None) -> tuple[Leg, ...]:
    """Read the legs: those spelled out, or the amounts out, in and fee."""
    spelled = reading.text(Column.LEGS)
    if spelled:
        _refuse_both(reading)
        return reading.attempt(Column.LEGS, lambda _: parse_legs_cell(spelled, kind)) or ()
    before = len(reading.errors)
    sent, received, fee = (reading.money(*pair) for pair in _MONEY)
    _refuse_zero(reading, ((Column.OUTGOING_AMOUNT, sent), (Column.INCOMING_AMOUNT, received)))
    legs = row_legs(sent, received, fee, kind)
    if not legs and len(reading.errors) == before:
        reading.refuse(Column.OUTGOING_AMOUNT, "no_amount", "The row has no amount at all.")
    return legs


def _refuse_zero(reading: _Reading, told: Iterable[tuple[Column, Money | None]]) -> None:
    """Refuse an amount of nothing; only a fee may be that."""
    for column, money in told:
        if money is not None and not money.amount:
            reading.refuse(column, "zero_amount", "The amount is zero: leave the cells empty.")


def _refuse_both(reading: _Reading) -> None:
    """Refuse legs beside amounts: the row would say the same twice."""
    if any(not _is_empty(reading.cell(column)) for column in sorted(_AMOUNTS)):
        reading.refuse(Column.LEGS, "legs_and_amounts", "Give either legs or amounts.")
