"""Files that owners bring and fetch, and the queue of work on them."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from tidemark.domain.imports import FileJob


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
