"""Work on files and imports: what is asked for, and how the files are named.

A name tells the owner by a fingerprint alone: it shows in URLs and in AWS's logs of access, and an
owner's id may be an e-mail address.
"""

import enum
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from tidemark.domain.files import CellError, FileFormat
from tidemark.domain.ids import fingerprint
from tidemark.domain.reverts import Revert
from tidemark.domain.syncs import Problem

_UPLOAD = re.compile(r"uploads/[0-9A-Z]{26}/(imp_[0-9A-Z]{26})")


class JobKind(enum.StrEnum):
    """What is to be done."""

    CHECK = "check"
    COMMIT = "commit"
    REVERT = "revert"
    EXPORT = "export"
    UNDO_SYNC = "undo_sync"
    FIND_DUPLICATES = "find_duplicates"


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


class ImportStatus(enum.StrEnum):
    """Where an import stands. It can be committed when it is ready, reverted when committed."""

    AWAITING_UPLOAD = "awaiting_upload"
    CHECKING = "checking"
    READY = "ready"
    COMMITTING = "committing"
    COMMITTED = "committed"
    FAILED = "failed"
    REVERTING = "reverting"
    REVERTED = "reverted"


class Span(NamedTuple):
    """The time from a file's first transaction to its last, both inclusive (UTC)."""

    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Preflight:
    """What a check found. ``rows`` are good or bad; ``error_count`` goes beyond ``errors``.

    Of the good rows, ``known`` are in the ledger already, ``deleted`` were deleted by their owner
    and stay so, ``locked`` lie in the locked period, and the others are ``new``. ``repeated`` say
    the same as a row before them; ``possible`` are the numbers of new rows that look like a
    transaction of a source. Row numbers and errors are the first ones.
    """

    rows: int
    good: int
    bad: int
    error_count: int
    errors: tuple[CellError, ...] = ()
    notes: tuple[str, ...] = ()
    new: int = 0
    known: int = 0
    deleted: int = 0
    locked: int = 0
    repeated: int = 0
    possible_count: int = 0
    possible: tuple[int, ...] = ()
    locked_rows: tuple[int, ...] = ()
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """What became of a file's rows, each counted once.

    ``known`` were there before, ``deleted`` were there and stay deleted.
    """

    imported: int = 0
    known: int = 0
    deleted: int = 0
    locked: int = 0
    bad: int = 0


@dataclass(frozen=True, slots=True)
class Import:
    """One import of a file.

    The file may be uploaded until ``expires_at`` (UTC), also again. ``digest`` is of the file that
    was checked: no other one is committed. ``done`` of ``total`` rows are settled. ``revert`` tells
    what became of its undo. ``busy_until`` tells until when a worker may be at it; ``attempts``
    counts those that came no further. ``version`` counts writes.
    """

    owner: str
    id: str
    integration_id: str
    format: FileFormat
    zone: str
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    status: ImportStatus = ImportStatus.AWAITING_UPLOAD
    digest: str | None = None
    preflight: Preflight | None = None
    only_good_rows: bool = False
    counts: ImportCounts = field(default_factory=ImportCounts)
    done: int = 0
    total: int = 0
    revert: Revert | None = None
    problem: Problem | None = None
    busy_until: datetime | None = None
    attempts: int = 0
    version: int = 0

    @property
    def file(self) -> str:
        """Name the file that is uploaded."""
        return upload_name(self.owner, self.id)

    @property
    def progress(self) -> float:
        """Give how much of a commit is done, 0 to 1."""
        if self.status in {ImportStatus.COMMITTED, ImportStatus.REVERTING, ImportStatus.REVERTED}:
            return 1.0
        return self.done / self.total if self.total else 0.0
