"""Reads XML as a stream of events within limits; document types and entities are refused."""

import re
from typing import NoReturn
from xml.parsers import expat

from tidemark.errors import BadFile

_DEEPEST = 40
_CHUNK = 1 << 16
_LONG_TAG = re.compile(rb"<[^<]{400000}")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UTF8 = frozenset({None, "utf-8", "utf8"})


class XmlEvents:
    """What a part of a workbook is read with: subclasses look at the events that they need.

    Names come without their prefixes, attributes with theirs.
    """

    def __init__(self) -> None:
        """Begin outside of all elements."""
        self.depth = 0

    def read(self, data: bytes) -> None:
        """Read a whole document.

        Raises:
            BadFile: it is not well-formed, or has what no spreadsheet writes.
        """
        if data.startswith(_UTF16) or b"\0" in data or _LONG_TAG.search(data):
            raise _broken()
        parser = _parser()
        parser.StartElementHandler = self.opened
        parser.EndElementHandler = self.closed
        parser.CharacterDataHandler = self.text
        try:
            for place in range(0, len(data), _CHUNK):
                parser.Parse(data[place : place + _CHUNK], False)  # noqa: FBT003 (its interface)
                self._check_depth()
            parser.Parse(b"", True)  # noqa: FBT003 (its interface)
        except (expat.ExpatError, ValueError):
            raise _broken() from None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Look at the start of an element."""

    def end(self, name: str) -> None:
        """Look at the end of an element."""

    def text(self, text: str) -> None:
        """Look at text."""

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        """Count how deep an element lies, and look at it. For many elements, do both in one."""
        self.depth += 1
        self.start(name.rpartition(":")[2], attributes)

    def closed(self, name: str) -> None:
        """Count back, and look at the end."""
        self.depth -= 1
        self.end(name.rpartition(":")[2])

    def _check_depth(self) -> None:
        """Refuse elements inside elements without end: each takes memory until it is closed."""
        if self.depth > _DEEPEST:
            raise _broken()


def _parser() -> expat.XMLParserType:
    """Make a parser that takes UTF-8 alone, and no document type."""
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.XmlDeclHandler = _check_encoding
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    return parser


def _check_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
    """Refuse a document that says it is not in UTF-8."""
    if (encoding.lower() if encoding else None) not in _UTF8:
        raise _broken()


def _refuse(*_: object) -> NoReturn:
    """Refuse a document type, and with it all entities."""
    raise BadFile("The file declares XML entities.", "xml_entities")


def _broken() -> BadFile:
    """Say that XML is not what it should be."""
    return BadFile("The file is damaged: its XML cannot be read.", "broken_xml")
