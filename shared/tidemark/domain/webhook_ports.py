"""What events and webhooks need from the world outside."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from tidemark.domain.events import Event
from tidemark.domain.webhooks import Answered, Delivery, Endpoint


class EventFilter(NamedTuple):
    """Which events: ``type`` is a type, or ``sync.*``."""

    type: str | None = None
    integration: str | None = None


class Events(Protocol):
    """The events of owners, for 30 days."""

    def add(self, event: Event) -> None:
        """Keep an event; one that is there stays as it is."""

    def get(self, owner: str, event_id: str) -> Event | None:
        """Give one."""

    def newest_first(
        self, owner: str, asked: EventFilter, before: str | None, since: datetime
    ) -> Iterator[Event]:
        """Go through events since a moment, newest first, before the id ``before``."""


class Webhooks(Protocol):
    """The endpoints of owners, and the deliveries to them."""

    def add(self, endpoint: Endpoint) -> None:
        """Keep a new endpoint."""

    def endpoint(self, owner: str, endpoint_id: str) -> Endpoint | None:
        """Give an endpoint (strong)."""

    def endpoints(self, owner: str) -> list[Endpoint]:
        """Give an owner's endpoints in the order of their ids (strong)."""

    def replace(self, endpoint: Endpoint, expected: int) -> None:
        """Write it in place of version ``expected``. Raises StaleVersion.

        ``failing_since`` and ``rest_until`` stay as stored: ``note_health`` alone sets them.
        """

    def note_health(
        self, endpoint: Endpoint, failing_since: datetime | None, rest_until: datetime | None
    ) -> None:
        """Set both, if the endpoint is still there."""

    def remove(self, owner: str, endpoint_id: str) -> None:
        """Remove an endpoint; what is to be delivered to it is left to end by itself."""

    def ask(self, delivery: Delivery) -> None:
        """Keep a new delivery; one that is there stays as it is."""

    def delivery(self, owner: str, event_id: str, endpoint_id: str) -> Delivery | None:
        """Give a delivery (strong)."""

    def deliveries(self, owner: str, event_id: str) -> list[Delivery]:
        """Give the deliveries of an event (strong)."""

    def move(self, before: Delivery, after: Delivery) -> bool:
        """Write a delivery, unless others did since ``before`` was read: False then."""


class WebhooksQueue(Protocol):
    """Hands deliveries to workers."""

    def send(self, delivery: Delivery, delay: timedelta = timedelta(0)) -> None:
        """Ask for a delivery to be looked at, after up to 15 minutes' delay."""


class SecretVault(Protocol):
    """Seals the secrets of endpoints so that they open only for the same owner and endpoint."""

    def seal(self, owner: str, endpoint_id: str, secret: bytes) -> bytes:
        """Encrypt a secret. Raises VaultError."""

    def open(self, owner: str, endpoint_id: str, sealed: bytes) -> bytes:
        """Decrypt it. Raises VaultError."""


class Receivers(Protocol):
    """The receivers of webhooks, as far as they may be called."""

    def check(self, url: str) -> None:
        """Refuse a URL that may not be called. Raises Invalid: ``/url``."""

    def send(self, url: str, event_id: str, body: bytes, secrets: Sequence[bytes]) -> Answered:
        """Post a body, signed with each secret."""
