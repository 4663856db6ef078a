"""Files as an attacker, a bad disk or a bad program would leave them."""

import io
import random
import struct
import zipfile
from collections.abc import Callable
from typing import NamedTuple

from tests.files.bombs import BOMBS, good_book
from tests.files.books import SHEET, entry, part, with_parts
from tests.files.csv_mutations import csv_bomb, csv_signs, cut, flipped, good_csv
from tidemark.domain.files import FileFormat

_PARTS = (
    SHEET,
    "xl/workbook.xml",
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    "xl/_rels/workbook.xml.rels",
    "_rels/.rels",
    "[Content_Types].xml",
)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_ATTRIBUTES = (
    b't="s"', b't="n"', b't="b"', b't="e"', b't="d"', b't="str"', b't="inlineStr"', b't="x"',
    b's="1"', b's="99999"', b's="-1"',
)  # fmt: skip
_VALUES = (
    b"", b"0", b"-1", b"99999999", b"1e400", b"NaN", b"inf", b"1_0", b"1" * 5000, b"&#0;", b"&amp;",
    b"<![CDATA[1]]>", b"\xff", b"\xed\xa0\x80", b"2958466", b"1e-400", b"4294967296", b"--", b"]]>",
)  # fmt: skip
_REFERENCES = (
    b"A1", b"XFD1048576", b"ZZZ9999999", b"A0", b"a1", b"$A$1", b"A1:B2", b"AAAA1", b"A99999999999",
    b"", b"1A", b"A-1", b"A20001", b"A20002", b"AX2", b"AY2",
)  # fmt: skip
_FRAGMENTS = (
    b"<c>", b"</c>", b"<row>", b"</row>", b"<v>", b"<f>1+1</f>", b"<is><t>x</t></is>",
    b'<f t="shared" si="0"/>', b'<f t="array" ref="A1:XFD1048576">1</f>', b"<!-- -->", b"<?x y?>",
    b"<sheetData>", b'<row r="1048576">', b'<row r="0"/>', b"<x:c>", b'<c r="A1" r="B1"/>',
    b'<mergeCell ref="A1:XFD1048576"/>', b'<dimension ref="A1:XFD1048576"/>', b"<si/>", b"&lol;",
)  # fmt: skip


class Mutated(NamedTuple):
    """A file, its format, and what was done to it."""

    name: str
    form: FileFormat
    data: bytes


def mutated(seed: int) -> Mutated:
    """Give a mutated file: the same for the same seed."""
    chance = random.Random(seed)
    kinds = chance.choices(list(_KINDS), weights=[weight for _, weight in _KINDS.values()])
    make, _ = _KINDS[kinds[0]]
    form = FileFormat.CSV if kinds[0].startswith("csv") else FileFormat.XLSX
    return Mutated(kinds[0], form, make(chance))


