"""Workbooks and CSV texts as people, and nobody, would make them."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from tidemark.domain.files import CellError, FileFormat, FileRead
from tidemark.files.columns import TEMPLATE
from tidemark.files.read import read_file

HEADER = ",".join(TEMPLATE)
COLUMNS = tuple(TEMPLATE)
SHEET = "xl/worksheets/sheet1.xml"


def csv_of(*rows: str, header: str = HEADER) -> bytes:
    """Give a CSV file of rows under the template's header."""
    return "\r\n".join([header, *rows, ""]).encode()


def read_csv(*rows: str, header: str = HEADER, zone: str = "UTC") -> FileRead:
    """Read rows under the template's header."""
    return read_file(csv_of(*rows, header=header), FileFormat.CSV, zone)


def row(
    date: str = "2024-01-31 17:30",
    *,
    sent: tuple[str, str] = ("", ""),
    received: tuple[str, str] = ("", ""),
    fee: tuple[str, str] = ("", ""),
    label: str = "",
    note: str = "",
    source_id: str = "",
) -> str:
    """Give one row as CSV."""
    cells = [date, "Mine", label, *sent, *received, *fee, note, source_id]
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)


def only(read: FileRead) -> CellError:
    """Give the one thing that is wrong with a file of one row."""
    (error,) = read.errors
    assert not read.rows
    return error


def book(
    rows: Sequence[Sequence[Any]],
    header: Sequence[str] = COLUMNS,
    options: Mapping[str, Any] | None = None,
    also: Callable[[xlsxwriter.Workbook, Worksheet], None] | None = None,
) -> bytes:
    """Give a workbook: texts, numbers and booleans as they are; ``also`` may add what is odd."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, **(options or {})}) as workbook:
        workbook.set_properties({"created": datetime(2024, 1, 31, tzinfo=UTC)})
        sheet = workbook.add_worksheet("Transactions")
        for number, cells in enumerate([header, *rows]):
            for place, value in enumerate(cells):
                write = sheet.write_string if isinstance(value, str) else sheet.write
                if value is not None:
                    write(number, place, value)
        if also is not None:
            also(workbook, sheet)
    return made.getvalue()


def read_book(data: bytes, zone: str = "UTC") -> FileRead:
    """Read a workbook."""
    return read_file(data, FileFormat.XLSX, zone)


def with_parts(data: bytes, changed: Mapping[str, bytes | None]) -> bytes:
    """Give a workbook with parts replaced, added, or (None) taken out."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", 8) as new:
        contents: dict[str, bytes | None] = {name: old.read(name) for name in old.namelist()}
        for name, content in {**contents, **changed}.items():
            if content is not None:
                new.writestr(entry(name), content, 8)
    return made.getvalue()


def entry(name: str) -> zipfile.ZipInfo:
    """Name a part of a zip file that is the same at all times."""
    return zipfile.ZipInfo(name)


def part(data: bytes, name: str = SHEET) -> bytes:
    """Give a part of a workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def edited(data: bytes, old: str, new: str, name: str = SHEET) -> bytes:
    """Give a workbook with a text of one part replaced."""
    content = part(data, name)
    assert old.encode() in content
    return with_parts(data, {name: content.replace(old.encode(), new.encode())})


def cells(**changed: object) -> list[object]:
    """Give a deposit of 1 BTC, with cells changed by their place (``c0``, ``c6``)."""
    plain: list[object] = ["2023-07-04 09:54:44", "", "", "", "", "BTC", "1", "", "", "", ""]
    for name, value in changed.items():
        plain[int(name[1:])] = value
    return plain


def one_cell(place: int, value: object, *, number_format: str) -> bytes:
    """Give a workbook of one deposit with one cell written in its own way."""

    def also(workbook: xlsxwriter.Workbook, sheet: Worksheet) -> None:
        sheet.write(1, place, value, workbook.add_format({"num_format": number_format}))

    return book([cells(**{f"c{place}": None})], also=also)
