"""Reads a file of transactions, whatever its format."""

from types import MappingProxyType

from tidemark.domain.files import FileFormat, FileLimits, FileRead
from tidemark.domain.local_times import zone_named
from tidemark.files.limits import LIMITS
from tidemark.files.read_csv import read_csv
from tidemark.files.read_jsonl import read_jsonl
from tidemark.files.read_xlsx import read_xlsx

_READERS = MappingProxyType(
    {FileFormat.CSV: read_csv, FileFormat.XLSX: read_xlsx, FileFormat.JSONL: read_jsonl}
)


def read_file(
    data: bytes, form: FileFormat, zone: str = "UTC", limits: FileLimits = LIMITS
) -> FileRead:
    """Read a file; times without an offset are in ``zone`` (IANA).

    Raises:
        BadFile: nothing of it can be read.
        Invalid: there is no such zone.
    """
    return _READERS[form](data, zone_named(zone), limits)
