"""Committing a checked file: its new rows are written in portions, what is there stays as it is.

A row's id follows from what it says, so whoever goes on after a crash writes only what is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import batched
from typing import Protocol

from tidemark.domain.facts import Words
from tidemark.domain.files import FileRow, found, with_ids
from tidemark.domain.imports import FileJob, Import, ImportCounts, ImportStatus, JobKind
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.pages import Window
from tidemark.domain.ports import Clock, FilesQueue, Imports
from tidemark.domain.price_ports import ValuesQueue
from tidemark.domain.transactions import Origin, State, Transaction, imported
from tidemark.errors import Conflict, NotFound
from tidemark.services.add_up import AddUp
from tidemark.services.amend import Amend
from tidemark.services.file_rows import (
    FILE_CHANGED,
    GONE,
    HAS_ERRORS,
    Fate,
    FileRows,
    Named,
    SortRows,
    Unusable,
    digest_of,
    key_of,
)
from tidemark.services.hold_import import GIVEN_UP, MOST_ATTEMPTS, Hold, held

PORTION = 500
"""How many rows are written at a time, and told in one chunk of the journal."""

_TRIES = 3
_TICK = timedelta(microseconds=1)
_NOTHING = Words()


class Duplicates(Protocol):
    """Finds transactions that may be one."""

    def expect_own(self, key: IntegrationKey) -> None:
        """Note, before they are written, that an integration gets transactions of its owner."""

    def find_for(self, owner: str, integration_id: str, window: Window, found_by: str) -> object:
        """Find those of an integration in a window (``until`` exclusive), for an import."""


@dataclass(frozen=True)
class CommitFile:
    """Writes the rows of checked files."""

    imports: Imports
    files: FileRows
    sorting: SortRows
    amend: Amend
    duplicates: Duplicates
    add_up: AddUp
    queue: FilesQueue
    clock: Clock
    values: ValuesQueue

    def __call__(self, job: FileJob, deadline: datetime) -> None:
        """Commit an import, or go on with it; ask for the rest to be done when time is up.

        Raises:
            LeaseHeld: another worker is at it.
            StaleVersion: another worker was faster.
            StoreUnavailable: some of a portion may be written; it is sorted out by the next one.
        """
        record = self.imports.get(job.owner, job.id)
        if record is None or record.status is not ImportStatus.COMMITTING:
            return
        with held(self.imports, self.clock, record, deadline) as hold:
            try:
                self._commit(hold, deadline)
            except Unusable as error:
                hold.fail(error.problem)
                if error.problem is FILE_CHANGED:
                    # S3 may have told of the newer file while there was no time for it.
                    self.queue.send(FileJob(job.owner, JobKind.CHECK, job.id))

    def _commit(self, hold: Hold, deadline: datetime) -> None:
        """Commit what is left to do."""
        if hold.record.attempts > MOST_ATTEMPTS:
            raise Unusable(GIVEN_UP)
        rows = self._rows(hold)
        self.duplicates.expect_own(key_of(hold.record))
        for portion in batched(rows[hold.record.done :], PORTION, strict=False):
            if self.clock.now() >= deadline:
                hold.save(busy_until=None)
                self.queue.send(FileJob(hold.record.owner, JobKind.COMMIT, hold.record.id))
                return
            counts = self._settle(hold.record, portion)
            done = hold.record.done + len(portion)
            hold.save(counts=counts, done=done, attempts=0)
        self._find_duplicates(hold.record, rows)
        self.add_up.calculated(key_of(hold.record))  # so that nobody has to wait for it later
        self.values.send(key_of(hold.record))
        hold.end(ImportStatus.COMMITTED)

    def _rows(self, hold: Hold) -> list[Named]:
        """Read the good rows of the file that was checked, in the order of time."""
        record = hold.record
        content = self.files.content(record)
        if digest_of(content) != record.digest:
            raise Unusable(FILE_CHANGED)
        told = self.files.read(record, content)
        if told.errors and not record.only_good_rows:
            raise Unusable(HAS_ERRORS)
        rows = sorted(with_ids(told.rows), key=lambda each: (each[1].occurred_at, each[0]))
        if record.done == 0 or record.total != len(rows):
            bad = len({error.row for error in told.errors})
            hold.save(total=len(rows), done=0, counts=ImportCounts(bad=bad))
        return rows

    def _settle(self, record: Import, portion: Sequence[Named]) -> ImportCounts:
        """Write what is new of a portion, and count all of it."""
        for _ in range(_TRIES):
            fates = self.sorting.sort(key_of(record), portion, record.id)
            try:
                self._write(record, fates[Fate.NEW])
            except Conflict:  # a period was locked just now: sort again
                continue
            except NotFound:
                raise Unusable(GONE) from None
            return _plus(record.counts, {fate: len(rows) for fate, rows in fates.items()})
        raise Unusable(GIVEN_UP)

    def _write(self, record: Import, rows: Sequence[Named]) -> None:
        """Write new rows."""
        if rows:
            now = self.clock.now()
            new = [_transaction(inner, row, record.id, now) for inner, row in rows]
            self.amend.add(key_of(record), new, record.busy_until)

    def _find_duplicates(self, record: Import, rows: Sequence[Named]) -> None:
        """Look for transactions of sources that rows may be."""
        if record.counts.imported:
            window = Window(rows[0][1].occurred_at, rows[-1][1].occurred_at + _TICK)
            self.duplicates.find_for(record.owner, record.integration_id, window, record.id)


def _transaction(inner: str, row: FileRow, import_id: str, now: datetime) -> Transaction:
    """Make the ledger's transaction of a row; one that was exported as excluded stays so."""
    told = imported(found(inner, row), at=now, by=import_id)
    words = None if row.words == _NOTHING else row.words
    state = State.EXCLUDED if row.excluded else State.ACTIVE
    id_ = row.source_id or inner
    return replace(told, source_id=id_, origin=Origin.FILE, words=words, state=state)


def _plus(counts: ImportCounts, fates: dict[Fate, int]) -> ImportCounts:
    """Add what became of a portion."""
    return replace(
        counts,
        imported=counts.imported + fates[Fate.NEW] + fates[Fate.IMPORTED],
        known=counts.known + fates[Fate.KNOWN],
        deleted=counts.deleted + fates[Fate.DELETED],
        locked=counts.locked + fates[Fate.LOCKED],
    )
