"""Writes the file to fill in: Blockpit's titles, and how each column is meant."""

import csv
import io

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from tidemark.domain.file_labels import BLOCKPIT_LABELS
from tidemark.domain.legs import Kind
from tidemark.files.columns import TEMPLATE, Column
from tidemark.files.limits import LIMITS
from tidemark.files.workbook import SHEET

_TEXT = 49  # the number of the format "@"
_BLOCKPIT = {label.lower() for label in BLOCKPIT_LABELS}
LABELS = (*BLOCKPIT_LABELS, *(kind.capitalize() for kind in Kind if kind not in _BLOCKPIT))
_EXAMPLE = {
    Column.DATE: "2024-01-31 17:30:00",
    Column.INTEGRATION: "My wallet",
    Column.OUTGOING_ASSET: "EUR",
    Column.OUTGOING_AMOUNT: "1500.50",
    Column.INCOMING_ASSET: "BTC",
    Column.INCOMING_AMOUNT: "0.0375",
    Column.FEE_ASSET: "EUR",
    Column.FEE_AMOUNT: "1.50",
    Column.NOTE: "Bought at a friend's",
    Column.SOURCE_ID: "A-1024",
}
_HINTS = {
    Column.DATE: "UTC: 2024-01-31 17:30:00 or 31.01.2024 17:30:00. With an offset, "
    "2024-01-31T18:30:00+01:00, the offset counts.",
    Column.INTEGRATION: "The name of the account, for yourself.",
    Column.LABEL: "What it is: choose one, write your own word, or leave it empty.",
    Column.OUTGOING_ASSET: "What went out: BTC, EUR, ... Empty if nothing went out.",
    Column.OUTGOING_AMOUNT: "How much went out, like 1234.56: a point, no thousands separators, "
    "no sign.",
    Column.INCOMING_ASSET: "What came in. Empty if nothing came in.",
    Column.INCOMING_AMOUNT: "How much came in.",
    Column.FEE_ASSET: "What a fee was paid in, if it was not part of the amounts.",
    Column.FEE_AMOUNT: "How much the fee was.",
    Column.NOTE: "A note of your own.",
    Column.SOURCE_ID: "The id that the exchange or chain gives the transaction.",
}
_RULES = (
    "One row is one transaction. It has at least one amount; an amount always has its asset.",
    "The cells are text, so that no digit is lost: paste values only, no formulas.",
    f"Up to {LIMITS.rows:,} rows and {LIMITS.packed // 1_000_000} MB. Columns may be in any order.",
    "The same file imported twice changes nothing.",
)


def template_csv() -> bytes:
    """Give the template as CSV: its titles alone."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow(TEMPLATE)
    return text.getvalue().encode()


def template_xlsx() -> bytes:
    """Give the template as a workbook: an empty sheet to fill in, and the instructions."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True})
        text = book.add_format({"num_format": _TEXT})
        wrapped = book.add_format({"num_format": _TEXT, "text_wrap": True, "valign": "top"})
        _fill_in(book.add_worksheet(SHEET), bold, text)
        _explain(book.add_worksheet("Instructions"), bold, wrapped)
    return made.getvalue()


def _fill_in(sheet: Worksheet, bold: Format, text: Format) -> None:
    """Write the titles; all cells below are text."""
    sheet.set_column(0, len(TEMPLATE) - 1, 20, text)
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(TEMPLATE):
        sheet.write_string(0, place, column, bold)
    place = TEMPLATE.index(Column.LABEL)
    choice = {
        "validate": "list",
        "source": list(LABELS),
        "error_type": "information",
        "error_title": "Not in the list",
        "error_message": "Your own word is kept as it is, and names no kind.",
    }
    sheet.data_validation(1, place, LIMITS.rows, place, choice)


def _explain(sheet: Worksheet, bold: Format, wrapped: Format) -> None:
    """Write what each column means, with an example, and the rules."""
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 70)
    sheet.set_column(2, 2, 24)
    lines = [
        ("Column", "Meaning", "Example"),
        *((column.value, _HINTS[column], _EXAMPLE.get(column, "")) for column in TEMPLATE),
        ("", "", ""),
        *(("", rule, "") for rule in _RULES),
        ("", f"Labels: {', '.join(LABELS)}", ""),
    ]
    for row, line in enumerate(lines):
        for place, words in enumerate(line):
            sheet.write_string(row, place, words, wrapped if row else bold)
