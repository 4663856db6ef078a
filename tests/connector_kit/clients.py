"""Clients that are short of time, and clocks and sleeps that move by hand."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

from tests import canaries
from tidemark.connector_kit.http import Http

NOW = datetime(2024, 5, 1, tzinfo=UTC)
CANARY = "canary-7f3a9d-secret"
canaries.plant(CANARY)
SLACK = 1.0
"""Seconds that a busy machine may be late."""


@dataclass
class Still:
    """A clock that moves by hand."""

    at: datetime = NOW

    def now(self) -> datetime:
        """Give the moment."""
        return self.at


@dataclass
class Naps:
    """A sleep that only remembers."""

    taken: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        """Remember."""
        self.taken.append(seconds)


def signed() -> tuple[bytes, Mapping[str, str]]:
    """Sign with a secret."""
    return b"nonce=1", {"API-Key": CANARY}


@contextmanager
def opened(url: str, naps: Naps | None = None) -> Iterator[Http]:
    """Open a client on the network, and close it in the end."""
    http = Http(
        url,
        clock=Still(),
        timeout=0.6,
        patience=0.3,
        largest=10_000,
        sleep=naps or Naps(),
        chance=lambda: 0.1,
    )
    try:
        yield http
    finally:
        http.close()


def mocked(answer: Callable[[httpx.Request], httpx.Response]) -> Http:
    """Open a client on a mock transport."""
    return Http(
        "https://api.test/v1",
        clock=Still(),
        transport=httpx.MockTransport(answer),
        sleep=Naps(),
    )
