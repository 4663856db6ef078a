"""Work on files and imports: what is asked for, and how the files are named.

A name tells the owner by a fingerprint alone: it shows in URLs and in AWS's logs of access, and an
owner's id may be an e-mail address.
"""

import enum
import re
from dataclasses import dataclass

from tidemark.domain.ids import fingerprint

_UPLOAD = re.compile(r"uploads/[0-9A-Z]{26}/(imp_[0-9A-Z]{26})")


class JobKind(enum.StrEnum):
    """What is to be done."""

    CHECK = "check"
    COMMIT = "commit"
    REVERT = "revert"
    EXPORT = "export"
    UNDO_SYNC = "undo_sync"


@dataclass(frozen=True, slots=True)
class FileJob:
    """One piece of work; ``id`` names the import, the export or the sync that it is about."""

    owner: str
    kind: JobKind
    id: str


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file has arrived. Its name tells the import; whose it is, the file itself does."""

    name: str


def upload_name(owner: str, import_id: str) -> str:
    """Name the file that an owner uploads for an import."""
    return f"uploads/{_place(owner)}/{import_id}"


def export_name(owner: str, export_id: str) -> str:
    """Name the file of an export."""
    return f"exports/{_place(owner)}/{export_id}"


def import_of(name: str) -> str | None:
    """Give the import that an upload is for; None where the server never made the name."""
    match = _UPLOAD.fullmatch(name)
    return match[1] if match else None


def _place(owner: str) -> str:
    """Give what stands for an owner."""
    return fingerprint("files of", owner)
