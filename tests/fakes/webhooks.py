"""Events, endpoints, deliveries and receivers in memory."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from tidemark.domain.events import Event, first_id, matches
from tidemark.domain.webhook_ports import EventFilter
from tidemark.domain.webhooks import Answered, Delivery, Endpoint
from tidemark.errors import FieldError, Invalid, StaleVersion, VaultError


class MemoryEvents:
    """Events in a dictionary."""

    def __init__(self) -> None:
        """Start with none."""
        self.items: dict[tuple[str, str], Event] = {}

    def add(self, event: Event) -> None:
        """Write where there is none."""
        self.items.setdefault((event.owner, event.id), event)

    def get(self, owner: str, event_id: str) -> Event | None:
        """Give one."""
        return self.items.get((owner, event_id))

    def newest_first(
        self, owner: str, asked: EventFilter, before: str | None, since: datetime
    ) -> Iterator[Event]:
        """Go backwards by id."""
        for (who, name), event in sorted(self.items.items(), reverse=True):
            wanted = asked.type is None or matches([asked.type], event.type)
            place = name >= first_id(since) and (before is None or name < before)
            here = asked.integration in (None, event.integration)
            if who == owner and wanted and place and here:
                yield event

    def types(self, owner: str = "alice") -> list[str]:
        """Give the types of an owner's events, oldest first."""
        return [event.type for (who, _), event in sorted(self.items.items()) if who == owner]


class MemoryWebhooks:
    """Endpoints and deliveries in dictionaries."""

    def __init__(self) -> None:
        """Start with none."""
        self.kept: dict[tuple[str, str], Endpoint] = {}
        self.asked: dict[tuple[str, str, str], Delivery] = {}

    def add(self, endpoint: Endpoint) -> None:
        """Write one."""
        self.kept[endpoint.owner, endpoint.id] = endpoint

    def endpoint(self, owner: str, endpoint_id: str) -> Endpoint | None:
        """Give one."""
        return self.kept.get((owner, endpoint_id))

    def endpoints(self, owner: str) -> list[Endpoint]:
        """Give an owner's."""
        return [each for (who, _), each in sorted(self.kept.items()) if who == owner]

    def replace(self, endpoint: Endpoint, expected: int) -> None:
        """Write over the expected version."""
        stored = self.kept.get((endpoint.owner, endpoint.id))
        if stored is None or stored.version != expected:
            raise StaleVersion("the endpoint was changed in between")
        health = {"failing_since": stored.failing_since, "rest_until": stored.rest_until}
        self.kept[endpoint.owner, endpoint.id] = replace(endpoint, **health)

    def note_health(
        self, endpoint: Endpoint, failing_since: datetime | None, rest_until: datetime | None
    ) -> None:
        """Set both."""
        place = (endpoint.owner, endpoint.id)
        if place in self.kept:
            health = {"failing_since": failing_since, "rest_until": rest_until}
            self.kept[place] = replace(self.kept[place], **health)

    def remove(self, owner: str, endpoint_id: str) -> None:
        """Remove one."""
        self.kept.pop((owner, endpoint_id), None)

    def ask(self, delivery: Delivery) -> None:
        """Write where there is none."""
        self.asked.setdefault(_place(delivery), delivery)

    def delivery(self, owner: str, event_id: str, endpoint_id: str) -> Delivery | None:
        """Give one."""
        return self.asked.get((owner, event_id, endpoint_id))

    def deliveries(self, owner: str, event_id: str) -> list[Delivery]:
        """Give an event's."""
        found = sorted(self.asked.items())
        return [each for place, each in found if place[:2] == (owner, event_id)]

    def move(self, before: Delivery, after: Delivery) -> bool:
        """Write over what stood there."""
        stored = self.asked.get(_place(before))
        if stored is None or _standing(stored) != _standing(before):
            return False
        self.asked[_place(before)] = after
        return True


def _place(delivery: Delivery) -> tuple[str, str, str]:
    """Say where a delivery is kept."""
    return delivery.owner, delivery.event_id, delivery.endpoint_id


def _standing(delivery: Delivery) -> tuple[object, ...]:
    """Give what tells that nobody else was at it."""
    return delivery.state, delivery.next_at, delivery.tries


class FakeWebhooksQueue:
    """A list of messages: (delivery, delay)."""

    def __init__(self) -> None:
        """Start empty."""
        self.messages: list[tuple[Delivery, timedelta]] = []

    def send(self, delivery: Delivery, delay: timedelta = timedelta(0)) -> None:
        """Keep a message."""
        self.messages.append((delivery, delay))


class FakeSecretVault:
    """Seals by writing down for whom, turned over byte by byte."""

    def seal(self, owner: str, endpoint_id: str, secret: bytes) -> bytes:
        """Seal a secret."""
        return bytes(byte ^ 0xA5 for byte in f"{owner} {endpoint_id} ".encode() + secret)

    def open(self, owner: str, endpoint_id: str, sealed: bytes) -> bytes:
        """Open what was sealed for the same endpoint."""
        plain, place = bytes(byte ^ 0xA5 for byte in sealed), f"{owner} {endpoint_id} ".encode()
        if not plain.startswith(place):
            raise VaultError("the secret cannot be opened")
        return plain.removeprefix(place)


class FakeReceivers:
    """Receivers that answer what they are told to, 200 when nothing is left to answer.

    ``meanwhile`` is called while a delivery is under way.
    """

    def __init__(self, *answers: Answered) -> None:
        """Answer these first."""
        self.answers = list(answers)
        self.sent: list[tuple[str, str, bytes, list[bytes]]] = []
        self.meanwhile: Callable[[], None] = lambda: None

    def check(self, url: str) -> None:
        """Refuse all but https."""
        if not url.startswith("https://"):
            detail = "Only https is called."
            raise Invalid("The request is not valid.", [FieldError("/url", detail)])

    def send(self, url: str, event_id: str, body: bytes, secrets: Sequence[bytes]) -> Answered:
        """Keep what was sent."""
        self.sent.append((url, event_id, body, list(secrets)))
        self.meanwhile()
        return self.answers.pop(0) if self.answers else Answered(200)
