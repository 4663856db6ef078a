"""From a change to events, and to deliveries for those who asked for them."""

from dataclasses import replace
from datetime import UTC, datetime

from tests.fakes import FakeClock, FakeWebhooksQueue, MemoryEvents, MemoryWebhooks
from tidemark.domain.tellings import Change, Source
from tidemark.domain.webhooks import MOST_ENDPOINTS, Endpoint
from tidemark.services.tell_events import TellEvents

AT = datetime(2025, 6, 1, 12, tzinfo=UTC)
SYNC = {"sync_id": "sync_1", "integration_id": "intg_1", "status": "queued"}
ENDED = {**SYNC, "status": "succeeded", "streams": [{"counts": {"new": 2}}]}
CHANGE = Change(Source.SYNCS, "alice", "c4ca", 41, AT, SYNC, ENDED)
ENDPOINT = Endpoint("alice", "whe_1", "https://a.b/", ("*",), AT, b"sealed")


def told(*endpoints: Endpoint, change: Change = CHANGE, times: int = 1) -> TellEvents:
    """Tell a change to these endpoints."""
    made = TellEvents(MemoryEvents(), MemoryWebhooks(), FakeWebhooksQueue(), FakeClock())
    for each in endpoints:
        made.webhooks.add(each)
    for _ in range(times):
        made.tell(change, {})
    return made


def asked(made: TellEvents) -> list[tuple[str, str]]:
    """Give the deliveries that were asked for: the event's type and the endpoint."""
    events, webhooks = made.events, made.webhooks
    assert isinstance(events, MemoryEvents)
    assert isinstance(webhooks, MemoryWebhooks)
    return [
        (events.items[owner, event].type, endpoint) for owner, event, endpoint in webhooks.asked
    ]


def messages(made: TellEvents) -> int:
    """Count the messages."""
    assert isinstance(made.queue, FakeWebhooksQueue)
    return len(made.queue.messages)


def test_keeps_events_whether_anybody_wants_them_or_not() -> None:
    """In the order in which they happened."""
    made = told()
    assert isinstance(made.events, MemoryEvents)
    assert made.events.types() == ["sync.succeeded", "transactions.changed"]
    assert messages(made) == 0


def test_asks_for_one_delivery_per_event_and_endpoint_that_wants_it() -> None:
    """By its types; not where it is disabled, and not of another owner."""
    made = told(
        ENDPOINT,
        replace(ENDPOINT, id="whe_2", event_types=("sync.*",)),
        replace(ENDPOINT, id="whe_3", event_types=("issue.*", "transactions.changed")),
        replace(ENDPOINT, id="whe_4", enabled=False),
        replace(ENDPOINT, owner="bob"),
    )
    assert asked(made) == [
        ("sync.succeeded", "whe_1"),
        ("sync.succeeded", "whe_2"),
        ("transactions.changed", "whe_1"),
        ("transactions.changed", "whe_3"),
    ]
    assert messages(made) == 4


def test_a_change_that_is_told_twice_is_kept_once() -> None:
    """Messages may come twice; what is delivered does not."""
    made = told(ENDPOINT, times=2)
    assert isinstance(made.events, MemoryEvents)
    assert len(made.events.items) == 2
    assert len(asked(made)) == 2
    assert messages(made) == 4


def test_an_endpoint_is_not_told_of_itself() -> None:
    """That it was made or disabled is for the others."""
    item = {"webhook_id": "whe_1", "enabled": True}
    off = {**item, "enabled": False, "disabled_reason": "gone"}
    change = replace(CHANGE, source=Source.WEBHOOKS, before=item, after=off)
    made = told(ENDPOINT, replace(ENDPOINT, id="whe_2"), change=change)
    assert asked(made) == [("webhook_endpoint.disabled", "whe_2")]


def test_so_many_endpoints_are_told_and_no_more() -> None:
    """However many were made in the same moment."""
    many = [replace(ENDPOINT, id=f"whe_{number:02}") for number in range(MOST_ENDPOINTS + 5)]
    change = replace(CHANGE, after={**ENDED, "streams": []})
    assert len(asked(told(*many, change=change))) == MOST_ENDPOINTS
