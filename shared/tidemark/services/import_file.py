"""Importing a file, as its owner asks for it: make a form to upload it with, commit, revert."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from tidemark.domain.files import FileFormat
from tidemark.domain.ids import is_id, new_id
from tidemark.domain.imports import FileJob, Import, ImportCounts, ImportStatus, JobKind
from tidemark.domain.local_times import zone_named
from tidemark.domain.ports import Clock, FilesQueue, Imports, Integrations, UploadForm, Uploads
from tidemark.domain.reverts import Revert
from tidemark.errors import Conflict, NotFound, StaleVersion
from tidemark.services.file_rows import MOST_BYTES
from tidemark.services.find import integration_of
from tidemark.services.hold_import import save

_UPLOAD_FOR = timedelta(minutes=15)
"""How long a form can be used: as long as the port says."""

CONTENT_TYPES = {
    FileFormat.CSV: "text/csv",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileFormat.JSONL: "application/jsonl",
}


@dataclass(frozen=True)
class ImportFiles:
    """Makes imports and asks for work on them."""

    imports: Imports
    integrations: Integrations
    uploads: Uploads
    queue: FilesQueue
    clock: Clock

    def create(
        self, owner: str, integration_id: str, form: FileFormat, zone: str
    ) -> tuple[Import, UploadForm]:
        """Make an import and the form by which its file is uploaded.

        Raises:
            NotFound: there is no such integration.
            Invalid: there is no such zone.
        """
        integration_of(self.integrations, owner, integration_id)
        zone_named(zone)
        now = self.clock.now()
        made = Import(
            owner=owner,
            id=new_id("imp", now),
            integration_id=integration_id,
            format=form,
            zone=zone,
            created_at=now,
            updated_at=now,
            expires_at=now + _UPLOAD_FOR,
            version=1,
        )
        self.imports.put(made, 0)
        upload = self.uploads.presign_upload(made.file, owner, MOST_BYTES, CONTENT_TYPES[form])
        return made, upload

    def get(self, owner: str, import_id: str) -> Import:
        """Give an import. Raises NotFound."""
        found = self.imports.get(owner, import_id) if is_id("imp", import_id) else None
        if found is None:
            raise NotFound
        return found

    def newest_first(
        self, owner: str, integration_id: str | None, before: str | None
    ) -> Iterator[Import]:
        """Go through an owner's imports, those of one integration if it is named.

        Raises:
            NotFound: there is no such integration.
        """
        if integration_id is not None:
            integration_of(self.integrations, owner, integration_id)
        every = self.imports.newest_first(owner, before)
        return (each for each in every if integration_id in (None, each.integration_id))

    def commit(self, owner: str, import_id: str, *, only_good_rows: bool) -> Import:
        """Ask for the good rows to be written; asking again asks for the work to go on.

        Raises:
            NotFound
            Conflict: ``not_ready``; ``has_errors``: ``only_good_rows`` was not said; or ``busy``.
        """
        found = self.get(owner, import_id)
        if found.status is not ImportStatus.COMMITTING:
            _refuse_unready(found)
            _refuse_errors(found, only_good_rows=only_good_rows)
            found = self._save(
                found,
                status=ImportStatus.COMMITTING,
                only_good_rows=only_good_rows,
                problem=None,
                counts=ImportCounts(),
                done=0,
                total=0,
            )
        self.queue.send(FileJob(owner, JobKind.COMMIT, import_id))
        return found

    def revert(self, owner: str, import_id: str) -> Import:
        """Ask for what an import brought to be taken back; one that is reverted stays so.

        If something was left the last time, it is looked at again.

        Raises:
            NotFound
            Conflict: ``not_committed``: it brought nothing yet; ``busy``.
        """
        found = self.get(owner, import_id)
        if found.status is ImportStatus.REVERTED and found.revert and not found.revert.kept:
            return found
        if found.status is not ImportStatus.REVERTING:
            _refuse_uncommitted(found)
            revert = Revert(self.clock.now())
            found = self._save(found, status=ImportStatus.REVERTING, revert=revert, problem=None)
        self.queue.send(FileJob(owner, JobKind.REVERT, import_id))
        return found

    def _save(self, record: Import, **changes: object) -> Import:
        """Write changes. Raises Conflict when a worker was faster."""
        try:
            return save(self.imports, self.clock, record, **changes)
        except StaleVersion:
            raise Conflict("The import is being worked on; try again.", "busy") from None


def _refuse_unready(record: Import) -> None:
    """Refuse to commit what was not checked; what failed on the way may be tried again."""
    again = record.status is ImportStatus.FAILED and record.digest is not None
    if record.status is not ImportStatus.READY and not again:
        raise Conflict("The import is not ready to be committed.", "not_ready")


def _refuse_errors(record: Import, *, only_good_rows: bool) -> None:
    """Refuse to leave out bad rows without the owner's word."""
    if record.preflight is not None and record.preflight.error_count and not only_good_rows:
        raise Conflict(
            "The file has errors: correct it and upload it again, or import only the good rows.",
            "has_errors",
        )


def _refuse_uncommitted(record: Import) -> None:
    """Refuse to revert what wrote nothing."""
    partly = record.status is ImportStatus.FAILED and record.counts.imported > 0
    whole = record.status in {ImportStatus.COMMITTED, ImportStatus.REVERTED}
    if not partly and not whole:
        raise Conflict("The import is not committed.", "not_committed")
