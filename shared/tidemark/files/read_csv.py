"""Reads CSV: UTF-8, separated by comma, semicolon or tab."""

import csv
import io
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from tidemark.domain.files import FileLimits, FileRead
from tidemark.errors import BadFile
from tidemark.files.cells import Cell, Grid, Line, check_size, grid
from tidemark.files.columns import known_titles
from tidemark.files.limits import check_packed
from tidemark.files.read_rows import LONGEST_CELL, read_rows

_SEPARATORS = ",;\t"
_LONGEST_HEADER = 10_000


def read_csv(data: bytes, zone: ZoneInfo, limits: FileLimits) -> FileRead:
    """Read a CSV file.

    Raises:
        BadFile: it cannot be read as a whole.
    """
    check_packed(data, limits)
    text = decoded(data)
    try:
        return read_rows(_grid(text, limits), zone, limits)
    except csv.Error:
        raise BadFile("The quotes or line ends of the file do not match.", "broken_csv") from None


def decoded(data: bytes) -> str:
    """Give the text of a file; a byte order mark is skipped.

    Raises:
        BadFile: it is no text in UTF-8.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFile("The file is not text in UTF-8.", "not_utf8") from None
    if "\0" in text:
        raise BadFile("The file is not plain text.", "not_utf8")
    return text


def _grid(text: str, limits: FileLimits) -> Grid:
    """Give the rows of a text."""
    return grid(_lines(text, _separator(text), limits))


def _separator(text: str) -> str:
    """Find what separates the titles: that which gives most known ones."""
    start = text.lstrip()[:_LONGEST_HEADER]

    def titles(separator: str) -> int:
        header = next(_records(start, separator), [])
        return known_titles(header)

    return max(_SEPARATORS, key=titles)


def _records(text: str, separator: str) -> Iterator[list[str]]:
    """Split the first line of a text."""
    lines = io.StringIO(text.partition("\n")[0].partition("\r")[0], newline="")
    return csv.reader(lines, delimiter=separator)


def _lines(text: str, separator: str, limits: FileLimits) -> Iterator[Line]:
    """Give each row that is not blank with its number. Raises csv.Error, BadFile."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    for number, record in enumerate(reader, start=1):
        if not record:
            continue
        check_size(0, len(record), limits)
        if any(len(text) > LONGEST_CELL for text in record):
            raise BadFile("A cell is longer than 32,767 characters.", "cell_too_long")
        yield Line(number, [Cell(text) for text in record])
