"""Kept connections to one HTTP endpoint, for many threads: a request out, an answer back.

``http.client`` alone: the layers of botocore's own session cost three times as much as the call.
"""

import select
import ssl
import threading
import weakref
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPSConnection
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from tidemark.answer_head import Answer


class Headers(Protocol):
    """The headers of an answer."""

    def get(self, name: str) -> str | None:
        """Give one, whatever its case."""


class Request(NamedTuple):
    """One request, signed."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


class Reply(NamedTuple):
    """One answer."""

    status_code: int
    headers: Headers
    content: bytes


class Connections:
    """Connections to one endpoint; up to ``most`` idle ones are kept for the next request."""

    def __init__(self, url: str, *, timeout: float, most: int, ca_bundle: str | None) -> None:
        """Say where the endpoint is; nothing is connected yet."""
        self._url = urlsplit(url)
        self._timeout, self._most, self._ca_bundle = timeout, most, ca_bundle
        self._tls: ssl.SSLContext | None = None
        self._idle: list[HTTPConnection] = []
        self._lock = threading.Lock()
        weakref.finalize(self, _close, self._idle)

    def send(self, request: Request) -> Reply:
        """Send a request and read its answer; ``timeout`` is for each read.

        Raises:
            OSError, http.client.HTTPException: there was no answer, or only a part of one.
        """
        text, connection, reusable = _spelled(request), self._connection(), False
        try:
            reply, reusable = _exchange(connection, text)
        finally:
            self._keep(connection, reusable=reusable)
        return reply

    def _connection(self) -> HTTPConnection:
        """Give an idle connection that still stands, or a new one."""
        while True:
            with self._lock:
                idle = self._idle.pop() if self._idle else None
            if idle is None:
                return self._connect()
            if not _has_dropped(idle):
                return idle
            idle.close()

    def _connect(self) -> HTTPConnection:
        """Connect; small requests are not held back."""
        host, port = self._url.hostname or "", self._url.port
        if self._url.scheme == "https":
            context = self._context()
            made: HTTPConnection = HTTPSConnection(
                host, port, timeout=self._timeout, context=context
            )
        else:
            made = HTTPConnection(host, port, timeout=self._timeout)
        made.connect()
        return made

    def _context(self) -> ssl.SSLContext:
        """Make the TLS settings once: reading certificates takes milliseconds."""
        with self._lock:
            self._tls = self._tls or ssl.create_default_context(cafile=self._ca_bundle)
            return self._tls

    def _keep(self, connection: HTTPConnection, *, reusable: bool) -> None:
        """Keep a connection for the next request if that may be, and if there is room."""
        with self._lock:
            if reusable and len(self._idle) < self._most:
                self._idle.append(connection)
                return
        connection.close()


def _close(idle: list[HTTPConnection]) -> None:
    """Close connections that nobody will use any more."""
    for connection in idle:
        connection.close()


def _has_dropped(connection: HTTPConnection) -> bool:
    """Tell whether the server has closed an idle connection: then there is something to read."""
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return bool(poll.poll(0))


def _spelled(request: Request) -> bytes:
    """Spell a request."""
    lines = "".join([f"{name}: {value}\r\n" for name, value in request.headers.items()])
    if lines.count("\n") != len(request.headers):
        raise ValueError("a header may not hold line breaks")
    head = f"{request.method} {urlsplit(request.url).path or '/'} HTTP/1.1\r\n{lines}\r\n"
    return head.encode("ascii") + request.body


def _exchange(connection: HTTPConnection, request: bytes) -> tuple[Reply, bool]:
    """Send a request, read the answer; say too whether the connection may be kept."""
    connection.sock.sendall(request)
    response = Answer(connection.sock, method="POST")
    try:
        response.begin()
        content = response.read()
    finally:
        response.close()
    return Reply(response.status, response.headers, content), not response.will_close
