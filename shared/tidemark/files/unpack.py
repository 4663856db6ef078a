"""Unpacks a workbook's zip file within limits: what is promised, and what really comes out."""

import io
import struct
import zipfile
import zlib

from tidemark.domain.files import FileLimits
from tidemark.errors import BadFile
from tidemark.files.limits import check_packed, too_large_inside

_ZIP, _CENTRAL, _OLE = b"PK\x03\x04", b"PK\x01\x02", b"\xd0\xcf\x11\xe0"
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_CHUNK = 1 << 16
_ENCRYPTED = 1
_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    KeyError,
    ValueError,
    OverflowError,
)


def unpack(data: bytes, limits: FileLimits) -> dict[str, bytes]:
    """Give the XML parts of a workbook by their names in lower case.

    Raises:
        BadFile: it is no such file, or too large in any way.
    """
    check_packed(data, limits)
    _check_kind(data, limits)
    try:
        return _parts(data, limits)
    except _BROKEN:
        raise BadFile("The file is damaged, or not an xlsx file.", "broken_xlsx") from None


def _check_kind(data: bytes, limits: FileLimits) -> None:
    """Refuse what is no zip file, or lists too much, before its list is read. Raises BadFile."""
    if data.startswith(_OLE):
        raise BadFile("Save the file as .xlsx, without a password.", "old_or_protected")
    if not data.startswith(_ZIP):
        raise BadFile("The file is not an xlsx file.", "not_xlsx")
    if data.count(_CENTRAL) > limits.entries:
        raise BadFile(f"The file has more than {limits.entries} parts.", "too_many_parts")


def _parts(data: bytes, limits: FileLimits) -> dict[str, bytes]:
    """Unpack all parts one after the other, and keep those in XML."""
    parts: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        _check_list(entries, limits)
        left = limits.unpacked
        for entry in entries:
            content = _inflate(archive, entry, left, limits)
            left -= len(content)
            if entry.filename.lower().endswith((".xml", ".rels")):
                parts[entry.filename.lower()] = content
    return parts


def _check_list(entries: list[zipfile.ZipInfo], limits: FileLimits) -> None:
    """Refuse what the list of parts already shows. Raises BadFile."""
    if sum(entry.file_size for entry in entries) > limits.unpacked:
        raise too_large_inside(limits)
    names = [entry.filename.lower() for entry in entries]
    if len(set(names)) < len(names) or not all(_is_plain(entry) for entry in entries):
        raise BadFile("The file is packed in an odd way.", "odd_archive")
    if any(entry.file_size > limits.ratio * max(entry.compress_size, 1) for entry in entries):
        raise BadFile(f"A part is packed more than {limits.ratio} to 1.", "packed_too_tightly")


def _is_plain(entry: zipfile.ZipInfo) -> bool:
    """Tell whether a part is packed as spreadsheets do it, under a name that stays inside."""
    name = entry.filename
    inside = not name.startswith("/") and "\\" not in name and ".." not in name.split("/")
    return inside and entry.compress_type in _METHODS and not entry.flag_bits & _ENCRYPTED


def _inflate(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int, limits: FileLimits
) -> bytes:
    """Unpack one part, counting what comes out. Raises BadFile."""
    chunks, size = [], 0
    with archive.open(entry) as part:
        while chunk := part.read(_CHUNK):
            chunks.append(chunk)
            size += len(chunk)
            if size > left or size > limits.ratio * max(entry.compress_size, 1):
                raise too_large_inside(limits)
    if chunks and chunks[0].startswith(_ZIP):
        raise BadFile("There is another packed file in it.", "nested_archive")
    return b"".join(chunks)
