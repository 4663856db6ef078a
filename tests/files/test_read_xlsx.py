"""Workbooks: what spreadsheets show of a value, and what they hide."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from tests.files.books import (
    COLUMNS,
    book,
    cells,
    edited,
    one_cell,
    only,
    read_book,
)
from tidemark.errors import BadFile
from tidemark.files.columns import Column

WHEN = datetime(2023, 7, 4, 9, 54, 44, 178_700)  # noqa: DTZ001 (spreadsheets know no zones)
DATE, LABEL, AMOUNT, FEE, NOTE, ID = (
    COLUMNS.index(column)
    for column in (
        Column.DATE, Column.LABEL, Column.INCOMING_AMOUNT, Column.FEE_AMOUNT, Column.NOTE,
        Column.SOURCE_ID,
    )
)  # fmt: skip


def refused(data: bytes) -> str:
    """Give the code with which a workbook is refused as a whole."""
    with pytest.raises(BadFile) as raised:
        read_book(data)
    return raised.value.code


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (1, "1"),
        (0.1, "0.1"),
        (1.1, "1.1"),
        (0.00000001, "0.00000001"),
        (123456789012345, "123456789012345"),
        (0.123456789012345, "0.123456789012345"),
        ("0.123456789012345678901234567890123456", "0.123456789012345678901234567890123456"),
        ("1.10", "1.10"),
    ],
)
def test_amounts_as_numbers_and_as_text(value: object, amount: str) -> None:
    """Text keeps all digits; a number is what was typed, up to 15 digits."""
    (made,) = read_book(book([cells(c6=value)])).rows

    assert str(made.legs[0].amount) == str(Decimal(amount))


def test_numbers_as_the_best_known_spreadsheet_writes_them() -> None:
    """It writes 1.1 with 17 digits, and means the same binary number."""
    (made,) = read_book(edited(book([cells(c6=77)]), "<v>77</v>", "<v>1.1000000000000001</v>")).rows

    assert made.legs[0].amount == Decimal("1.1")


@pytest.mark.parametrize(
    "written",
    [
        "12345678901234567890",
        "1.234567890123457E+19",
        "1234567890123450",
        "0.30000000000000004",
        "0.12345678901234567",
        "0.1000000000000000055511151231257827",
    ],
)
def test_numbers_that_lost_digits(written: str) -> None:
    """Are refused in the cell; a date may have them."""
    error = only(read_book(edited(book([cells(c6=77)]), "<v>77</v>", f"<v>{written}</v>")))

    assert error[:3] == (2, "Incoming Amount", "long_number")


@pytest.mark.parametrize("place", [DATE, LABEL, AMOUNT, FEE, NOTE, ID])
@pytest.mark.parametrize("value", [0, "", "x", "2023-07-04", 45000])
def test_a_formula_in_any_column(place: int, value: object) -> None:
    """Is refused, whatever its last value was."""

    def also(_workbook: Workbook, sheet: Worksheet) -> None:
        sheet.write_formula(1, place, "=1+1", None, value)

    error = read_book(book([cells(**{f"c{place}": None})], also=also)).errors[0]

    assert error[:3] == (2, COLUMNS[place], "formula")


def test_a_formula_that_fills_a_block() -> None:
    """Only its first cell has it; the others are refused as well."""

    def also(_workbook: Workbook, sheet: Worksheet) -> None:
        sheet.write_array_formula(1, AMOUNT, 3, AMOUNT, "{=A1:A3*2}", None, 5)
        sheet.write_number(2, AMOUNT, 5)
        sheet.write_number(3, AMOUNT, 5)

    read = read_book(book([cells(c6=None)] * 3 + [cells()], also=also))

    assert [error[:3] for error in read.errors] == [
        (row, "Incoming Amount", "formula") for row in (2, 3, 4)
    ]
    assert [made.number for made in read.rows] == [5]


def test_formulas_that_were_never_computed() -> None:
    """Have no value at all: neither the row nor the cell is taken for an empty one."""
    data = book([cells(c10=77)])
    empty = edited(data, "<v>77</v>", "<f>A1</f>")
    row = '<row r="9"><c r="K9"><f>A1</f></c></row></sheetData>'

    assert only(read_book(empty))[:3] == (2, "Trx. ID (optional)", "formula")
    last = read_book(edited(data, "</sheetData>", row)).errors
    assert (9, "Trx. ID (optional)", "formula") in [error[:3] for error in last]


def test_errors_and_booleans() -> None:
    """Are no values."""
    data = edited(book([cells(c6=77)]), "<v>77</v>", "<v>#DIV/0!</v>")
    broken = edited(data, '<c r="G2"', '<c r="G2" t="e"')

    assert only(read_book(broken)).code == "error_value"
    assert only(read_book(book([cells(c9=True)]))).code == "boolean"


@pytest.mark.parametrize("since_1904", [False, True])
def test_dates_as_numbers(since_1904: bool) -> None:  # noqa: FBT001 (a parameter of the test)
    """Both ways to count days; the time is exact."""

    def also(workbook: Workbook, sheet: Worksheet) -> None:
        style = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.write_datetime(1, DATE, WHEN, style)

    data = book([cells(c0=None)], options={"date_1904": since_1904}, also=also)

    assert read_book(data).rows[0].occurred_at == WHEN.replace(tzinfo=UTC)
    berlin = read_book(data, "Europe/Berlin").rows[0].occurred_at
    assert berlin == WHEN.replace(hour=7, tzinfo=UTC)


def test_dates_without_a_format_and_without_a_time() -> None:
    """A number in the date's column is a date."""
    (made,) = read_book(book([cells(c0=45_111)])).rows
    assert made.occurred_at == datetime(2023, 7, 4, tzinfo=UTC)

    (made,) = read_book(one_cell(DATE, 45_111, number_format="dd.mm.yyyy")).rows
    assert made.occurred_at == datetime(2023, 7, 4, tzinfo=UTC)


@pytest.mark.parametrize("place", [AMOUNT, ID, NOTE])
@pytest.mark.parametrize("style", ["d.m.", "hh:mm", "[h]:mm:ss"])
def test_dates_where_none_should_be(place: int, style: str) -> None:
    """A spreadsheet made the 1st of February of 1.2."""
    assert read_book(one_cell(place, 1.2, number_format=style)).errors[0].code == "date_cell"


@pytest.mark.parametrize("value", [-1, 0, 0.5, 1e300, 20_230_704, 1_688_464_484, True])
def test_numbers_that_are_no_date(value: object) -> None:
    """Neither are TRUE and FALSE."""
    assert only(read_book(book([cells(c0=value)]))).column == "Date (UTC)"


def test_ids_as_numbers() -> None:
    """Short ones are read, long ones have lost digits."""
    assert read_book(book([cells(c10=1024)])).rows[0].source_id == "1024"
    assert only(read_book(book([cells(c10=12345678901234567890)]))).code == "long_number"
