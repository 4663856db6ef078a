"""JSON lines, as our exports write them."""

import pytest

from tidemark.domain.files import FileFormat, FileRead
from tidemark.domain.legs import Kind
from tidemark.errors import BadFile
from tidemark.files.read import read_file

LEGS = '"legs":[{"asset":"BTC","amount":"1"}]'


def read(text: str) -> FileRead:
    """Read lines."""
    return read_file(text.encode(), FileFormat.JSONL)


def test_a_line() -> None:
    """Only time and legs are needed; blank lines are skipped."""
    (row,) = read(f'\n{{"occurred_at":"2024-01-31T17:30:00Z",{LEGS}}}\n\n').rows

    assert (row.number, row.label, row.note, row.kind, row.source_id) == (2, None, None, None, "")
    assert row.legs[0].kind is Kind.DEPOSIT


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{", "not_a_transaction"),
        ("[]", "not_a_transaction"),
        (f'{{"occurred_at":true,{LEGS}}}', "not_a_transaction"),
        (f'{{"occurred_at":"01/02/2024",{LEGS}}}', "time_ambiguous"),
        (f'{{"occurred_at":"2024-01-31","kind":"x",{LEGS}}}', "not_a_transaction"),
        (f'{{"occurred_at":"2024-01-31","note":true,{LEGS}}}', "not_a_transaction"),
        (f'{{"occurred_at":"2024-01-31","note":"\\ud800",{LEGS}}}', "not_a_transaction"),
        ('{"occurred_at":"2024-01-31"}', "not_a_transaction"),
        ("[" * 100_000, "not_a_transaction"),
    ],
)
def test_lines_that_cannot_be_read(line: str, code: str) -> None:
    """Are told by their number; the others remain."""
    told = read(f'{{"occurred_at":"2024-01-31",{LEGS}}}\n{line}\n')

    assert [(error.row, error.code) for error in told.errors] == [(2, code)]
    assert (len(told.rows), told.count) == (1, 2)


def test_files_that_are_no_text() -> None:
    """End as others do."""
    with pytest.raises(BadFile):
        read_file(b"\xff", FileFormat.JSONL)
    with pytest.raises(BadFile):
        read("{}\n" * 20_001)
