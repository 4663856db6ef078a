"""What the stores of events, endpoints and deliveries do."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.stores.made import MINUTE, NOW
from tests.stores.stores import Stores
from tidemark.domain.events import KEPT, Event, first_id
from tidemark.domain.webhook_ports import EventFilter
from tidemark.domain.webhooks import (
    DAY,
    Attempt,
    Delivery,
    DeliveryState,
    DisabledReason,
    Endpoint,
    Failure,
)
from tidemark.errors import StaleVersion

ALL = EventFilter()
ENDPOINT = Endpoint("alice", "whe_1", "https://a.b/", ("*",), NOW, b"\x00sealed")
FULL = replace(
    ENDPOINT,
    id="whe_2",
    event_types=("sync.*", "issue.opened"),
    description="Mine",
    enabled=False,
    disabled_reason=DisabledReason.GONE,
    previous=b"\xffold",
    previous_until=NOW + DAY,
    rotated_at=NOW,
    failing_since=NOW,
    rest_until=NOW + MINUTE,
)
DELIVERY = Delivery("alice", "evt_1", "whe_1", NOW, NOW + DAY, NOW + KEPT)


def event(days: int, name: str = "sync.failed", owner: str = "alice", **data: object) -> Event:
    """Make an event of some days ago."""
    at = NOW - timedelta(days=days)
    return Event(owner, first_id(at), name, at, data)


def listed(stores: Stores, asked: EventFilter = ALL, before: str | None = None) -> list[Event]:
    """List alice's events of 30 days."""
    return list(stores.events.newest_first("alice", asked, before, NOW - KEPT))


def test_keeps_events(stores: Stores) -> None:
    """With their data; newest first, from any on; none from before the time asked for."""
    kept = [event(days, integration="intg_1", n=days, code=None) for days in (0, 1, 2)]
    for each in (*kept, event(31), event(0, owner="bob")):
        stores.events.add(each)
    assert listed(stores) == kept
    assert listed(stores, before=kept[0].id) == kept[1:]
    assert listed(stores, before=kept[2].id) == []
    assert listed(stores, before=event(31).id) == []
    assert stores.events.get("alice", kept[1].id) == kept[1]
    assert stores.events.get("bob", kept[1].id) is None


def test_an_event_that_is_there_stays(stores: Stores) -> None:
    """Told again, it is the same; it would not be overwritten if it were not."""
    first = event(0, n=1)
    stores.events.add(first)
    stores.events.add(replace(first, data={"n": 2}))
    assert listed(stores) == [first]


def test_filters_events(stores: Stores) -> None:
    """By type, by how it begins, by integration, by both."""
    made = [
        event(0, "sync.failed", integration="intg_1"),
        event(1, "sync.succeeded", integration="intg_2"),
        event(2, "issue.opened", integration="intg_1"),
        event(3, "account.updated"),
    ]
    for each in made:
        stores.events.add(each)
    assert listed(stores, EventFilter("sync.failed")) == made[:1]
    assert listed(stores, EventFilter("sync.*")) == made[:2]
    assert listed(stores, EventFilter("*")) == made
    assert listed(stores, EventFilter(integration="intg_1")) == [made[0], made[2]]
    assert listed(stores, EventFilter("sync.*", "intg_2")) == [made[1]]
    assert listed(stores, EventFilter("sync.*"), made[0].id) == [made[1]]


def test_keeps_endpoints(stores: Stores) -> None:
    """With all their fields, in the order of their ids; deliveries beside them are none."""
    for each in (FULL, ENDPOINT, replace(ENDPOINT, owner="bob")):
        stores.webhooks.add(each)
    stores.webhooks.ask(DELIVERY)
    assert stores.webhooks.endpoints("alice") == [ENDPOINT, FULL]
    assert stores.webhooks.endpoint("alice", "whe_2") == FULL
    assert stores.webhooks.endpoint("bob", "whe_2") is None
    stores.webhooks.remove("alice", "whe_1")
    assert stores.webhooks.endpoints("alice") == [FULL]
    assert len(stores.webhooks.endpoints("bob")) == 1


def test_replaces_the_expected_version_and_leaves_health_alone(stores: Stores) -> None:
    """What owners change and what deliveries note do not meet."""
    stores.webhooks.add(ENDPOINT)
    stores.webhooks.note_health(ENDPOINT, NOW, NOW + MINUTE)
    changed = replace(ENDPOINT, url="https://c.d/", description="New", version=2)
    stores.webhooks.replace(changed, 1)
    found = stores.webhooks.endpoint("alice", "whe_1")
    assert found == replace(changed, failing_since=NOW, rest_until=NOW + MINUTE)
    with pytest.raises(StaleVersion):
        stores.webhooks.replace(changed, 1)
    stores.webhooks.note_health(ENDPOINT, None, None)
    assert stores.webhooks.endpoint("alice", "whe_1") == changed


def test_health_brings_no_endpoint_back(stores: Stores) -> None:
    """One that was removed stays removed."""
    stores.webhooks.note_health(ENDPOINT, NOW, None)
    assert stores.webhooks.endpoints("alice") == []
    with pytest.raises(StaleVersion):
        stores.webhooks.replace(ENDPOINT, 1)


def test_keeps_deliveries(stores: Stores) -> None:
    """One per event and endpoint; asked for again, it stays as it is."""
    other = replace(DELIVERY, endpoint_id="whe_2")
    for each in (DELIVERY, other, replace(DELIVERY, event_id="evt_2")):
        stores.webhooks.ask(each)
    stores.webhooks.ask(replace(DELIVERY, tries=9))
    assert stores.webhooks.deliveries("alice", "evt_1") == [DELIVERY, other]
    assert stores.webhooks.delivery("alice", "evt_1", "whe_1") == DELIVERY
    assert stores.webhooks.delivery("bob", "evt_1", "whe_1") is None


def test_of_two_who_move_a_delivery_one_does(stores: Stores) -> None:
    """Whoever read it before the other wrote is told."""
    stores.webhooks.ask(DELIVERY)
    claimed = replace(DELIVERY, next_at=NOW + MINUTE)
    assert stores.webhooks.move(DELIVERY, claimed)
    assert not stores.webhooks.move(DELIVERY, claimed)
    attempts = (Attempt(NOW, 500, Failure.STATUS), Attempt(NOW, None, Failure.TIMEOUT))
    done = replace(claimed, state=DeliveryState.FAILED, tries=2, attempts=attempts)
    assert stores.webhooks.move(claimed, done)
    assert stores.webhooks.delivery("alice", "evt_1", "whe_1") == done
    assert not stores.webhooks.move(replace(DELIVERY, event_id="evt_9"), claimed)
