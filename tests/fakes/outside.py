"""Clock, vault, queue, workflow and metrics in memory."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.syncs import Sync
from tidemark.errors import VaultError


class FakeClock:
    """A clock that moves only when it is told to."""

    def __init__(self, now: datetime = datetime(2025, 6, 1, 12, tzinfo=UTC)) -> None:
        """Start at a moment (UTC)."""
        self._now = now

    def now(self) -> datetime:
        """Give the present moment."""
        return self._now

    def advance(self, time: timedelta) -> None:
        """Let time pass."""
        self._now += time


class FakeVault:
    """Seals by writing down for whom; ``opened`` counts how often secrets were asked for.

    What it seals is turned over byte by byte, so that no search for a secret finds it.
    """

    def __init__(self) -> None:
        """Start unopened."""
        self.opened = 0

    def seal(self, key: IntegrationKey, credentials: Mapping[str, str]) -> bytes:
        """Seal credentials for one integration."""
        return _turn(json.dumps([key.text, dict(credentials)]).encode())

    def open(self, key: IntegrationKey, sealed: bytes) -> dict[str, str]:
        """Open what was sealed for the same integration."""
        self.opened += 1
        try:
            place, credentials = json.loads(_turn(sealed))
        except ValueError:
            raise VaultError("the credentials cannot be opened") from None
        if place != key.text:
            raise VaultError("the credentials cannot be opened")
        return {str(name): str(value) for name, value in credentials.items()}


def _turn(data: bytes) -> bytes:
    """Turn each byte over; doing it twice gives the bytes back."""
    return bytes(byte ^ 0xA5 for byte in data)


class FakeQueue:
    """A list of messages: (key, sync id)."""

    def __init__(self) -> None:
        """Start empty."""
        self.messages: list[tuple[IntegrationKey, str]] = []
        self.delays: list[timedelta] = []

    def send(self, key: IntegrationKey, sync_id: str, delay: timedelta = timedelta(0)) -> None:
        """Keep a message, and apart from it its delay."""
        self.messages.append((key, sync_id))
        self.delays.append(delay)


class FakeWorkflow:
    """A list of executions: (key, sync id, execution number), each once.

    Those with the numbers in ``over`` have ended; ``asleep`` are the tokens that are waited with,
    ``told`` is who was woken and whose heart beat.
    """

    def __init__(self) -> None:
        """Start with none."""
        self.executions: list[tuple[IntegrationKey, str, int]] = []
        self.over: set[int] = set()
        self.asleep: set[str] = set()
        self.told: list[tuple[str, str]] = []

    def start(self, key: IntegrationKey, sync_id: str, execution: int) -> bool:
        """Start an execution once."""
        if (key, sync_id, execution) not in self.executions:
            self.executions.append((key, sync_id, execution))
        return execution not in self.over

    def wake(self, token: str) -> bool:
        """Wake who waits."""
        self.told.append(("wake", token))
        asleep = token in self.asleep
        self.asleep.discard(token)
        return asleep

    def beat(self, token: str) -> bool:
        """Let who waits wait on."""
        self.told.append(("beat", token))
        return token in self.asleep


class FakeMetrics:
    """A list of the syncs that ended: (sync, connector)."""

    def __init__(self) -> None:
        """Start with none."""
        self.ended: list[tuple[Sync, str]] = []

    def sync_ended(self, sync: Sync, connector: str) -> None:
        """Keep it."""
        self.ended.append((sync, connector))
