"""Files and their records in memory, and a queue of work on them that only remembers."""

from collections.abc import Iterator

from tidemark.domain.exports import Export
from tidemark.domain.file_ports import UploadForm
from tidemark.domain.imports import FileJob, Import
from tidemark.errors import Invalid, NotFound, StaleVersion


class MemoryUploads:
    """Keeps files in a dictionary. ``upload`` does what a form that was handed out would do."""

    def __init__(self) -> None:
        """Start with none."""
        self.files: dict[str, bytes] = {}
        self.owners: dict[str, str] = {}
        self.limits: dict[str, int] = {}

    def presign_upload(self, name: str, owner: str, limit: int, content_type: str) -> UploadForm:
        """Remember what was allowed."""
        self.owners[name], self.limits[name] = owner, limit
        return UploadForm("https://files.invalid/", {"key": name, "Content-Type": content_type})

    def upload(self, name: str, content: bytes) -> None:
        """Upload a file with a form that was handed out."""
        assert 0 < len(content) <= self.limits[name]
        self.files[name] = content

    def presign_download(self, name: str, filename: str) -> str:
        """Name a URL."""
        return f"https://files.invalid/{name}?filename={filename}"

    def owner_of(self, name: str) -> str:
        """Give who was let upload it."""
        if name not in self.files or name not in self.owners:
            raise NotFound
        return self.owners[name]

    def read(self, name: str, limit: int) -> bytes:
        """Give a file."""
        if name not in self.files:
            raise NotFound
        if len(self.files[name]) > limit:
            raise Invalid(f"The file has more than {limit} bytes.", code="file_too_large")
        return self.files[name]

    def write(self, name: str, content: bytes, content_type: str) -> None:
        """Keep a file."""
        self.files[name] = content

    def delete(self, name: str) -> None:
        """Remove a file."""
        self.files.pop(name, None)


class FakeFilesQueue:
    """Remembers what was asked for."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.jobs: list[FileJob] = []

    def send(self, job: FileJob) -> None:
        """Remember a job."""
        self.jobs.append(job)

    def show_again(self, receipt: str, seconds: int) -> None:
        """Forget about it: nothing is handed out here."""


class MemoryImports:
    """Imports and exports in dictionaries."""

    def __init__(self) -> None:
        """Start empty."""
        self.items: dict[tuple[str, str], Import] = {}
        self.exports: dict[tuple[str, str], Export] = {}

    def put(self, record: Import, expected: int) -> None:
        """Write over the expected version."""
        _expect(self.get(record.owner, record.id), expected)
        self.items[record.owner, record.id] = record

    def get(self, owner: str, import_id: str) -> Import | None:
        """Give one."""
        return self.items.get((owner, import_id))

    def newest_first(self, owner: str, before: str | None) -> Iterator[Import]:
        """List backwards."""
        own = sorted((place for place in self.items if place[0] == owner), reverse=True)
        return (self.items[place] for place in own if before is None or place[1] < before)

    def put_export(self, record: Export, expected: int) -> None:
        """Write over the expected version."""
        _expect(self.get_export(record.owner, record.id), expected)
        self.exports[record.owner, record.id] = record

    def get_export(self, owner: str, export_id: str) -> Export | None:
        """Give one."""
        return self.exports.get((owner, export_id))


def _expect(stored: Import | Export | None, version: int) -> None:
    """Refuse another version than the stored one (0: none)."""
    if (stored.version if stored else 0) != version:
        raise StaleVersion("the record was changed in between")
