"""Reads our own JSON lines: one transaction per line, as an export writes them."""

import json
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from tidemark.domain.amounts import parse_amount
from tidemark.domain.facts import Worth
from tidemark.domain.files import CellError, FileLimits, FileRead, FileRow
from tidemark.domain.legs import Kind
from tidemark.domain.valuations import ValueStatus
from tidemark.files.cells import Cell, check_size
from tidemark.files.legs_text import read_leg_objects
from tidemark.files.limits import check_packed
from tidemark.files.read_csv import decoded
from tidemark.files.read_times import TimeReader
from tidemark.files.read_values import read_currency, read_excluded
from tidemark.files.refused_cell import RefusedCell

_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
_LONGEST = {"label": 500, "note": 10_000, "source_id": 500, "integration": 200}


def read_jsonl(data: bytes, zone: ZoneInfo, limits: FileLimits) -> FileRead:
    """Read JSON lines.

    Raises:
        BadFile: it cannot be read as a whole.
    """
    check_packed(data, limits)
    read_time = TimeReader(zone)
    rows: list[FileRow] = []
    errors: list[CellError] = []
    count = 0
    for number, line in _lines(decoded(data)):
        count += 1
        check_size(count, 1, limits)
        try:
            rows.append(_row(number, line, read_time))
        except RefusedCell as refused:
            errors.append(CellError(number, "", refused.code, refused.message))
        except (ValueError, RecursionError):
            errors.append(CellError(number, "", "not_a_transaction", _NO_TRANSACTION))
    return FileRead(tuple(rows), tuple(errors), (), count)


_NO_TRANSACTION = "The line is no JSON object of a transaction as an export writes it."


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Give the lines that are not blank with their numbers."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line


def _row(number: int, line: str, read_time: TimeReader) -> FileRow:
    """Read one line. Raises ValueError."""
    told = _DECODER.decode(line)
    json.dumps(told, ensure_ascii=False).encode()  # half a surrogate pair cannot be kept
    if not isinstance(told, dict):
        raise ValueError("no object")  # noqa: TRY004 (what it is called by its reader)
    kind = told.get("kind")
    known = None if kind is None else Kind(kind)
    return FileRow(
        number=number,
        occurred_at=_moment(told.get("occurred_at"), read_time),
        legs=read_leg_objects(told.get("legs"), known),
        kind=known,
        label=_text(told, "label") or None,
        note=_text(told, "note") or None,
        source_id=_text(told, "source_id"),
        integration_name=_text(told, "integration"),
        raw=(("line", line.strip()),),
        valuation=_worth(told.get("valuation")),
        excluded=read_excluded(Cell(str(told.get("state") or ""))),
    )


def _worth(value: object) -> Worth | None:
    """Read what its owner says that it is worth, no price. Raises ValueError."""
    if not isinstance(value, dict) or value.get("status") != ValueStatus.MANUAL:
        return None
    amount = parse_amount(value.get("amount"))
    if amount < 0:
        raise ValueError("no worth")
    return Worth(amount, read_currency(Cell(str(value.get("currency")))))


def _moment(value: object, read_time: TimeReader) -> datetime:
    """Read a time. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError("no time")  # noqa: TRY004 (what it is called by its reader)
    return read_time(Cell(value))


def _text(told: dict[str, object], name: str) -> str:
    """Read a text that may be missing. Raises ValueError."""
    value = told.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > _LONGEST[name]:
        raise ValueError("no text")
    return value
