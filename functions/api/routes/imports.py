"""Imports: upload a file, look at what was found in it, commit it, revert it."""

from http import HTTPStatus
from itertools import islice
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from functions.api.answers import Answer, answer, cut
from functions.api.call import Here
from functions.api.documents import READ, WRITE, document
from functions.api.shapes.imports import (
    CommitBody,
    ImportList,
    ImportShape,
    ImportSummaryShape,
    NewImport,
    NewImportShape,
)
from functions.api.shapes.queries import IntegrationPageQuery
from tidemark.domain.imports import Import

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped
_TAG = "imports"


@router.post(
    "/v1/imports",
    **document("Start an import", _TAG, WRITE, NewImportShape, status=HTTPStatus.CREATED),
)
def create_import(here: Here, wanted: Annotated[NewImport, Body()]) -> Answer:
    """Make an import, and the form to upload its file with; the check starts by itself.

    The form is kept with the answer where an Idempotency-Key came. It is no secret of the kind
    that may not be: for 15 minutes it lets one place of this owner's be written to, and nothing
    be read; and the key's own purpose is that a client whose connection broke gets it again.
    """
    files = here.services.filing.imports
    made, form = files.create(here.owner, wanted.integration, wanted.format, wanted.zone)
    shape = NewImportShape.created(made, form)
    return answer(shape, HTTPStatus.CREATED, location=f"/v1/imports/{made.id}")


@router.get("/v1/imports", **document("List imports", _TAG, READ, ImportList))
def list_imports(here: Here, asked: Annotated[IntegrationPageQuery, Query()]) -> Answer:
    """Give the owner's imports, newest first."""
    listing = (here.owner, "imports", asked.integration)
    cursors, files = here.services.cursors, here.services.filing.imports
    before = cursors.read(listing, asked.cursor)[0] if asked.cursor else None
    rows = files.newest_first(here.owner, asked.integration, before)
    found, more = cut(list(islice(rows, asked.limit + 1)), asked.limit)
    following = cursors.write(listing, [found[-1].id]) if more else None
    data = [ImportSummaryShape.of(each) for each in found]
    return answer(ImportList(data=data, has_more=more, next_cursor=following))


@router.get("/v1/imports/<import_id>", **document("Get an import", _TAG, READ, ImportShape))
def get_import(here: Here, import_id: str) -> Answer:
    """Give one import: what its check found, and how far its commit is."""
    return answer(ImportShape.of(here.services.filing.imports.get(here.owner, import_id)))


@router.post(
    "/v1/imports/<import_id>/commit",
    **document("Commit an import", _TAG, WRITE, ImportShape, status=HTTPStatus.ACCEPTED),
)
def commit_import(
    here: Here, import_id: str, wanted: Annotated[CommitBody | None, Body()] = None
) -> Answer:
    """Write the rows of a file that is ready; what is there already stays as it is."""
    only = wanted is not None and wanted.only_good_rows
    files = here.services.filing.imports
    return _accepted(files.commit(here.owner, import_id, only_good_rows=only))


@router.post(
    "/v1/imports/<import_id>/revert",
    **document("Revert an import", _TAG, WRITE, ImportShape, status=HTTPStatus.ACCEPTED),
)
def revert_import(here: Here, import_id: str) -> Answer:
    """Take back all that an import brought, but what was changed since."""
    return _accepted(here.services.filing.imports.revert(here.owner, import_id))


def _accepted(record: Import) -> Answer:
    """Answer with an import that is worked on from now on."""
    location = f"/v1/imports/{record.id}"
    return answer(ImportShape.of(record), HTTPStatus.ACCEPTED, location=location)
