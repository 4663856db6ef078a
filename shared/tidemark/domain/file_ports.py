"""Files that owners bring and fetch: their bytes, their records, and the queue of work on them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO, NamedTuple, Protocol

from tidemark.domain.exports import Export, ExportRow
from tidemark.domain.files import FileFormat, FileRead
from tidemark.domain.imports import FileJob, Import


class UploadForm(NamedTuple):
    """How a file is uploaded: a POST of these fields to the URL, and after them ``file``."""

    url: str
    fields: Mapping[str, str]


class Uploads(Protocol):
    """Keeps files for a while, by the names of ``domain.imports``."""

    def presign_upload(self, name: str, owner: str, limit: int, content_type: str) -> UploadForm:
        """Let the owner upload one file of 1 to ``limit`` bytes, for 15 minutes."""

    def presign_download(self, name: str, filename: str) -> str:
        """Give a URL by which the owner fetches a file as ``filename``, for 15 minutes."""

    def owner_of(self, name: str) -> str:
        """Give whose upload it is, as ``presign_upload`` was told. Raises NotFound."""

    def read(self, name: str, limit: int) -> bytes:
        """Give a file.

        Raises:
            NotFound: it is gone, or was never uploaded.
            Invalid: code ``file_too_large``: it has more than ``limit`` bytes.
        """

    def write(self, name: str, content: bytes, content_type: str) -> None:
        """Keep a file in place of what was there."""

    def delete(self, name: str) -> None:
        """Remove a file; nothing happens when there is none."""


class FilesQueue(Protocol):
    """Hands work on files to workers."""

    def send(self, job: FileJob) -> None:
        """Ask for a job to be done, at least once."""

    def show_again(self, receipt: str, seconds: int) -> None:
        """Hand out a message that was received again after some seconds."""


class ReadFile(Protocol):
    """Reads a file of transactions."""

    def __call__(self, data: bytes, form: FileFormat, zone: str) -> FileRead:
        """Read a file; times without an offset are in ``zone`` (IANA).

        Raises:
            BadFile: nothing of it can be read.
            Invalid: there is no such zone.
        """


class WriteFile(Protocol):
    """Writes a file of transactions."""

    def __call__(self, rows: Iterable[ExportRow], to: BinaryIO, form: FileFormat) -> int:
        """Write transactions as an export tells them; give how many they were.

        Raises:
            Refused: code ``too_large``: the format cannot hold so many.
        """


class Imports(Protocol):
    """The records of imports and exports."""

    def put(self, record: Import, expected: int) -> None:
        """Write an import in place of version ``expected`` (0: where none is). Raises StaleVersion.

        What is written is ``record`` itself, with the version that it names.
        """

    def get(self, owner: str, import_id: str) -> Import | None:
        """Give one import (strong)."""

    def newest_first(self, owner: str, before: str | None) -> Iterator[Import]:
        """Go through an owner's imports, newest first, before the id ``before``, lazily."""

    def put_export(self, record: Export, expected: int) -> None:
        """Write an export like ``put``. Raises StaleVersion."""

    def get_export(self, owner: str, export_id: str) -> Export | None:
        """Give one export (strong)."""
