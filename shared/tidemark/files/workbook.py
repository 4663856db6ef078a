"""Finds the sheet to read in a workbook's parts (ECMA-376), and makes a workbook of it alone."""

import io
import posixpath
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tidemark.errors import BadFile
from tidemark.files.xml_events import XmlEvents

SHEET = "Transactions"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships'
    '+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


@dataclass(frozen=True, slots=True)
class Workbook:
    """The parts that matter. ``since_1904`` tells from when the days of a date are counted."""

    sheet: bytes
    strings: bytes | None
    styles: bytes | None
    since_1904: bool

    @classmethod
    def of(cls, parts: Mapping[str, bytes]) -> "Workbook":
        """Find the sheet named Transactions, or the first that is visible.

        Raises:
            BadFile: there is none, or the parts do not fit together.
        """
        roots = _relations(parts, "")
        path = next((target.path for target in roots.values() if target.kind == _BOOK), "")
        book = _Book()
        book.read(_part(parts, path))
        targets = _relations(parts, path)
        return cls(
            sheet=_part(parts, _chosen(book.sheets, targets)),
            strings=_by_kind(parts, targets, "sharedStrings"),
            styles=_by_kind(parts, targets, "styles"),
            since_1904=book.since_1904,
        )

    def packed(self) -> io.BytesIO:
        """Give a workbook of nothing but the sheet: what its reader sees is what was checked."""
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("[Content_Types].xml", _TYPES)
            archive.writestr("_rels/.rels", _relations_xml([_BOOK, "xl/workbook.xml"]))
            archive.writestr("xl/workbook.xml", self._book_xml())
            targets = [["worksheet", "worksheets/sheet1.xml"]]
            archive.writestr("xl/worksheets/sheet1.xml", self.sheet)
            for kind, content in (("sharedStrings", self.strings), ("styles", self.styles)):
                if content is not None:
                    archive.writestr(f"xl/{kind}.xml", content)
                    targets.append([kind, f"{kind}.xml"])
            archive.writestr("xl/_rels/workbook.xml.rels", _relations_xml(*targets))
        made.seek(0)
        return made

    def _book_xml(self) -> str:
        """Write the list of the one sheet."""
        return (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
            f'<workbookPr date1904="{int(self.since_1904)}"/>'
            f'<sheets><sheet name="{SHEET}" sheetId="1" r:id="rId1"/></sheets></workbook>'
        )


_BOOK = "officeDocument"


class _Target(NamedTuple):
    """Where a relation leads, and what is there."""

    path: str
    kind: str


class _Sheet(NamedTuple):
    """A sheet in the workbook's list."""

    name: str
    relation: str
    visible: bool


class _Book(XmlEvents):
    """Reads ``workbook.xml``."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.sheets: list[_Sheet] = []
        self.since_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Note sheets, and how dates are counted."""
        if name == "workbookPr":
            self.since_1904 = attributes.get("date1904", "0").lower() in {"1", "true", "on"}
        elif name == "sheet":
            plain = {key.rpartition(":")[2]: value for key, value in attributes.items()}
            visible = plain.get("state", "visible") == "visible"
            self.sheets.append(_Sheet(plain.get("name", ""), plain.get("id", ""), visible))


class _Relations(XmlEvents):
    """Reads a part's relations to others."""

    def __init__(self, folder: str) -> None:
        """Read paths from a folder."""
        super().__init__()
        self.folder = folder
        self.targets: dict[str, _Target] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Note one; what lies outside the file is none."""
        if name == "Relationship" and attributes.get("TargetMode", "Internal") == "Internal":
            joined = posixpath.join("/", self.folder, attributes.get("Target", ""))
            path = posixpath.normpath(joined).lstrip("/").lower()
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.targets.setdefault(attributes.get("Id", ""), _Target(path, kind))


def _relations(parts: Mapping[str, bytes], path: str) -> dict[str, _Target]:
    """Read the relations of a part by their ids. Raises BadFile."""
    folder, name = posixpath.split(path)
    relations = _Relations(folder)
    relations.read(_part(parts, posixpath.join(folder, "_rels", f"{name}.rels")))
    return relations.targets


def _part(parts: Mapping[str, bytes], path: str) -> bytes:
    """Give a part. Raises BadFile."""
    if path not in parts:
        raise BadFile("The file is not a complete xlsx file.", "broken_xlsx")
    return parts[path]


def _by_kind(parts: Mapping[str, bytes], targets: Mapping[str, _Target], kind: str) -> bytes | None:
    """Give the part of a kind, or None where there is none. Raises BadFile."""
    found = next((target for target in targets.values() if target.kind == kind), None)
    return _part(parts, found.path) if found else None


def _chosen(sheets: list[_Sheet], targets: Mapping[str, _Target]) -> str:
    """Choose the sheet to read. Raises BadFile."""
    readable = [
        sheet
        for sheet in sheets
        if sheet.visible
        and sheet.relation in targets
        and targets[sheet.relation].kind == "worksheet"
    ]
    named = (sheet for sheet in readable if sheet.name.strip().lower() == SHEET.lower())
    sheet = next(named, readable[0] if readable else None)
    if sheet is None:
        raise BadFile("The workbook has no visible sheet.", "no_sheet")
    return targets[sheet.relation].path


def _relations_xml(*targets: list[str]) -> str:
    """Write relations to parts of given kinds."""
    each = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{path}"/>'
        for number, (kind, path) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_RELATIONS}">{each}</Relationships>'
