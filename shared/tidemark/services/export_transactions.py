"""Exporting transactions into a file, oldest first."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from tidemark.domain.exports import Export, ExportRow, ExportStatus, Selection
from tidemark.domain.files import FileFormat
from tidemark.domain.ids import is_id, new_id
from tidemark.domain.imports import FileJob, JobKind
from tidemark.domain.ports import Clock, FilesQueue, Imports, Uploads, WriteFile
from tidemark.domain.syncs import Problem
from tidemark.errors import NotFound, Refused
from tidemark.services.find import holds_transactions, stored_integration
from tidemark.services.hold_import import GIVEN_UP, MOST_ATTEMPTS
from tidemark.services.import_file import CONTENT_TYPES
from tidemark.services.read_transactions import SCAN, Filter, Listed, ReadTransactions
from tidemark.services.valuations import Valuations
from tidemark.services.walk_transactions import Row

MOST_ROWS = 200_000
"""How many transactions one file may hold: what is written within a function's time and memory."""

_KEPT = timedelta(days=7)
"""How long the bucket keeps exports."""


@dataclass(frozen=True)
class Exports:
    """Takes orders for exports, and hands the files out."""

    imports: Imports
    reading: ReadTransactions
    uploads: Uploads
    queue: FilesQueue
    clock: Clock

    def create(self, owner: str, form: FileFormat, asked: Filter) -> Export:
        """Order an export. Raises NotFound for an integration that is not the owner's."""
        if asked.integration is not None:
            own = stored_integration(self.reading.integrations, owner, asked.integration)
            if not holds_transactions(own):
                raise NotFound
        now = self.clock.now()
        made = Export(
            owner=owner,
            id=new_id("exp", now),
            format=form,
            created_at=now,
            updated_at=now,
            expires_at=now + _KEPT,
            selection=_selection(asked),
            version=1,
        )
        self.imports.put_export(made, 0)
        self.queue.send(FileJob(owner, JobKind.EXPORT, made.id))
        return made

    def get(self, owner: str, export_id: str) -> Export:
        """Give an export. Raises NotFound."""
        found = self.imports.get_export(owner, export_id) if is_id("exp", export_id) else None
        if found is None:
            raise NotFound
        return found

    def url(self, record: Export) -> str | None:
        """Give the URL by which a finished file is fetched, for 15 minutes, while it is kept."""
        if record.status is not ExportStatus.DONE or record.expires_at <= self.clock.now():
            return None
        day = f"{record.created_at:%Y-%m-%d}"
        name = f"tidemark-transactions-{day}.{record.format.value}"
        return self.uploads.presign_download(record.file, name)


@dataclass(frozen=True)
class ExportTransactions:
    """Writes the files that were ordered."""

    imports: Imports
    reading: ReadTransactions
    uploads: Uploads
    valuations: Valuations
    write: WriteFile
    clock: Clock
    most: int = MOST_ROWS

    def __call__(self, job: FileJob, deadline: datetime) -> None:
        """Write an export from the beginning.

        Raises:
            StaleVersion: another worker is at it.
        """
        record = self.imports.get_export(job.owner, job.id)
        if record is None or record.status in {ExportStatus.DONE, ExportStatus.FAILED}:
            return
        if record.attempts >= MOST_ATTEMPTS:
            self._end(record, ExportStatus.FAILED, problem=GIVEN_UP)
            return
        writing = _Writing(self, record, deadline)
        writing.save(status=ExportStatus.RUNNING, attempts=record.attempts + 1)
        try:
            writing.write()
        except Refused as error:
            self._end(writing.record, ExportStatus.FAILED, problem=_problem(error))
            return
        self._end(writing.record, ExportStatus.DONE, permille=1000)

    def _end(self, record: Export, status: ExportStatus, **changes: Any) -> None:  # noqa: ANN401
        """Write how it ended."""
        _save(self.imports, self.clock, record, status=status, **changes)


@dataclass
class _Writing:
    """One export that is being written."""

    job: ExportTransactions
    record: Export
    deadline: datetime

    def save(self, **changes: Any) -> None:  # noqa: ANN401 - fields of an export
        """Write changes of the record."""
        self.record = _save(self.job.imports, self.job.clock, self.record, **changes)

    def write(self) -> None:
        """Write all rows into the file. Raises Refused."""
        made = io.BytesIO()
        count = self.job.write(self._rows(), made, self.record.format)
        form = CONTENT_TYPES[self.record.format]
        self.job.uploads.write(self.record.file, made.getvalue(), form)
        self.save(rows=count)

    def _rows(self) -> Iterator[ExportRow]:
        """Go through the rows; after each portion, say how far it is. Raises Refused."""
        asked, owner = _filter(self.record.selection), self.record.owner
        ends = [self._end(asked, newest_first=each) for each in (False, True)]
        after, count = None, 0
        while True:
            found = self.job.reading.by_time(owner, asked, after, SCAN, newest_first=False)
            yield from self._valued(found.rows)
            count += len(found.rows)
            self._refuse_too_large(count)
            after = found.last
            if after is None:
                return
            self.save(rows=count, permille=_permille(ends, after.occurred_at))

    def _valued(self, rows: Sequence[Row]) -> Iterator[ExportRow]:
        """Tell rows with their values, in the currency that their owner counts in now."""
        valuations, shown = self.job.valuations, [row.transaction for row in rows]
        value_of = valuations.over(shown, valuations.accounts.get(self.record.owner))
        for row in rows:
            state, value = Listed.of(row).value, value_of(row.transaction)
            yield ExportRow.of(row.transaction, row.integration.name, state, value)

    def _end(self, asked: Filter, *, newest_first: bool) -> datetime | None:
        """Give the time of the first or the last row; None if it is not found at once."""
        owner = self.record.owner
        rows = self.job.reading.by_time(owner, asked, None, 1, newest_first=newest_first).rows
        return rows[0].transaction.facts.occurred_at if rows else None

    def _refuse_too_large(self, count: int) -> None:
        """Refuse to write more than there is room or time for."""
        if count > self.job.most or self.job.clock.now() >= self.deadline:
            raise Refused("There are too many transactions for one file.", "too_large")


def _save(imports: Imports, clock: Clock, record: Export, **changes: Any) -> Export:  # noqa: ANN401
    """Write changes of an export on condition that nobody else did. Raises StaleVersion."""
    changed = replace(record, **changes, updated_at=clock.now(), version=record.version + 1)
    imports.put_export(changed, record.version)
    return changed


def _permille(ends: Sequence[datetime | None], reached: datetime) -> int:
    """Say how much of the time between two ends is covered."""
    first, last = ends
    if first is None or last is None or last <= first:
        return 0
    return min(999, max(0, int(1000 * (reached - first) / (last - first))))


def _problem(error: Refused) -> Problem:
    """Say why there is no file."""
    if isinstance(error, NotFound):
        said = "The integration of this export is gone."
        return Problem("integration_deleted", said, "Export another one.")
    return Problem(error.code, str(error), "Narrow it down: by integration, or year by year.")


def _selection(asked: Filter) -> Selection:
    """Keep what was asked for."""
    given = {each.name: getattr(asked, each.name) for each in fields(Selection)}
    state = None if asked.state is None else asked.state.value
    return Selection(**{**given, "state": state})


def _filter(selection: Selection) -> Filter:
    """Ask for what was kept."""
    given = {each.name: getattr(selection, each.name) for each in fields(Selection)}
    state = None if selection.state is None else Listed(selection.state)
    return Filter(**{**given, "state": state})
