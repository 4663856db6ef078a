"""Does what was asked for with files and imports: finds the job's worker and the upload's owner."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tidemark.domain.imports import FileJob, JobKind, Uploaded, import_of, upload_name
from tidemark.domain.ports import Uploads
from tidemark.errors import NotFound, Unexpected


class Work(Protocol):
    """Does jobs of one kind, each of them as often as it is asked for."""

    def __call__(self, job: FileJob, deadline: datetime) -> None:
        """Do a job; be done, or have asked for the rest to be done, by ``deadline`` (UTC)."""


@dataclass(frozen=True)
class WorkFiles:
    """Hands each job to who can do it."""

    jobs: Mapping[JobKind, Work]
    uploads: Uploads

    def work(self, asked: FileJob | Uploaded, deadline: datetime) -> None:
        """Do what is asked for. A file that nobody was let upload, or that is gone, is left alone.

        Raises:
            Unexpected: nobody does such jobs.
        """
        job = self._job_of(asked) if isinstance(asked, Uploaded) else asked
        if job is None:
            return
        if job.kind not in self.jobs:
            raise Unexpected(f"no worker for {job.kind}")
        self.jobs[job.kind](job, deadline)

    def _job_of(self, uploaded: Uploaded) -> FileJob | None:
        """Make the job of checking a file that has arrived."""
        import_id = import_of(uploaded.name)
        if import_id is None:
            return None
        try:
            owner = self.uploads.owner_of(uploaded.name)
        except NotFound:
            return None
        if upload_name(owner, import_id) != uploaded.name:
            return None
        return FileJob(owner, JobKind.CHECK, import_id)
