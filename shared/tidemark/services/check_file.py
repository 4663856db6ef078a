"""Checking an uploaded file: what a commit would do, and what is wrong with it, row by row."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import batched

from tidemark.domain.files import CellError, FileRead, row_fingerprint, with_ids
from tidemark.domain.imports import FileJob, Import, ImportCounts, ImportStatus, Preflight, Span
from tidemark.domain.ports import Clock, Imports
from tidemark.errors import StaleVersion
from tidemark.services.file_rows import (
    Fate,
    FileRows,
    Named,
    SortRows,
    Unusable,
    digest_of,
    key_of,
)
from tidemark.services.hold_import import GIVEN_UP, MOST_ATTEMPTS, Hold
from tidemark.services.look_alikes import LookAlikes

SHOWN = 200
"""How many errors and row numbers a check keeps."""

_OPEN = frozenset(
    {
        ImportStatus.AWAITING_UPLOAD,
        ImportStatus.CHECKING,
        ImportStatus.READY,
        ImportStatus.FAILED,
    }
)
_PORTION = 2_000
_LONGEST_TITLE, _LONGEST_TEXT = 60, 200


@dataclass(frozen=True)
class CheckFile:
    """Checks files. One that is uploaded again before its commit is checked anew."""

    imports: Imports
    files: FileRows
    sorting: SortRows
    look_alikes: LookAlikes
    clock: Clock

    def __call__(self, job: FileJob, deadline: datetime) -> None:
        """Check the file of an import and keep what was found.

        Raises:
            StaleVersion: the record changed just then; nothing was done.
        """
        record = self.imports.get(job.owner, job.id)
        if record is None or record.status not in _OPEN:
            return
        hold = Hold(self.imports, self.clock, record)
        try:
            content = self.files.content(record)
        except Unusable as error:
            hold.fail(error.problem)
            return
        digest = digest_of(content)
        if record.status is not ImportStatus.READY or record.digest != digest:
            self._begin(hold)
            self._check(hold, content, digest)

    def _begin(self, hold: Hold) -> None:
        """Forget what was found of another file."""
        hold.save(
            status=ImportStatus.CHECKING,
            digest=None,
            preflight=None,
            problem=None,
            counts=ImportCounts(),
            done=0,
            total=0,
            attempts=hold.record.attempts + 1,
        )

    def _check(self, hold: Hold, content: bytes, digest: str) -> None:
        """Check a file; whoever began to check a newer one meanwhile has the last word."""
        try:
            if hold.record.attempts > MOST_ATTEMPTS:
                hold.fail(GIVEN_UP)
                return
            found = self._preflight(hold.record, self.files.read(hold.record, content))
            hold.end(ImportStatus.READY, digest=digest, preflight=found)
        except Unusable as error:
            hold.fail(error.problem)
        except StaleVersion:
            return

    def _preflight(self, record: Import, told: FileRead) -> Preflight:
        """Say what a commit would do."""
        fates: dict[Fate, list[Named]] = {fate: [] for fate in Fate}
        for portion in batched(with_ids(told.rows), _PORTION, strict=False):
            for fate, rows in self.sorting.sort(key_of(record), portion, record.id).items():
                fates[fate] += rows
        alike = self.look_alikes.of(key_of(record), [row for _, row in fates[Fate.NEW]])
        bad = {error.row for error in told.errors}
        times = [row.occurred_at for row in told.rows]
        return replace(
            _errors(told),
            good=len(told.rows),
            bad=len(bad),
            new=len(fates[Fate.NEW]),
            known=len(fates[Fate.KNOWN]) + len(fates[Fate.IMPORTED]),
            deleted=len(fates[Fate.DELETED]),
            locked=len(fates[Fate.LOCKED]),
            repeated=len(told.rows) - len({row_fingerprint(row) for row in told.rows}),
            possible_count=len(alike),
            possible=tuple(sorted(alike)[:SHOWN]),
            locked_rows=_numbers(fates[Fate.LOCKED]),
            span=Span(min(times), max(times)) if times else None,
        )


def _errors(told: FileRead) -> Preflight:
    """Tell of the errors: the first ones, each of a bounded length."""
    return Preflight(
        rows=told.count,
        good=0,
        bad=0,
        error_count=len(told.errors),
        errors=tuple(_cut(error) for error in told.errors[:SHOWN]),
        notes=tuple(note[:_LONGEST_TEXT] for note in told.notes[:SHOWN]),
    )


def _cut(error: CellError) -> CellError:
    """Give an error that fits into a record."""
    return error._replace(
        column=error.column[:_LONGEST_TITLE], message=error.message[:_LONGEST_TEXT]
    )


def _numbers(rows: Iterable[Named]) -> tuple[int, ...]:
    """Give the numbers of the first rows."""
    return tuple(sorted(row.number for _, row in rows)[:SHOWN])
