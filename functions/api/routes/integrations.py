"""Integrations: create, list, get, change, delete, and their coverage."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, cast

from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from functions.api.answers import Answer, answer, cut
from functions.api.call import Here
from functions.api.documents import READ, WRITE, document
from functions.api.routes.integration_actions import CALLBACK, router, shown
from functions.api.shapes.integrations import (
    CheckedShape,
    CoverageList,
    DeletedIntegrationShape,
    GroupQuery,
    IntegrationChanges,
    IntegrationList,
    IntegrationShape,
    NewIntegrationBody,
    NewIntegrationShape,
    StreamShape,
)
from functions.api.times import moment_of
from tidemark.services.connect import NewIntegration
from tidemark.services.edit_integrations import Changes

__all__ = ["router"]

_TAG = "integrations"
_AT_WORK = timedelta(seconds=5)
"""How long a request works at a deletion before a worker goes on."""


@router.post(
    "/v1/integrations",
    **document(
        "Connect a source",
        _TAG,
        WRITE,
        NewIntegrationShape,
        CheckedShape,
        status=HTTPStatus.CREATED,
    ),
)
def create_integration(here: Here, wanted: Annotated[NewIntegrationBody, Body()]) -> Answer:
    """Check credentials at their source, and keep the integration unless it is a dry run."""
    new = NewIntegration(
        owner=here.owner,
        connector=wanted.connector,
        name=wanted.name,
        credentials=wanted.credentials,
        start_date=moment_of(here, wanted.start_date, "/start_date"),
        import_mode=wanted.import_mode,
        deleted=wanted.deleted,
        group=wanted.group,
        start_sync=wanted.start_sync,
        return_to=here.url_of(CALLBACK),
        present=here.present,
    )
    if wanted.dry_run:
        return answer(CheckedShape.of(here.services.connecting.connect.check(new)))
    created, first = here.services.connecting.connect.create(new)
    view = here.services.read_integrations.views(here.owner, [created])[0]
    return answer(
        NewIntegrationShape.created(view, first.id if first else None),
        HTTPStatus.CREATED,
        etag=str(created.version),
        location=f"/v1/integrations/{created.id}",
    )


@router.get("/v1/integrations", **document("List integrations", _TAG, READ, IntegrationList))
def list_integrations(here: Here, asked: Annotated[GroupQuery, Query()]) -> Answer:
    """Give the owner's integrations, or those of one group, oldest first."""
    listing = (here.owner, "integrations", asked.group)
    cursors, reading = here.services.cursors, here.services.read_integrations
    after = cursors.read(listing, asked.cursor)[0] if asked.cursor else None
    found, more = cut(reading.owned(here.owner, after, asked.group), asked.limit)
    views = reading.views(here.owner, found)
    following = cursors.write(listing, [found[-1].id]) if more else None
    data = [IntegrationShape.of(view) for view in views]
    return answer(IntegrationList(data=data, has_more=more, next_cursor=following))


@router.get(
    "/v1/integrations/<integration_id>",
    **document("Get an integration", _TAG, READ, IntegrationShape),
)
def get_integration(here: Here, integration_id: str) -> Answer:
    """Give one integration."""
    view = here.services.read_integrations.get(here.owner, integration_id)
    return answer(IntegrationShape.of(view), etag=str(view.integration.version))


@router.patch(
    "/v1/integrations/<integration_id>",
    **document("Change an integration", _TAG, WRITE, IntegrationShape),
)
def change_integration(
    here: Here, integration_id: str, wanted: Annotated[IntegrationChanges, Body()]
) -> Answer:
    """Change name, group, start date, or what happens to deleted transactions."""
    given = {name: getattr(wanted, name) for name in wanted.model_fields_set}
    if "start_date" in given:
        given["start_date"] = moment_of(here, wanted.start_date, "/start_date")
    changed = here.services.edit_integrations.change(
        here.owner, integration_id, cast("Changes", given), here.expected(int)
    )
    return shown(here, changed)


@router.delete(
    "/v1/integrations/<integration_id>",
    **document(
        "Delete an integration", _TAG, WRITE, DeletedIntegrationShape, status=HTTPStatus.ACCEPTED
    ),
)
def delete_integration(
    here: Here,
    integration_id: str,
    keep_transactions: Annotated[bool, Query()] = True,  # noqa: FBT002 - a query parameter
) -> Answer:
    """Delete an integration, and its transactions unless they are kept."""
    done = here.services.delete_integration.delete(
        here.owner,
        integration_id,
        keep_transactions=keep_transactions,
        until=here.ports.clock().now() + _AT_WORK,
        expected=here.expected(int),
    )
    shape = DeletedIntegrationShape(
        id=integration_id, keep_transactions=keep_transactions, done=done
    )
    return answer(shape, HTTPStatus.ACCEPTED, location=f"/v1/integrations/{integration_id}")


@router.get(
    "/v1/integrations/<integration_id>/coverage",
    **document("Show what was read", _TAG, READ, CoverageList),
)
def get_coverage(here: Here, integration_id: str) -> Answer:
    """Give the time that was read to its end, and what is missing, per stream."""
    found = here.services.read_integrations.spans(here.owner, integration_id)
    data = [StreamShape.of(each) for each in found]
    return answer(CoverageList(data=data, has_more=False, next_cursor=None))
