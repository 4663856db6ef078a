"""Calls to a provider: bounded in time and size, exact in numbers, silent about secrets.

What goes wrong comes out as one of ``tidemark.errors``, with a sentence of our own and without the
error it came from, so that no URL, header or body can reach a log. The network side is
``tidemark.connector_kit.wire``.
"""

import importlib
import random
import time
import zlib
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from tidemark.connector_kit import answers, retry_after
from tidemark.connector_kit.budget import LeakyCounter
from tidemark.connector_kit.wire import Ask, Direct, Headers, Reply, StaleConnection, Wire
from tidemark.domain.pages import RateBudget
from tidemark.domain.ports import Clock
from tidemark.errors import RateLimited, SourceError, SourceUnavailable

if TYPE_CHECKING:
    import httpx

TRIES = 3
_FIRST_PAUSE = 0.3
_FINE = range(200, 300)
_BUSY, _OVERLOADED = frozenset({418, 429}), 503

Explain = Callable[[int, bytes], SourceError | None]
"""What a connector makes of an error status and its body; None for nothing special."""

Prepare = Callable[[], Ask]
"""Makes a request. It is asked anew for every try, since a signature holds good for one only."""


class Http:
    """Calls one provider over one kept connection. Not for two threads at once.

    ``timeout`` seconds are all that a call may take, with its retries and pauses; ``patience``
    seconds what one try may. ``largest`` caps the bytes of an answer, decoded. ``heed``, if set,
    is shown the headers of every answer before anything else looks at it.
    """

    heed: Callable[[Headers], None] | None = None

    def __init__(  # noqa: PLR0913 - all but the first are for tests and special sources
        self,
        base_url: str,
        *,
        clock: Clock,
        budget: RateBudget | None = None,
        transport: "httpx.BaseTransport | None" = None,
        timeout: float = 30.0,
        patience: float = 12.0,
        largest: int = 16 * 2**20,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Say where the provider is; nothing is sent yet. Without ``budget`` no call is held."""
        origin = urlsplit(base_url)
        self.timeout, self._patience, self._largest = timeout, patience, largest
        self._clock, self._sleep, self._chance, self._monotonic = clock, sleep, chance, monotonic
        self._prefix = origin.path.rstrip("/")
        self._counter = LeakyCounter(budget, clock) if budget else None
        self._wire: Wire = (
            Direct(origin, monotonic)
            if transport is None
            else _adapted(base_url, transport, monotonic)
        )

    def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        cost: float = 1,
        explain: Explain | None = None,
    ) -> object:
        """GET a JSON value (see ``tidemark.connector_kit.exact_json``)."""
        prepare = self._reading(path, params, headers)
        return answers.as_json(self._fetch("GET", prepare, cost=cost, explain=explain))

    def text(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        cost: float = 1,
        explain: Explain | None = None,
    ) -> str:
        """GET a text in UTF-8."""
        prepare = self._reading(path, params, headers)
        return answers.as_text(self._fetch("GET", prepare, cost=cost, explain=explain))

    def post(
        self,
        path: str,
        sign: Callable[[], tuple[bytes, Mapping[str, str]]],
        *,
        cost: float = 1,
        keep: float = 0,
        explain: Explain | None = None,
    ) -> object:
        """POST and give the JSON answer.

        ``sign`` gives body and headers, and is asked anew for every try. ``keep`` are points of
        the rate budget that are to be left for other calls.
        """

        def prepare() -> Ask:
            content, headers = sign()
            return Ask(self._prefix + path, headers, content)

        return answers.as_json(self._fetch("POST", prepare, cost=cost, keep=keep, explain=explain))

    def close(self) -> None:
        """Close the connection."""
        self._wire.close()

    def _reading(
        self, path: str, params: Mapping[str, str] | None, headers: Mapping[str, str] | None
    ) -> Prepare:
        """Make a GET request, once for all tries."""
        query = f"?{urlencode(params)}" if params else ""
        ask = Ask(f"{self._prefix}{path}{query}", headers or {})
        return lambda: ask

    def _fetch(
        self,
        method: str,
        prepare: Prepare,
        *,
        cost: float,
        keep: float = 0,
        explain: Explain | None,
    ) -> bytes:
        """Ask until there is an answer, a reason to stop, or no time left.

        Raises:
            SourceError: of the kind that says what happens next.
        """
        until = self._monotonic() + self.timeout
        tries = 0
        while True:
            if self._counter:
                self._counter.spend(cost, keep=keep)
            outcome = self._attempt(method, prepare(), until, explain)
            if isinstance(outcome, bytes):
                return outcome
            if isinstance(outcome, StaleConnection):
                continue
            tries += 1
            if not isinstance(outcome, SourceUnavailable) or not self._pause(tries, until):
                raise outcome

    def _attempt(
        self, method: str, ask: Ask, until: float, explain: Explain | None
    ) -> bytes | SourceError | StaleConnection:
        """Ask once; what goes wrong is returned, so that nothing hangs on to what raised it."""
        try:
            soon = min(until, self._monotonic() + self._patience)
            reply = self._wire.send(method, ask, soon, self._largest)
            if self.heed:
                self.heed(reply.headers)
            if reply.status in _FINE:
                return answers.decoded(reply, self._largest)
        except (OSError, HTTPException, ValueError, zlib.error) as error:
            return answers.from_failure(error)
        return self._refused(reply, explain)

    def _refused(self, reply: Reply, explain: Explain | None) -> SourceError:
        """Say what an error status means, unless the connector knows better."""
        wait = retry_after.parse(reply.headers.get("retry-after"), self._clock.now())
        explained = explain(reply.status, reply.body) if explain else None
        if reply.status in _BUSY or (reply.status == _OVERLOADED and wait):
            told = explained if isinstance(explained, RateLimited) and wait is None else None
            return told or RateLimited("The source asks to wait.", wait)
        return explained or answers.from_status(reply.status)

    def _pause(self, tries: int, until: float) -> bool:
        """Wait before the next try, a random while; False when it is no use to try again."""
        pause = _FIRST_PAUSE * 2**tries * self._chance()
        if tries >= TRIES or self._monotonic() + pause >= until:
            return False
        self._sleep(pause)
        return True


def _adapted(
    base_url: str, transport: "httpx.BaseTransport", monotonic: Callable[[], float]
) -> Wire:
    """Make a wire of an httpx transport; httpx is imported only where one is given."""
    module = importlib.import_module("tidemark.connector_kit.adapted")
    wire: Wire = module.Adapted(base_url, transport, monotonic)
    return wire
