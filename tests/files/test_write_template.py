"""The file to fill in."""

import io
import zipfile

from python_calamine import CalamineWorkbook

from tests.files.books import read_book
from tidemark.domain.file_labels import BLOCKPIT_LABELS, meaning_of
from tidemark.domain.files import FileFormat
from tidemark.files.read import read_file
from tidemark.files.write_template import LABELS, template_csv, template_xlsx

TITLES = [
    "Date (UTC)", "Integration Name", "Label", "Outgoing Asset", "Outgoing Amount",
    "Incoming Asset", "Incoming Amount", "Fee Asset (optional)", "Fee Amount (optional)",
    "Comment (optional)", "Trx. ID (optional)",
]  # fmt: skip


def test_the_titles_are_those_that_people_know() -> None:
    """In both formats, and nothing else is in the sheet to fill in."""
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(template_xlsx())).get_sheet_by_index(0)

    assert sheet.name == "Transactions"
    assert sheet.to_python() == [TITLES]
    assert template_csv().decode() == ",".join(TITLES) + "\r\n"


def test_an_empty_template_can_be_read() -> None:
    """It has no rows, and nothing is wrong with it."""
    for read in (read_book(template_xlsx()), read_file(template_csv(), FileFormat.CSV)):
        assert (read.rows, read.errors, read.notes, read.count) == ((), (), (), 0)


def test_cells_to_fill_in_are_text_and_labels_are_offered() -> None:
    """A spreadsheet keeps all digits of what is typed."""
    with zipfile.ZipFile(io.BytesIO(template_xlsx())) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        styles = archive.read("xl/styles.xml").decode()

    assert '<col min="1" max="11"' in sheet
    assert 'numFmtId="49"' in styles  # "@": text
    assert 'type="list"' in sheet
    assert f"&quot;{','.join(LABELS)}&quot;" in sheet or f'"{",".join(LABELS)}"' in sheet
    assert len(",".join(LABELS)) <= 255  # more does not open


def test_every_label_means_something() -> None:
    """All of Blockpit's, and all of our kinds."""
    assert LABELS[: len(BLOCKPIT_LABELS)] == BLOCKPIT_LABELS
    assert all(meaning_of(label) for label in LABELS)
    assert len({label.lower() for label in LABELS}) == len(LABELS)


def test_the_instructions_explain_each_column() -> None:
    """With an example that can be imported as it stands."""
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(template_xlsx())).get_sheet_by_name(
        "Instructions"
    )
    lines = [[str(cell) for cell in line] for line in sheet.to_python()][1:12]

    assert [line[0] for line in lines] == TITLES
    example = ",".join(line[2] for line in lines)
    read = read_file(f"{','.join(TITLES)}\n{example}\n".encode(), FileFormat.CSV)
    assert (len(read.rows), read.errors) == (1, ())
