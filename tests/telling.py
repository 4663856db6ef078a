"""What worlds have for events and webhooks."""

from dataclasses import dataclass, field

from tests.fakes import (
    FakeReceivers,
    FakeSecretVault,
    FakeWebhooksQueue,
    MemoryEvents,
    MemoryWebhooks,
)


@dataclass(kw_only=True)
class TellingWorld:
    """Events, endpoints, and receivers, in memory."""

    events: MemoryEvents = field(default_factory=MemoryEvents)
    webhooks: MemoryWebhooks = field(default_factory=MemoryWebhooks)
    webhooks_queue: FakeWebhooksQueue = field(default_factory=FakeWebhooksQueue)
    secret_vault: FakeSecretVault = field(default_factory=FakeSecretVault)
    receivers: FakeReceivers = field(default_factory=FakeReceivers)
