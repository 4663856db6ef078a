"""What a file's rows are to the ledger: which are meant for it, and which it has already."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from tidemark.domain.accounts import PeriodLock
from tidemark.domain.files import CellError, FileLimits, FileRead, FileRow
from tidemark.domain.imports import Import
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.ports import Accounts, Integrations, Ledger, ReadFile, Uploads
from tidemark.domain.syncs import Problem
from tidemark.domain.transactions import Known, State
from tidemark.errors import Invalid, NotFound
from tidemark.services.find import integration_of

MOST_BYTES = FileLimits().packed
"""How large an uploaded file may be."""

GONE = Problem(
    "integration_deleted", "The integration of this import is gone.", "Import into another one."
)
FILE_GONE = Problem(
    "file_gone", "The file is not there any more: files are kept for 30 days.", "Upload it again."
)
FILE_CHANGED = Problem(
    "file_changed",
    "The file is another one than the one that was checked.",
    "Wait for the check of the new file, and commit again.",
)

HAS_ERRORS = Problem(
    "has_errors",
    "Rows that were good are not any more: an integration has another name now.",
    "Commit again, for the good rows alone, or upload another file.",
)

Named = tuple[str, FileRow]
"""A row with its inner id."""


class Unusable(Exception):
    """Nothing can be done with a file; says why. It never leaves the services."""

    def __init__(self, problem: Problem) -> None:
        """Keep the reason."""
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True)
class FileRows:
    """Reads the files of imports."""

    uploads: Uploads
    integrations: Integrations
    read_file: ReadFile

    def content(self, record: Import) -> bytes:
        """Give an import's file. Raises Unusable."""
        try:
            return self.uploads.read(record.file, MOST_BYTES)
        except NotFound:
            raise Unusable(FILE_GONE) from None
        except Invalid as error:
            raise Unusable(_problem(error)) from None

    def read(self, record: Import, content: bytes) -> FileRead:
        """Read a file; rows that name another integration are not among the good ones.

        Raises:
            Unusable: the integration is gone, or nothing of the file can be read.
        """
        names = self._other_names(record)
        try:
            told = self.read_file(content, record.format, record.zone)
        except Invalid as error:
            raise Unusable(_problem(error)) from None
        own = tuple(row for row in told.rows if _name(row.integration_name) not in names)
        strange = [_strange(row) for row in told.rows if _name(row.integration_name) in names]
        return replace(told, rows=own, errors=tuple(sorted((*told.errors, *strange))))

    def _other_names(self, record: Import) -> set[str]:
        """Give the names of the owner's other integrations."""
        try:
            own = integration_of(self.integrations, record.owner, record.integration_id)
        except NotFound:
            raise Unusable(GONE) from None
        others = self.integrations.of_owner(record.owner)
        names = {_name(each.name) for each in others if not each.deleting}
        return names - {_name(own.name)}


def key_of(record: Import) -> IntegrationKey:
    """Give where an import's rows belong."""
    return IntegrationKey(record.owner, record.integration_id)


def digest_of(content: bytes) -> str:
    """Give what tells one file from another."""
    return hashlib.sha256(content).hexdigest()


def _problem(error: Invalid) -> Problem:
    """Say why a file cannot be read."""
    return Problem(
        error.code, str(error), "Correct the file and upload it again; the template shows how."
    )


def _name(text: str) -> str:
    """Give a name as names are compared."""
    return text.strip().casefold()


def _strange(row: FileRow) -> CellError:
    """Refuse a row that says it belongs elsewhere."""
    titles = (title for title, text in row.raw if _name(text) == _name(row.integration_name))
    message = "The row names another of your integrations: import it there, or clear the cell."
    return CellError(row.number, next(titles, "Integration Name"), "other_integration", message)


class Fate(Enum):
    """What becomes of a row: only what is new is written."""

    NEW = auto()
    IMPORTED = auto()
    KNOWN = auto()
    DELETED = auto()
    LOCKED = auto()


@dataclass(frozen=True)
class SortRows:
    """Sorts rows against the ledger as it is now."""

    ledger: Ledger
    accounts: Accounts

    def sort(self, key: IntegrationKey, rows: Sequence[Named], by: str) -> dict[Fate, list[Named]]:
        """Sort rows; what the import ``by`` itself has brought before is imported, not known."""
        stored = self.ledger.known_by_id(key, [inner for inner, _ in rows])
        lock = self.accounts.get(key.owner).lock
        fates: dict[Fate, list[Named]] = {fate: [] for fate in Fate}
        for inner, row in rows:
            fates[_fate(stored.get(inner), row, lock, by)].append((inner, row))
        return fates


def _fate(stored: Known | None, row: FileRow, lock: PeriodLock | None, by: str) -> Fate:
    """Say what becomes of one row."""
    if stored is None:
        return Fate.LOCKED if lock is not None and lock.holds(row.occurred_at) else Fate.NEW
    if stored.import_id == by:
        return Fate.IMPORTED
    return Fate.DELETED if stored.state == State.DELETED else Fate.KNOWN
