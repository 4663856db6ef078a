"""A post office: one event for one endpoint, and who delivers it."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from tests.fakes import FakeClock, FakeReceivers, FakeSecretVault, FakeWebhooksQueue
from tests.fakes.webhooks import MemoryEvents, MemoryWebhooks
from tidemark.domain.events import Event, first_id
from tidemark.domain.webhooks import Delivery, Endpoint
from tidemark.services.deliver_webhooks import DeliverWebhooks
from tidemark.services.tell_events import delivery_of


@dataclass
class Post:
    """One event for one endpoint, and who delivers it."""

    clock: FakeClock = field(default_factory=FakeClock)
    events: MemoryEvents = field(default_factory=MemoryEvents)
    webhooks: MemoryWebhooks = field(default_factory=MemoryWebhooks)
    queue: FakeWebhooksQueue = field(default_factory=FakeWebhooksQueue)
    receivers: FakeReceivers = field(default_factory=FakeReceivers)
    vault: FakeSecretVault = field(default_factory=FakeSecretVault)

    def __post_init__(self) -> None:
        """Make the endpoint and ask for a delivery."""
        now = self.clock.now()
        sealed = self.vault.seal("alice", "whe_1", b"new")
        made = Endpoint("alice", "whe_1", "https://hooks.invalid/", ("*",), now, sealed)
        self.webhooks.add(made)
        self.event = Event("alice", first_id(now), "sync.failed", now, {"sync": "sync_1"})
        self.ask(self.event)

    def ask(self, event: Event) -> None:
        """Ask for a delivery."""
        self.events.add(event)
        self.webhooks.ask(delivery_of(event, "whe_1", self.clock.now()))

    @property
    def service(self) -> DeliverWebhooks:
        """Give who delivers."""
        return DeliverWebhooks(
            self.events,
            self.webhooks,
            self.queue,
            self.vault,
            self.receivers,
            self.clock,
            lambda: 0.0,
        )

    def deliver(self) -> Delivery:
        """Look at the delivery once."""
        self.service.deliver("alice", self.event.id, "whe_1")
        return self.delivery

    @property
    def delivery(self) -> Delivery:
        """Give the delivery."""
        return self.webhooks.asked["alice", self.event.id, "whe_1"]

    @property
    def endpoint(self) -> Endpoint:
        """Give the endpoint."""
        return self.webhooks.kept["alice", "whe_1"]

    def set(self, **facts: object) -> None:
        """Set facts of the endpoint."""
        self.webhooks.kept["alice", "whe_1"] = replace(self.endpoint, **facts)

    def run(self) -> Delivery:
        """Go on as the queue does, until nothing is left to do."""
        self.deliver()
        while self.queue.messages:
            _, delay = self.queue.messages.pop(0)
            self.clock.advance(min(delay, timedelta(minutes=15)))
            self.deliver()
        return self.delivery
