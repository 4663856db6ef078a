"""Workbooks that are small, and become large when they are read; with the word they end in."""

import io
import random
import zipfile
from collections.abc import Callable
from functools import cache

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from tests.files.books import SHEET, book, entry, with_parts

_STRINGS, _STYLES = "xl/sharedStrings.xml", "xl/styles.xml"


@cache
def good_book() -> bytes:
    """Give a workbook with texts, numbers, dates and a formula."""

    def also(workbook: Workbook, sheet: Worksheet) -> None:
        style = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for number in range(20, 40):
            sheet.write_number(number, 0, 45_000 + number / 7, style)
            sheet.write_row(number, 5, ["ETH", number / 3])
        sheet.write_formula(41, 6, "=1+1", None, 2)

    def line(n: int) -> list[object]:
        return ["2024-01-31", "Mine", "", "EUR", f"{n}.5", "BTC", n / 8, "", "", f"n{n}", f"t{n}"]

    return book([line(number) for number in range(1, 18)], also=also)


def stored(name: str, content: bytes) -> bytes:
    """Give the good workbook with a part replaced, and nothing packed: no ratio tells on it."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good_book())) as old, zipfile.ZipFile(made, "w") as new:
        for each in old.namelist():
            new.writestr(entry(each), content if each == name else old.read(each))
    return made.getvalue()


def sheet(rows: str) -> bytes:
    """Give a workbook whose sheet holds what is given."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'
    return with_parts(good_book(), {SHEET: xml.encode()})


def cells(rows: int, columns: int, cell: str) -> bytes:
    """Give a workbook of as many cells; ``@`` stands for a cell's place, ``#`` for its row."""

    def line(number: int) -> str:
        made = (cell.replace("@", f"{_letters(n)}{number}") for n in range(columns))
        return f'<row r="{number}">{"".join(made)}</row>'.replace("#", str(number))

    return sheet("".join(line(number) for number in range(1, rows + 1)))


def _letters(place: int) -> str:
    """Name a column, counted from 0."""
    return chr(65 + place) if place < 26 else chr(64 + place // 26) + chr(65 + place % 26)


def _shared(size: int) -> bytes:
    """Give a workbook in which many cells share one long text."""
    letters = "".join(random.Random(1).choices("abcdefgh", k=size))
    text = f"<sst><si><t>{letters}</t></si></sst>".encode()
    return with_parts(_referring(), {_STRINGS: text})


@cache
def _referring() -> bytes:
    """Give a workbook of 40,000 cells that refer to the first shared text."""
    return cells(2000, 20, '<c r="@" t="s"><v>0</v></c>')


def _alone(place: str, row: int) -> bytes:
    """Give a workbook whose only cell is far away."""
    return sheet(f'<row r="{row}"><c r="{place}"><v>1</v></c></row>')


_NUMBERS = '<c r="@"><v>#</v></c>'
_FORMULA = '<c r="@"><f>1</f><v>#</v></c>'
_XFS = b"<styleSheet><cellXfs>" + b"<xf/>" * 900_000 + b"</cellXfs></styleSheet>"
_WIDE = b'<c r="A1" ' + b" ".join(b'a%d=">"' % n for n in range(300_000)) + b"/>"

BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "20,000 x 20 numbers": (cache(lambda: cells(20_000, 20, _NUMBERS)), "missing_columns"),
    "20,000 x 10 without values": (cache(lambda: cells(20_000, 10, '<c r="@"/>')), "empty_file"),
    "20,002 rows": (cache(lambda: cells(20_002, 3, _NUMBERS)), "too_many_rows"),
    "51 columns": (lambda: cells(20, 51, _NUMBERS), "too_many_columns"),
    "one text in 40,000 cells": (lambda: _shared(3000), "too_much_text"),
    "one long text": (lambda: _shared(33_000), "cell_too_long"),
    "formulas": (cache(lambda: cells(2000, 20, _FORMULA)), "missing_columns"),
    "the last cell of all": (lambda: _alone("XFD1048576", 1_048_576), "too_many_rows"),
    "the last column": (lambda: _alone("XFD1", 1), "too_many_columns"),
    "the last that may be": (lambda: _alone("AX20001", 20_001), "missing_columns"),
    "deep": (lambda: stored(SHEET, b"<a>" * 1_500_000), "broken_xml"),
    "attributes": (lambda: stored(SHEET, _WIDE), "broken_xml"),
    "empty rows": (lambda: stored(SHEET, b"<a>" + b"<row/>" * 700_000 + b"</a>"), "empty_file"),
    "empty texts": (
        lambda: stored(_STRINGS, b"<sst>" + b"<si/>" * 900_000 + b"</sst>"), "missing_columns",
    ),
    "styles": (
        lambda: stored(_STYLES, _XFS), "",
    ),
    "tight": (lambda: sheet("<row/>" * 1_000_000), "packed_too_tightly"),
    "40 MB of zeros": (
        cache(lambda: with_parts(good_book(), {"xl/a.png": bytes(40_000_000)})),
        "too_large_unpacked",
    ),
    "101 parts": (
        lambda: with_parts(good_book(), {f"xl/x{n}.xml": b"<a/>" for n in range(101)}),
        "too_many_parts",
    ),
    "a workbook in a workbook": (
        lambda: with_parts(good_book(), {"xl/a.xlsx": good_book()}), "nested_archive",
    ),
}  # fmt: skip
"""Each with the code of its BadFile; an empty one is read."""
