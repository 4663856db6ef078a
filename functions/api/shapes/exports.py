"""Exports over the wire."""

from typing import Self

from functions.api.shapes.fields import Moment, Shape
from functions.api.shapes.filters import TransactionFilter
from functions.api.shapes.syncs import SyncErrorShape
from tidemark.domain.exports import Export, ExportStatus
from tidemark.domain.files import FileFormat


class NewExport(TransactionFilter):
    """How to write which transactions: the filters are those of their list."""

    format: FileFormat


class ExportShape(Shape):
    """One export. `url` is there when it is done: it can be fetched for 15 minutes.

    Get the export again for another one; the file itself is kept until `expires_at`.
    """

    id: str
    format: FileFormat
    status: ExportStatus
    rows: int
    progress: float
    created_at: Moment
    updated_at: Moment
    expires_at: Moment
    url: str | None
    error: SyncErrorShape | None

    @classmethod
    def of(cls, record: Export, url: str | None) -> Self:
        """Show an export."""
        same = ("id", "format", "status", "rows", "progress")
        times = ("created_at", "updated_at", "expires_at")
        return cls(
            **{name: getattr(record, name) for name in (*same, *times)},
            url=url,
            error=SyncErrorShape.of(record.problem) if record.problem else None,
        )
