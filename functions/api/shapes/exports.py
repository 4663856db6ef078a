"""Exports over the wire."""

from typing import Annotated, Self

from pydantic import Field

from functions.api.shapes.fields import GivenMoment, Moment, Shape
from functions.api.shapes.syncs import SyncErrorShape
from functions.api.shapes.transactions import Text
from tidemark.domain.exports import Export, ExportStatus
from tidemark.domain.files import FileFormat
from tidemark.domain.legs import Kind
from tidemark.domain.transactions import Origin
from tidemark.services.read_transactions import Filter, Listed


class NewExport(Shape):
    """How to write which transactions: the filters are those of their list."""

    format: FileFormat
    integration: str | None = None
    asset: Text | None = None
    kind: Kind | None = None
    state: Listed | None = None
    origin: Origin | None = None
    from_: Annotated[GivenMoment | None, Field(alias="from")] = None
    to: GivenMoment | None = None
    q: Text | None = None
    import_: Annotated[Text | None, Field(alias="import")] = None

    def filter(self) -> Filter:
        """Give what is asked for."""
        return Filter(
            integration=self.integration,
            asset=self.asset,
            kind=self.kind,
            state=self.state,
            origin=self.origin,
            since=self.from_,
            until=self.to,
            text=self.q,
            import_id=self.import_,
        )


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
