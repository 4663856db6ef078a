"""Imports over the wire."""

from typing import Annotated, Self

from pydantic import Field, StrictBool

from functions.api.shapes.fields import Json, Moment, Shape
from functions.api.shapes.reverts import RevertShape
from functions.api.shapes.syncs import SyncErrorShape
from tidemark.domain.file_ports import UploadForm
from tidemark.domain.files import CellError, FileFormat
from tidemark.domain.imports import Import, ImportCounts, ImportStatus, Preflight

_DIGITS = 4


class NewImport(Shape):
    """Where a file's rows belong, and how it is written.

    Times without an offset are in `zone` (IANA).
    """

    integration: str
    format: FileFormat
    zone: Annotated[str, Field(min_length=1, max_length=100)] = "UTC"


class CommitBody(Shape):
    """Whether to leave out what is wrong in the file; else a file with errors is not committed."""

    only_good_rows: StrictBool = False


class UploadShape(Shape):
    """How to upload: POST these fields as multipart/form-data, and after them `file`."""

    url: str
    fields: dict[str, str]

    @classmethod
    def of(cls, form: UploadForm) -> Self:
        """Show a form."""
        return cls(url=form.url, fields=dict(form.fields))


class CellErrorShape(Shape):
    """Why a row cannot be imported: its number in the file (the header is 1), and the column."""

    row: int
    column: str
    code: str
    message: str

    @classmethod
    def of(cls, error: CellError) -> Self:
        """Show an error."""
        return cls(row=error.row, column=error.column, code=error.code, message=error.message)


class DuplicatesShape(Shape):
    """What is there more than once.

    `in_file` rows say the same as one before them (each is imported, for it may be so), `in_ledger`
    are there already, and `possible` look like a transaction that a source has brought.
    """

    in_file: int
    in_ledger: int
    possible: int


class PreflightSummaryShape(Shape):
    """What the check found, in numbers: `new` rows are what a commit would write.

    `deleted` rows were deleted by you and stay so; `held` ones lie in your locked period and are
    left out: unlock it, and import the file again.
    """

    rows: int
    good: int
    bad: int
    new: int
    deleted: int
    held: int
    duplicates: DuplicatesShape
    error_count: int
    from_: Annotated[Moment | None, Field(alias="from")]
    to: Moment | None

    @classmethod
    def of(cls, found: Preflight) -> Self:
        """Show what was found."""
        return cls(**_numbers(found))


class PreflightShape(PreflightSummaryShape):
    """What the check found, with the first errors, and the first rows of a kind."""

    errors: list[CellErrorShape]
    notes: list[str]
    held_rows: list[int]
    possible_rows: list[int]

    @classmethod
    def of(cls, found: Preflight) -> Self:
        """Show what was found."""
        return cls(
            **_numbers(found),
            errors=[CellErrorShape.of(each) for each in found.errors],
            notes=list(found.notes),
            held_rows=list(found.locked_rows),
            possible_rows=list(found.possible),
        )


def _numbers(found: Preflight) -> dict[str, Json]:
    """Give the numbers of a check."""
    same = ("rows", "good", "bad", "new", "deleted", "error_count")
    return {
        **{name: getattr(found, name) for name in same},
        "held": found.locked,
        "duplicates": DuplicatesShape(
            in_file=found.repeated, in_ledger=found.known, possible=found.possible_count
        ),
        "from_": found.span.first if found.span else None,
        "to": found.span.last if found.span else None,
    }


class ImportCountsShape(Shape):
    """What became of the rows: `known` were there before, `deleted` ones stay deleted.

    `held` ones lie in your locked period and were left out.
    """

    imported: int
    known: int
    deleted: int
    held: int
    bad: int

    @classmethod
    def of(cls, counts: ImportCounts) -> Self:
        """Show counts."""
        same = ("imported", "known", "deleted", "bad")
        return cls(**{name: getattr(counts, name) for name in same}, held=counts.locked)


class ImportSummaryShape(Shape):
    """One import of a file. A file may be uploaded until `expires_at`, also again."""

    id: str
    integration: str
    format: FileFormat
    zone: str
    status: ImportStatus
    progress: float
    created_at: Moment
    updated_at: Moment
    expires_at: Moment
    preflight: PreflightSummaryShape | None
    counts: ImportCountsShape
    revert: RevertShape | None
    error: SyncErrorShape | None

    @classmethod
    def of(cls, record: Import) -> Self:
        """Show an import in a list."""
        found = PreflightSummaryShape.of(record.preflight) if record.preflight else None
        return cls(**_told(record), preflight=found)


class ImportShape(ImportSummaryShape):
    """One import of a file, with all that its check found."""

    preflight: PreflightShape | None

    @classmethod
    def of(cls, record: Import) -> Self:
        """Show an import."""
        return cls(**_all_of(record))


class NewImportShape(ImportShape):
    """An import, with the form by which its file is uploaded within 15 minutes."""

    upload: UploadShape

    @classmethod
    def created(cls, record: Import, form: UploadForm) -> Self:
        """Show an import that was just made."""
        return cls(**_all_of(record), upload=UploadShape.of(form))


def _told(record: Import) -> dict[str, Json]:
    """Give what is the same in lists and alone."""
    same = ("id", "format", "zone", "status", "created_at", "updated_at", "expires_at")
    return {
        **{name: getattr(record, name) for name in same},
        "integration": record.integration_id,
        "progress": round(record.progress, _DIGITS),
        "counts": ImportCountsShape.of(record.counts),
        "revert": RevertShape.of(record.revert) if record.revert else None,
        "error": SyncErrorShape.of(record.problem) if record.problem else None,
    }


def _all_of(record: Import) -> dict[str, Json]:
    """Give all that is told of an import."""
    found = PreflightShape.of(record.preflight) if record.preflight else None
    return {**_told(record), "preflight": found}


class ImportList(Shape):
    """Imports, newest first."""

    data: list[ImportSummaryShape]
    has_more: bool
    next_cursor: str | None
