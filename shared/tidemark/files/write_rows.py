"""Writes transactions as csv, xlsx or JSON lines, so that reading gives what was written."""

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import BinaryIO

import xlsxwriter

from tidemark.domain import amounts, moments
from tidemark.domain.exports import ExportRow
from tidemark.domain.files import FileFormat
from tidemark.domain.legs import Leg, Role
from tidemark.domain.valuations import Valuation
from tidemark.errors import Refused
from tidemark.files.columns import Column
from tidemark.files.escape import escape
from tidemark.files.legs_text import leg_objects, spell_legs_cell
from tidemark.files.read_rows import LONGEST_CELL
from tidemark.files.read_values import clean_asset, is_asset
from tidemark.files.workbook import SHEET

COLUMNS = tuple(Column)
_TEXT = 49  # the number of the format "@"
_VALUE_COLUMNS = {
    "amount": Column.VALUE,
    "currency": Column.VALUE_CURRENCY,
    "status": Column.VALUE_STATUS,
    "price": Column.VALUE_PRICE,
    "source": Column.VALUE_SOURCE,
}
_UNWRITABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def write_rows(rows: Iterable[ExportRow], to: BinaryIO, form: FileFormat) -> int:
    """Write transactions in a format, one by one, and give how many they were.

    Raises:
        Refused: there are more than a spreadsheet holds.
    """
    return _WRITERS[form](rows, to)


def cells_of(row: ExportRow) -> list[str]:
    """Give the texts of a row, in the order of ``COLUMNS``, escaped."""
    plain = _amounts(row.legs)
    told = {
        Column.DATE: moments.spell(row.occurred_at),
        Column.INTEGRATION: row.integration_name,
        Column.LABEL: row.label or "",
        Column.NOTE: row.note or "",
        Column.SOURCE_ID: row.source_id,
        Column.KIND: row.kind.value,
        Column.LEGS: spell_legs_cell(row.legs, LONGEST_CELL) if plain is None else "",
        Column.STATE: row.state,
        **(plain or {}),
        **(_value_cells(row.valuation) if row.valuation else {}),
    }
    return [escape(_UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", told.get(c, ""))) for c in COLUMNS]


def _value_cells(valuation: Valuation) -> dict[Column, str]:
    """Give the texts of a value; of what is not known none."""
    told = _value_object(valuation)
    return {column: told[name] or "" for name, column in _VALUE_COLUMNS.items()}


def _spelled(amount: Decimal | None) -> str | None:
    """Spell an amount that may be unknown."""
    return None if amount is None else amounts.canonical(amount)


def _amounts(legs: Sequence[Leg]) -> dict[Column, str] | None:
    """Give the amounts out, in and fee, or None where legs are more than that."""
    sent = [leg for leg in legs if leg.role is Role.PRINCIPAL and leg.amount < 0]
    received = [leg for leg in legs if leg.role is Role.PRINCIPAL and leg.amount > 0]
    fees = [leg for leg in legs if leg.role is Role.FEE and leg.amount < 0]
    parts = (sent, received, fees)
    if any(len(part) > 1 for part in parts) or sum(map(len, parts)) < max(len(legs), 1):
        return None
    if not all(is_asset(leg.asset) and leg.asset == clean_asset(leg.asset) for leg in legs):
        return None
    told: dict[Column, str] = {}
    for (asset, amount), part in zip(_PAIRS, parts, strict=True):
        for leg in part:
            told |= {asset: leg.asset, amount: amounts.spell(leg.amount.copy_abs())}
    return told


_PAIRS = (
    (Column.OUTGOING_ASSET, Column.OUTGOING_AMOUNT),
    (Column.INCOMING_ASSET, Column.INCOMING_AMOUNT),
    (Column.FEE_ASSET, Column.FEE_AMOUNT),
)


def _write_csv(rows: Iterable[ExportRow], to: BinaryIO) -> int:
    """Write CSV in UTF-8; all cells of rows are quoted, whatever separates cells elsewhere."""
    text = io.TextIOWrapper(to, encoding="utf-8", newline="", write_through=True)
    csv.writer(text).writerow(COLUMNS)
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    count = 0
    for row in rows:
        writer.writerow(cells_of(row))
        count += 1
    text.flush()
    text.detach()
    return count


def _write_jsonl(rows: Iterable[ExportRow], to: BinaryIO) -> int:
    """Write a JSON object per line, with exact legs."""
    count = 0
    for row in rows:
        told = {
            "occurred_at": moments.spell(row.occurred_at),
            "integration": row.integration_name,
            "kind": row.kind.value,
            "label": row.label,
            "note": row.note,
            "source_id": row.source_id,
            "legs": leg_objects(row.legs),
            "state": row.state,
            "valuation": _value_object(row.valuation) if row.valuation else None,
        }
        to.write(json.dumps(told, separators=(",", ":")).encode() + b"\n")
        count += 1
    return count


def _value_object(valuation: Valuation) -> dict[str, str | None]:
    """Give a value as the API tells it."""
    return {
        "status": valuation.status.value,
        "currency": valuation.currency,
        "amount": _spelled(valuation.amount),
        "price": _spelled(valuation.price),
        "source": valuation.source,
    }


def _write_xlsx(rows: Iterable[ExportRow], to: BinaryIO) -> int:
    """Write a workbook of text cells, each row forgotten when it is written. Raises Refused."""
    count = 0
    with xlsxwriter.Workbook(to, {"constant_memory": True}) as book:
        sheet = book.add_worksheet(SHEET)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(COLUMNS) - 1, 18, book.add_format({"num_format": _TEXT}))
        bold = book.add_format({"bold": True})
        for place, column in enumerate(COLUMNS):
            sheet.write_string(0, place, column, bold)
        for row in rows:
            count += 1
            for place, text in enumerate(cells_of(row)):
                if text and sheet.write_string(count, place, text) != 0:
                    raise Refused("A spreadsheet cannot hold this: export it as csv.", "too_large")
    return count


_WRITERS = MappingProxyType(
    {FileFormat.CSV: _write_csv, FileFormat.XLSX: _write_xlsx, FileFormat.JSONL: _write_jsonl}
)
