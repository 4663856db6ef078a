"""Calls to GoCardless, with the application's token: one per process, used for most of its day."""

import json
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from tidemark.connector_kit import shapes
from tidemark.connector_kit.gocardless_codes import Limit, TokenExpired, explain, limit_of
from tidemark.connector_kit.http import Http
from tidemark.connector_kit.wire import Headers
from tidemark.domain.consents import Application
from tidemark.domain.ports import Clock
from tidemark.errors import NotConfigured, SourceError

_SPARE = timedelta(minutes=30)

type Fetch = Callable[[dict[str, str]], object]
"""Tells GoCardless the application's secret, and gives its answer."""


class Tokens:
    """The tokens of this process, by application."""

    def __init__(self) -> None:
        self._known: dict[Application, tuple[str, datetime]] = {}
        self._lock = threading.Lock()

    def get(self, application: Application | None, now: datetime, fetch: Fetch) -> str:
        """Give a token that holds good for a while. Raises NotConfigured, SourceError."""
        if application is None or not application.secret:
            raise NotConfigured("This deployment has no application at the source.")
        with self._lock:
            known = self._known.get(application)
            if known is None or not now < known[1]:
                known = self._known[application] = self._fetched(application, now, fetch)
            return known[0]

    def drop(self, application: Application | None) -> None:
        """Forget a token that is not accepted any more."""
        with self._lock:
            for known in [each for each in self._known if each == application]:
                del self._known[known]

    def _fetched(
        self, application: Application, now: datetime, fetch: Fetch
    ) -> tuple[str, datetime]:
        """Fetch a token, and say until when it is used."""
        pair = {"secret_id": application.id, "secret_key": application.secret}
        told = shapes.mapping(fetch(pair))
        seconds = shapes.count(told.get("access_expires")) or 0
        return shapes.text(told.get("access")), now + timedelta(seconds=seconds) - _SPARE


_TOKENS = Tokens()

_JSON = {"Content-Type": "application/json"}


@dataclass
class GocardlessCalls:
    """Calls one GoCardless. ``limit`` is what the last answers said of theirs."""

    http: Http
    clock: Clock
    application: Application | None
    limit: Limit | None = None

    def __post_init__(self) -> None:
        self.http.heed = self._heed

    def forget_limit(self) -> None:
        """Forget what was said of limits before."""
        self.limit = None

    def get(self, path: str, query: Mapping[str, str] | None = None) -> object:
        """Ask for something. Raises SourceError."""
        return self._with_token(
            lambda headers: self.http.get(path, query, headers, explain=self._explain)
        )

    def post(self, path: str, told: Mapping[str, object]) -> object:
        """Tell something. Raises SourceError."""
        content = json.dumps(told).encode()
        return self._with_token(
            lambda headers: self.http.post(
                path, lambda: (content, {**_JSON, **headers}), explain=self._explain
            )
        )

    def _with_token(self, call: Callable[[dict[str, str]], object]) -> object:
        """Call with the application's token; one that is too old is replaced, once."""
        for _ in range(2):
            with suppress(TokenExpired):
                return call({"Authorization": f"Bearer {self._token()}"})
            _TOKENS.drop(self.application)
        raise NotConfigured("GoCardless does not accept this deployment's application.")

    def _token(self) -> str:
        """Give the application's token, which is fetched if none is at hand."""
        return _TOKENS.get(self.application, self.clock.now(), self._new_token)

    def _new_token(self, pair: dict[str, str]) -> object:
        """Tell the application's secret."""
        content = json.dumps(pair).encode()
        return self.http.post("/token/new/", lambda: (content, _JSON), explain=self._explain)

    def _heed(self, headers: Headers) -> None:
        """Note what an answer says of its limit."""
        self.limit = limit_of(headers) or self.limit

    def _explain(self, status: int, body: bytes) -> SourceError | None:
        """Say what a refusal means."""
        return explain(status, body, self.limit)
