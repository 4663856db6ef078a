"""Events over the API."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.functions.api.desk import FIRST, Desk, listed
from tidemark.domain.events import Event, first_id
from tidemark.domain.webhooks import Answered, Attempt, Delivery, DeliveryState, Failure
from tidemark.services.deliver_webhooks import DeliverWebhooks

NAME = FIRST.integration_id


def put(desk: Desk, days: float, event_type: str = "sync.failed", **data: object) -> Event:
    """Keep an event of some days ago."""
    at = desk.world.clock.now() - timedelta(days=days)
    event = Event("alice", first_id(at), event_type, at, data)
    desk.world.events.add(event)
    return event


@pytest.fixture
def desk() -> Desk:
    """Give a desk with an integration and an endpoint."""
    made = Desk()
    made.world.connect(FIRST)
    made.send("POST", "/v1/webhook_endpoints", {"url": "https://hooks.example.com/"})
    return made


@pytest.fixture
def endpoint(desk: Desk) -> str:
    """Give the endpoint's id."""
    return str(desk.send("GET", "/v1/webhook_endpoints").json["data"][0]["id"])


def deliver(desk: Desk, event: str, endpoint: str, *answers: Answered) -> Delivery:
    """Deliver as the worker does."""
    world = desk.world
    world.receivers.answers = list(answers)
    service = DeliverWebhooks(
        world.events,
        world.webhooks,
        world.webhooks_queue,
        world.secret_vault,
        world.receivers,
        world.clock,
        lambda: 0.0,
    )
    service.deliver("alice", event, endpoint)
    return world.webhooks.asked["alice", event, endpoint]


def test_lists_events_of_thirty_days_newest_first(desk: Desk) -> None:
    """Page by page; what is older is gone, whether it is deleted yet or not."""
    made = [put(desk, days) for days in (0, 1, 2, 3, 29)]
    old = put(desk, 31)
    assert [each["id"] for each in listed(desk, "/v1/events")] == [each.id for each in made]
    assert desk.send("GET", f"/v1/events/{old.id}").status == 404
    desk.world.clock.advance(timedelta(days=2))
    assert len(listed(desk, "/v1/events")) == 4


def test_filters_events(desk: Desk) -> None:
    """By type, by the beginning of types, and by integration; a cursor holds for its filter."""
    put(desk, 0, "sync.failed", integration=NAME)
    put(desk, 1, "sync.succeeded", integration=NAME)
    put(desk, 2, "issue.opened", integration="intg_other")
    for asked, count in ({"type": "sync.failed"}, 1), ({"type": "sync.*"}, 2), ({"type": "*"}, 3):
        assert len(listed(desk, "/v1/events", **asked)) == count
    assert len(listed(desk, "/v1/events", integration=NAME)) == 2
    assert len(listed(desk, "/v1/events", integration=NAME, type="sync.failed")) == 1
    page = desk.send("GET", "/v1/events", limit="1", type="sync.*").json
    reply = desk.send("GET", "/v1/events", cursor=page["next_cursor"], type="issue.*")
    assert (reply.status, reply.code) == (422, "invalid_cursor")


def test_shows_how_an_event_was_delivered(desk: Desk, endpoint: str) -> None:
    """When, with which status or error; never what the receiver said."""
    event = desk.send("POST", f"/v1/webhook_endpoints/{endpoint}/test").json["id"]
    deliver(desk, event, endpoint, Answered(503, Failure.STATUS))
    (delivery,) = desk.send("GET", f"/v1/events/{event}").json["deliveries"]
    (attempt,) = delivery["attempts"]
    assert (delivery["state"], attempt["status"], attempt["error"]) == ("pending", 503, "status")
    assert delivery["next_attempt_at"] > attempt["at"]


def test_an_event_is_delivered_again(desk: Desk, endpoint: str) -> None:
    """Also one that was never for this endpoint, and one that was given up; for another day."""
    event = put(desk, 3)
    path, body = f"/v1/events/{event.id}/redeliver", {"endpoint": endpoint}
    reply = desk.send("POST", path, body)
    assert (reply.status, reply.json["state"]) == (202, "pending")
    assert reply.headers["Location"] == f"/v1/events/{event.id}"
    assert deliver(desk, event.id, endpoint).state is DeliveryState.DELIVERED
    place = ("alice", event.id, endpoint)
    failed = replace(
        desk.world.webhooks.asked[place],
        state=DeliveryState.FAILED,
        tries=8,
        attempts=(Attempt(event.occurred_at, 500, Failure.STATUS),),
    )
    desk.world.webhooks.asked[place] = failed
    assert desk.send("POST", path, body).status == 202
    again = desk.world.webhooks.asked[place]
    assert (again.tries, again.until) == (0, desk.world.clock.now() + timedelta(hours=24))
    assert deliver(desk, event.id, endpoint).state is DeliveryState.DELIVERED
    (shown,) = desk.send("GET", f"/v1/events/{event.id}").json["deliveries"]
    assert [each["status"] for each in shown["attempts"]] == [500, 200]
    assert len(desk.world.receivers.sent) == 2


def test_nothing_is_delivered_to_a_disabled_endpoint(desk: Desk, endpoint: str) -> None:
    """Not even again."""
    event = put(desk, 0)
    desk.send("PATCH", f"/v1/webhook_endpoints/{endpoint}", {"enabled": False})
    reply = desk.send("POST", f"/v1/events/{event.id}/redeliver", {"endpoint": endpoint})
    assert (reply.status, reply.code) == (409, "endpoint_disabled")
