"""Tell events: what changed becomes events, and these deliveries for those who asked for them."""

from dataclasses import dataclass
from datetime import datetime

from tidemark.domain.events import KEPT, Event, matches
from tidemark.domain.ports import Clock
from tidemark.domain.tellings import Change, events_of
from tidemark.domain.webhook_ports import Events, Webhooks, WebhooksQueue
from tidemark.domain.webhooks import DAY, MOST_ENDPOINTS, Delivery, Endpoint

type Known = dict[str, list[Endpoint]]
"""The endpoints of owners."""


@dataclass(frozen=True)
class TellEvents:
    """Keeps events and asks for deliveries. Told the same change again, it does the same again."""

    events: Events
    webhooks: Webhooks
    queue: WebhooksQueue
    clock: Clock

    def tell(self, change: Change, known: Known) -> int:
        """Tell what a change means; give how many events that is.

        ``known`` remembers the endpoints of owners from one change of a batch to the next.
        """
        told = events_of(change)
        for event in told:
            self.events.add(event)
            if event.owner not in known:
                known[event.owner] = self.webhooks.endpoints(event.owner)[:MOST_ENDPOINTS]
            for endpoint in known[event.owner]:
                if _wants(endpoint, event):
                    self.deliver(event, endpoint.id)
        return len(told)

    def deliver(self, event: Event, endpoint_id: str) -> None:
        """Have an event delivered to one endpoint, unless that was done."""
        delivery = delivery_of(event, endpoint_id, self.clock.now())
        self.webhooks.ask(delivery)
        self.queue.send(delivery)


def delivery_of(event: Event, endpoint_id: str, now: datetime) -> Delivery:
    """Make the delivery of an event: it is tried from now on, for a day."""
    return Delivery(
        owner=event.owner,
        event_id=event.id,
        endpoint_id=endpoint_id,
        next_at=now,
        until=now + DAY,
        expires_at=event.occurred_at + KEPT,
    )


def _wants(endpoint: Endpoint, event: Event) -> bool:
    """Tell whether an endpoint gets an event; of itself it is not told."""
    own = event.data.get("endpoint") == endpoint.id
    return endpoint.enabled and not own and matches(endpoint.event_types, event.type)
