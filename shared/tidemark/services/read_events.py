"""The events of an owner: listed, shown with their deliveries, delivered again."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from tidemark.domain.events import KEPT, PREFIX, Event
from tidemark.domain.ids import is_id
from tidemark.domain.ports import Clock
from tidemark.domain.webhook_ports import EventFilter, Events, Webhooks, WebhooksQueue
from tidemark.domain.webhooks import DAY, Delivery, DeliveryState
from tidemark.errors import Conflict, NotFound
from tidemark.services.keep_endpoints import endpoint_of, refuse_disabled
from tidemark.services.tell_events import delivery_of
from tidemark.services.write_integration import BUSY


class EventView(NamedTuple):
    """An event and how it was delivered."""

    event: Event
    deliveries: list[Delivery]


@dataclass(frozen=True)
class ReadEvents:
    """Shows events, as long as they are kept."""

    events: Events
    webhooks: Webhooks
    queue: WebhooksQueue
    clock: Clock

    def newest_first(self, owner: str, asked: EventFilter, before: str | None) -> Iterator[Event]:
        """Go through an owner's events, newest first."""
        return self.events.newest_first(owner, asked, before, self.clock.now() - KEPT)

    def get(self, owner: str, event_id: str) -> EventView:
        """Give one with its deliveries. Raises NotFound."""
        event = self._event(owner, event_id)
        return EventView(event, self.webhooks.deliveries(owner, event_id))

    def redeliver(self, owner: str, event_id: str, endpoint_id: str) -> Delivery:
        """Have an event delivered to an endpoint now, whatever became of it before.

        Raises:
            NotFound
            Conflict: code ``endpoint_disabled``, or somebody asks for the same now.
        """
        event = self._event(owner, event_id)
        refuse_disabled(endpoint_of(self.webhooks, owner, endpoint_id))
        now = self.clock.now()
        fresh = delivery_of(event, endpoint_id, now)
        self.webhooks.ask(fresh)
        before = self.webhooks.delivery(owner, event_id, endpoint_id) or fresh
        asked = replace(before, state=DeliveryState.PENDING, next_at=now, until=now + DAY, tries=0)
        if not self.webhooks.move(before, asked):
            raise Conflict(BUSY, "busy")
        self.queue.send(asked)
        return asked

    def _event(self, owner: str, event_id: str) -> Event:
        """Give an event that is still kept. Raises NotFound."""
        found = self.events.get(owner, event_id) if is_id(PREFIX, event_id) else None
        if found is None or not found.kept(self.clock.now()):
            raise NotFound
        return found
