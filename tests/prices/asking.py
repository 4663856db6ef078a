"""Sources over answers that were written by hand."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import httpx

from tests.fakes import FakeClock
from tidemark.connector_kit.price_source import Means, open_sources
from tidemark.domain.prices import PriceSource

ANSWERS = Path(__file__).parent / "answers"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
DEC_30, DEC_31, TODAY = date(2025, 12, 30), date(2025, 12, 31), date(2026, 1, 1)


@dataclass
class Site:
    """A provider that gives one answer, or what ``says`` makes of a request."""

    body: bytes = b""
    status: int = 200
    says: Callable[[httpx.Request], httpx.Response] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[httpx.Request] = field(default_factory=list)
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOON))

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer."""
        self.asked.append(request)
        if self.says is not None:
            return self.says(request)
        return httpx.Response(self.status, content=self.body, headers=self.headers)

    def source(self, name: str) -> PriceSource:
        """Open a source that asks here."""
        means = Means(self.clock, transport=httpx.MockTransport(self))
        return open_sources("tidemark.prices", [name], means)[0]


def answering(name: str) -> Site:
    """Answer with a file."""
    return Site((ANSWERS / name).read_bytes())
