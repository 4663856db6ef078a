"""A workbook's zip file: what is odd about it is told before anything of it is read."""

import io
import warnings
import zipfile

import pytest

from tests.files.bombs import good_book
from tests.files.books import SHEET, part, read_book, with_parts
from tidemark.errors import BadFile
from tidemark.files.read_xlsx import _Panics


def refused(data: bytes) -> str:
    """Give the code with which a workbook is refused."""
    with pytest.raises(BadFile) as raised:
        read_book(data)
    return raised.value.code


def renamed(name: str, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Give a workbook with one more part."""
    made = io.BytesIO(good_book())
    with warnings.catch_warnings(), zipfile.ZipFile(made, "a", method) as archive:
        warnings.simplefilter("ignore")  # of names that are there twice
        archive.writestr(name, b"<a/>")
    return made.getvalue()


@pytest.mark.parametrize(
    "name", ["/a.xml", "../a.xml", "xl/../a.xml", "a\\b.xml", SHEET, SHEET.upper()]
)
def test_names_that_lead_elsewhere_or_are_there_twice(name: str) -> None:
    """No spreadsheet writes them."""
    assert refused(renamed(name)) == "odd_archive"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_to_pack(method: int) -> None:
    """Are not unpacked at all."""
    assert refused(renamed("a.xml", method)) == "odd_archive"


def test_files_that_are_something_else() -> None:
    """Old workbooks, those with a password, other zip files, and damaged ones."""
    assert refused(b"\xd0\xcf\x11\xe0" + bytes(1000)) == "old_or_protected"
    assert refused(b"Date,Label\n") == refused(b"") == "not_xlsx"
    assert refused(good_book()[:-100]) == "broken_xlsx"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("readme.xml", "<a/>")
    assert refused(made.getvalue()) == "broken_xlsx"


def test_a_part_with_a_password() -> None:
    """Cannot be read."""
    data = bytearray(good_book())
    data[data.index(b"PK\x01\x02") + 8] |= 1

    assert refused(bytes(data)) == "odd_archive"


def test_a_part_whose_bytes_are_not_those_that_were_packed() -> None:
    """Its checksum tells."""
    data = bytearray(good_book())
    place = data.index(b"PK\x01\x02")
    data[place + 16] ^= 1

    assert refused(bytes(data)) == "broken_xlsx"


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE x [<!ENTITY a "b">]>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        "<!DOCTYPE x>",
    ],
)
@pytest.mark.parametrize("name", [SHEET, "xl/sharedStrings.xml", "xl/workbook.xml", "_rels/.rels"])
def test_document_types(head: str, name: str) -> None:
    """Are refused in any part that is read: without them there are no entities."""
    first, end, rest = part(good_book(), name).partition(b"?>")

    data = with_parts(good_book(), {name: first + end + head.encode() + rest})

    assert refused(data) == "xml_entities"


def test_other_encodings() -> None:
    """What another reader could read differently is not read."""
    sheet = part(good_book()).decode()
    foreign = sheet.replace('"UTF-8"', '"ISO-8859-1"').encode()

    assert refused(with_parts(good_book(), {SHEET: foreign})) == "broken_xml"
    assert refused(with_parts(good_book(), {SHEET: sheet.encode("utf-16")})) == "broken_xml"


def test_a_panic_of_the_library() -> None:
    """Is a bad file; what else goes through it is left alone."""
    panic = type("PanicException", (BaseException,), {})

    with pytest.raises(BadFile), _Panics():
        raise panic
    with pytest.raises(KeyboardInterrupt), _Panics():
        raise KeyboardInterrupt