def _zip_fields(data: bytes, chance: random.Random) -> bytes:
    """Change a field in the zip file's own records."""
    changed = bytearray(data)
    sign = chance.choice((b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"))
    places = [n for n in range(len(data)) if data.startswith(sign, n)]
    place = chance.choice(places) + chance.randrange(4, 40)
    value = struct.pack(
        "<I", chance.choice((0, 1, 0xFFFF, 0xFFFFFFFF, 0x7FFFFFFF, chance.randrange(2**32)))
    )
    width = chance.choice((1, 2, 4))
    changed[place : place + width] = value[:width]
    return bytes(changed)


def _in_a_part(data: bytes, chance: random.Random) -> bytes:
    """Change bytes, or cut, inside a part before it is packed."""
    name = chance.choice((SHEET, SHEET, *_PARTS))
    return with_parts(data, {name: chance.choice((flipped, cut))(part(data, name), chance)})


def _surgery(data: bytes, chance: random.Random) -> bytes:
    """Change an attribute, a value or an element of a part, so that it often stays XML."""
    name = chance.choice((SHEET, SHEET, SHEET, *_PARTS))
    content = part(data, name)
    for _ in range(chance.choice((1, 1, 3))):
        content = chance.choice(
            (_new_value, _new_reference, _new_attribute, _new_fragment, _moved)
        )(content, chance)
    return with_parts(data, {name: content})


def _places(content: bytes, sign: bytes) -> list[int]:
    """Find where something is."""
    return [n for n in range(len(content)) if content.startswith(sign, n)] or [0]


def _new_value(content: bytes, chance: random.Random) -> bytes:
    """Replace what is between two tags."""
    start = chance.choice(_places(content, b">")) + 1
    end = content.find(b"<", start)
    return content[:start] + chance.choice(_VALUES) + content[max(end, start) :]


def _new_reference(content: bytes, chance: random.Random) -> bytes:
    """Replace the text of an attribute."""
    start = chance.choice(_places(content, b'="')) + 2
    end = content.find(b'"', start)
    return (
        content[:start] + chance.choice((*_REFERENCES, *_VALUES[:8])) + content[max(end, start) :]
    )


def _new_attribute(content: bytes, chance: random.Random) -> bytes:
    """Give a cell another type or style."""
    start = chance.choice(_places(content, b"<c ")) + 3
    return content[:start] + chance.choice(_ATTRIBUTES) + b" " + content[start:]


def _new_fragment(content: bytes, chance: random.Random) -> bytes:
    """Put an element between two others."""
    start = chance.choice(_places(content, b"<"))
    return (
        content[:start] + chance.choice(_FRAGMENTS) * chance.choice((1, 1, 2, 30)) + content[start:]
    )


def _moved(content: bytes, chance: random.Random) -> bytes:
    """Move a stretch of elements to another place."""
    start, end, to = sorted(chance.choice(_places(content, b"<")) for _ in range(3))
    return content[:start] + content[end:to] + content[start:end] + content[to:]


def _missing(data: bytes, chance: random.Random) -> bytes:
    """Take a part out, empty it, or put another in its place."""
    name = chance.choice(_PARTS)
    return with_parts(
        data, {name: chance.choice((None, b"", b"<a/>", part(data, chance.choice(_PARTS))))}
    )


def _entities(data: bytes, chance: random.Random) -> bytes:
    """Declare entities: billion laughs, quadratic ones, files, and other addresses."""
    name = chance.choice(_PARTS[:6])
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    doctype = chance.choice((
        f'<!DOCTYPE x [<!ENTITY l0 "lol">{laughs}]>',
        f'<!DOCTYPE x [<!ENTITY l9 "{"a" * 100_000}">]>',
        '<!DOCTYPE x [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>',
    ))  # fmt: skip
    content = part(data, name)
    head, end, rest = content.partition(b"?>")
    used = rest.replace(b"<v>", b"<v>" + b"&l9;" * chance.choice((1, 1000)), 1)
    return with_parts(data, {name: head + end + doctype.encode() + used})


def _bomb(chance: random.Random) -> bytes:
    """Give one of them."""
    return chance.choice(list(BOMBS.values()))[0]()


def _archive(data: bytes, chance: random.Random) -> bytes:
    """Pack the parts in an odd way."""
    made = io.BytesIO()
    method = chance.choice(_METHODS)
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", method) as new:
        for name in old.namelist():
            odd = chance.choice(("", "", "", "", "../", "/", "xl/../", "XL\\"))
            new.writestr(entry(odd + name), old.read(name), method)
        new.comment = chance.choice((b"", b"PK\x05\x06" + bytes(18), b"x" * 100))
    return (
        chance.choice((b"", b"", b"MZ junk", b"\xd0\xcf\x11\xe0"))
        + made.getvalue()
        + chance.choice((b"", bytes(50)))
    )


_KINDS: dict[str, tuple[Callable[[random.Random], bytes], float]] = {
    "bytes flipped": (lambda chance: flipped(good_book(), chance), 15),
    "cut": (lambda chance: cut(good_book(), chance), 8),
    "zip records": (lambda chance: _zip_fields(good_book(), chance), 15),
    "part broken": (lambda chance: _in_a_part(good_book(), chance), 15),
    "part missing": (lambda chance: _missing(good_book(), chance), 4),
    "xml surgery": (lambda chance: _surgery(good_book(), chance), 25),
    "entities": (lambda chance: _entities(good_book(), chance), 4),
    "odd archive": (lambda chance: _archive(good_book(), chance), 4),
    "bomb": (_bomb, 1),
    "csv bytes": (lambda chance: chance.choice((flipped, cut))(good_csv(), chance), 7),
    "csv signs": (lambda chance: csv_signs(good_csv(), chance), 7),
    "csv bomb": (csv_bomb, 0.5),
}  # fmt: skip
