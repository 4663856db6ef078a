"""What price sources are made of, and how they are found: one per module, by its name."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from tidemark.connector_kit import modules, shapes
from tidemark.connector_kit.http import Http
from tidemark.domain.pages import RateBudget
from tidemark.domain.ports import Clock
from tidemark.domain.prices import PriceSource, is_price
from tidemark.errors import RateLimited, SourceGarbage, SourceUnavailable

if TYPE_CHECKING:
    import httpx

_TIMEOUT, _PATIENCE = 8.0, 8.0
"""Seconds: somebody may be waiting for a price, and there is always a next run."""

_REST = timedelta(minutes=1)


@dataclass(frozen=True)
class Means:
    """What sources need of the world: the time, a way out, a file of prices where there is one."""

    clock: Clock
    transport: "httpx.BaseTransport | None" = None
    file: Path | None = None


class PublicPrices:
    """A source that is asked over HTTP, without credentials.

    One that cannot answer is left alone for a while: many closes are asked for in a row.
    """

    base_url: ClassVar[str]
    budget: ClassVar[RateBudget]
    free = False

    def __init__(self, means: Means) -> None:
        """Take what is needed; nothing is sent yet."""
        self.clock = means.clock
        self.http = Http(
            self.base_url,
            clock=means.clock,
            budget=self.budget,
            transport=means.transport,
            timeout=_TIMEOUT,
            patience=_PATIENCE,
        )
        self._rests_until: datetime | None = None

    def asked[T](self, ask: Callable[[], T]) -> T:
        """Ask, unless the source rests. Raises SourceError."""
        now = self.clock.now()
        if self._rests_until is not None and now < self._rests_until:
            raise RateLimited("The source is left alone for now.", self._rests_until - now)
        try:
            return ask()
        except (RateLimited, SourceUnavailable) as error:
            self._rests_until = now + (getattr(error, "retry_after", None) or _REST)
            raise


def price(value: object) -> Decimal:
    """Read a price. Raises SourceGarbage for what can be none: nothing, negative, no number."""
    read = shapes.amount(value)
    if not is_price(read):
        raise SourceGarbage("The source's answer has a price that can be none.")
    return read


def open_sources(package: str, wanted: Iterable[str], means: Means) -> tuple[PriceSource, ...]:
    """Open sources by name, in the order in which they are asked. Raises NotFound."""
    return tuple(_open(package, name.strip(), means) for name in wanted if name.strip())


def _open(package: str, name: str, means: Means) -> PriceSource:
    """Open one: the class that its module defines."""
    found = [each for each in modules.classes(package, name) if hasattr(each, "spot")]
    source: PriceSource = found[-1](means)
    return source
