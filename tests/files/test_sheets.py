"""Which sheet of a workbook is read, and what is kept of it."""

from datetime import UTC, date, datetime

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from tests.files.books import (
    COLUMNS,
    SHEET,
    book,
    cells,
    csv_of,
    one_cell,
    only,
    part,
    read_book,
    row,
    with_parts,
)
from tidemark.domain.files import FileFormat, with_ids
from tidemark.files.columns import Column
from tidemark.files.read import read_file

DATE, NOTE = COLUMNS.index(Column.DATE), COLUMNS.index(Column.NOTE)


def test_the_same_data_as_csv_has_the_same_ids() -> None:
    """Whether cells are text, numbers or dates."""
    data = book([cells(c6=1.5), cells(c6="1.50", c0=45_111.5), cells(c6=1.5)])
    text = csv_of(*(
        row(date, received=("btc", amount))
        for date, amount in (
            ("04.07.2023 09:54:44", "1.5"), ("2023-07-04T14:00+02:00", "1.5"),
            ("2023-07-04T09:54:44Z", "1.500"),
        )
    ))  # fmt: skip

    ids = [id_ for id_, _ in with_ids(read_book(data).rows)]

    assert ids == [id_ for id_, _ in with_ids(read_file(text, FileFormat.CSV).rows)]
    assert len(set(ids)) == 3


def test_which_sheet_is_read() -> None:
    """The one named Transactions, else the first that can be seen."""

    def sheets(*names: str, hidden: str = "") -> bytes:
        def also(workbook: Workbook, sheet: Worksheet) -> None:
            sheet.name = names[0]
            for name in names[1:]:
                more = workbook.add_worksheet(name)
                more.write_row(0, 0, COLUMNS)
                more.write_row(1, 0, cells(c9=name))
            for each in workbook.worksheets():
                if each.name == hidden:
                    each.hide()
                else:
                    each.activate()

        return book([cells(c9=names[0])], also=also)

    def note(data: bytes) -> str | None:
        return read_book(data).rows[0].note

    assert note(sheets("First", "TRANSACTIONS")) == "TRANSACTIONS"
    assert note(sheets("First", "Second")) == "First"
    assert note(sheets("First", "Second", hidden="First")) == "Second"
    assert note(sheets("First", "Transactions", hidden="Transactions")) == "First"


def test_a_sheet_that_does_not_begin_in_its_corner() -> None:
    """Rows keep their numbers."""

    def also(workbook: Workbook, sheet: Worksheet) -> None:
        sheet = workbook.add_worksheet("Other")
        sheet.write_row(4, 3, COLUMNS)
        sheet.write_row(7, 3, cells(c6="x"))

    data = book([], also=also)
    shifted = with_parts(data, {SHEET: part(data, SHEET.replace("1", "2"))})

    assert only(read_book(shifted))[:3] == (8, "Incoming Amount", "not_an_amount")


def test_styled_cells_without_values() -> None:
    """Do not make a sheet large."""

    def also(workbook: Workbook, sheet: Worksheet) -> None:
        sheet.write_blank(900_000, 16_000, None, workbook.add_format({"bold": True}))

    assert read_book(book([cells()], also=also)).count == 1


def test_texts_that_only_xlsx_has() -> None:
    """Escapes of control characters, and texts in several formats."""

    def also(workbook: Workbook, sheet: Worksheet) -> None:
        bold = workbook.add_format({"bold": True})
        sheet.write_rich_string(1, NOTE, "a ", bold, "b", " c\td")

    assert read_book(book([cells(c9=None)], also=also)).rows[0].note == "a b c\td"


def test_a_date_is_kept_as_it_shows() -> None:
    """The raw cells are text, by their titles."""
    raw = dict(read_book(one_cell(DATE, 45_111.5, number_format="dd.mm.yyyy hh:mm")).rows[0].raw)

    assert raw == {
        "Date (UTC)": "2023-07-04 12:00:00",
        "Incoming Asset": "BTC",
        "Incoming Amount": "1",
    }


def test_text_dates_of_python() -> None:
    """A date written by a library is a date cell too."""
    data = book([cells(c0=date(2023, 7, 4))], options={"default_date_format": "yyyy-mm-dd"})

    assert read_book(data).rows[0].occurred_at == datetime(2023, 7, 4, tzinfo=UTC)
