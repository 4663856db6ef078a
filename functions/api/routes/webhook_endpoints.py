"""Webhook endpoints: where an owner is told of events."""

from http import HTTPStatus
from operator import attrgetter
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from functions.api.answers import Answer, answer, nothing
from functions.api.call import Call, Here
from functions.api.documents import READ, WRITE, document
from functions.api.shapes.events import EventShape
from functions.api.shapes.queries import PageQuery
from functions.api.shapes.webhook_endpoints import (
    EndpointBody,
    EndpointList,
    EndpointShape,
    EndpointWithSecret,
    NewEndpoint,
)
from functions.api.short_lists import part
from tidemark.services.keep_endpoints import WithSecret

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped
_TAG = "webhooks"
_PATH = "/v1/webhook_endpoints"


@router.post(
    _PATH,
    **document("Make an endpoint", _TAG, WRITE, EndpointWithSecret, status=HTTPStatus.CREATED),
)
def create_endpoint(here: Here, wanted: Annotated[NewEndpoint, Body()]) -> Answer:
    """Make an endpoint; its secret is in this answer and in no other."""
    made = here.services.telling.endpoints.create(here.owner, wanted.facts)
    location = f"{_PATH}/{made.endpoint.id}"
    return answer(_told(here, made), HTTPStatus.CREATED, location=location)


@router.get(_PATH, **document("List endpoints", _TAG, READ, EndpointList))
def list_endpoints(here: Here, asked: Annotated[PageQuery, Query()]) -> Answer:
    """Give the owner's endpoints, oldest first."""
    owned = here.services.telling.endpoints.owned(here.owner)
    listing = (here.owner, "webhook_endpoints")
    found, following = part(here, listing, owned, attrgetter("id"), asked)
    data = [EndpointShape.of(each) for each in found]
    return answer(EndpointList(data=data, has_more=following is not None, next_cursor=following))


@router.get(f"{_PATH}/<endpoint_id>", **document("Get an endpoint", _TAG, READ, EndpointShape))
def get_endpoint(here: Here, endpoint_id: str) -> Answer:
    """Give one endpoint."""
    return answer(EndpointShape.of(here.services.telling.endpoints.get(here.owner, endpoint_id)))


@router.patch(
    f"{_PATH}/<endpoint_id>", **document("Change an endpoint", _TAG, WRITE, EndpointShape)
)
def change_endpoint(
    here: Here, endpoint_id: str, wanted: Annotated[EndpointBody, Body()]
) -> Answer:
    """Change URL, types, description, or whether it is enabled."""
    endpoints = here.services.telling.endpoints
    return answer(EndpointShape.of(endpoints.change(here.owner, endpoint_id, wanted.changes)))


@router.delete(
    f"{_PATH}/<endpoint_id>",
    **document("Remove an endpoint", _TAG, WRITE, None, status=HTTPStatus.NO_CONTENT),
)
def remove_endpoint(here: Here, endpoint_id: str) -> Answer:
    """Send nothing more to an endpoint, and forget it."""
    here.services.telling.endpoints.remove(here.owner, endpoint_id)
    return nothing()


@router.post(
    f"{_PATH}/<endpoint_id>/rotate_secret",
    **document("Give an endpoint another secret", _TAG, WRITE, EndpointWithSecret),
)
def rotate_secret(here: Here, endpoint_id: str) -> Answer:
    """Make another secret, told in this answer; for a day the one before signs, too."""
    return answer(_told(here, here.services.telling.endpoints.rotate(here.owner, endpoint_id)))


@router.post(
    f"{_PATH}/<endpoint_id>/test",
    **document("Try an endpoint", _TAG, WRITE, EventShape, status=HTTPStatus.ACCEPTED),
)
def test_endpoint(here: Here, endpoint_id: str) -> Answer:
    """Send an event `webhook.test` to an endpoint, whatever types it asks for."""
    event = here.services.telling.endpoints.test(here.owner, endpoint_id)
    location = f"/v1/events/{event.id}"
    return answer(EventShape.of(event), HTTPStatus.ACCEPTED, location=location)


def _told(here: Call, made: WithSecret) -> EndpointWithSecret:
    """Show an endpoint with its secret; what is kept for an Idempotency-Key has none."""
    here.kept_body = EndpointWithSecret.told(made.endpoint, None).model_dump_json()
    return EndpointWithSecret.told(made.endpoint, made.secret)
