"""Events: what happened, how it was delivered, and delivering it again."""

from http import HTTPStatus
from itertools import islice
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from functions.api.answers import Answer, answer, cut
from functions.api.call import Here
from functions.api.documents import READ, WRITE, document
from functions.api.shapes.events import (
    DeliveredEventShape,
    DeliveryShape,
    EventList,
    EventQuery,
    EventShape,
    Redelivery,
)
from tidemark.domain.webhook_ports import EventFilter

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped
_TAG = "events"


@router.get("/v1/events", **document("List events", _TAG, READ, EventList))
def list_events(here: Here, asked: Annotated[EventQuery, Query()]) -> Answer:
    """Give the owner's events of the last 30 days, newest first."""
    if asked.integration is not None:
        here.services.read_integrations.get(here.owner, asked.integration)
    listing = (here.owner, "events", asked.integration, asked.type)
    cursors, reading = here.services.cursors, here.services.telling.reading
    before = cursors.read(listing, asked.cursor)[0] if asked.cursor else None
    wanted = EventFilter(asked.type, asked.integration)
    rows = reading.newest_first(here.owner, wanted, before)
    found, more = cut(list(islice(rows, asked.limit + 1)), asked.limit)
    following = cursors.write(listing, [found[-1].id]) if more else None
    data = [EventShape.of(each) for each in found]
    return answer(EventList(data=data, has_more=more, next_cursor=following))


@router.get("/v1/events/<event_id>", **document("Get an event", _TAG, READ, DeliveredEventShape))
def get_event(here: Here, event_id: str) -> Answer:
    """Give one event with its deliveries."""
    view = here.services.telling.reading.get(here.owner, event_id)
    return answer(DeliveredEventShape.of_view(view))


@router.post(
    "/v1/events/<event_id>/redeliver",
    **document("Deliver an event again", _TAG, WRITE, DeliveryShape, status=HTTPStatus.ACCEPTED),
)
def redeliver_event(here: Here, event_id: str, wanted: Annotated[Redelivery, Body()]) -> Answer:
    """Have an event delivered to an endpoint now, and tried for another day."""
    reading = here.services.telling.reading
    delivery = reading.redeliver(here.owner, event_id, wanted.endpoint)
    location = f"/v1/events/{event_id}"
    return answer(DeliveryShape.of(delivery), HTTPStatus.ACCEPTED, location=location)
