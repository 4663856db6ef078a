"""One connection to one origin, on which no answer outlives its deadline or outgrows its cap.

Timeouts of HTTP libraries are per read, so a server that sends a byte now and then keeps a caller
for ever. Here each read of the socket may only take what is left of the whole call. The reading
itself is ``http.client``'s, the fastest parser at hand; redirects, proxies and netrc files are
unknown to it.
"""

import functools
import io
import socket
import ssl
import time
from collections.abc import Buffer, Callable, Mapping
from http.client import HTTPResponse
from typing import NamedTuple, Protocol, cast
from urllib.parse import SplitResult

from tidemark.answer_head import Answer

STANDING = {"User-Agent": "Tidemark", "Accept": "application/json", "Accept-Encoding": "gzip"}
"""What every request says."""

_LONGEST_CONNECT = 5.0
_BUFFER = 16 * 1024


class StaleConnection(ConnectionError):
    """A kept connection was closed by the server before it answered: ask again on a new one."""


class TooLarge(ValueError):
    """The answer is larger than anything the source has reason to send."""


class Ask(NamedTuple):
    """One request: path with query, headers beside the standing ones, and a body for POST."""

    target: str
    headers: Mapping[str, str]
    content: bytes | None = None


class Headers(Protocol):
    """The headers of an answer."""

    def get(self, name: str) -> str | None:
        """Give one, whatever its case."""


class Reply(NamedTuple):
    """One answer, its body as it came over the wire."""

    status: int
    headers: Headers
    body: bytes


class Wire(Protocol):
    """Sends requests to one origin."""

    def send(self, method: str, ask: Ask, until: float, largest: int) -> Reply:
        """Send one request and read its answer.

        ``until`` is on the monotonic clock; ``largest`` caps the bytes of the body.

        Raises:
            OSError: when there was no connection or not enough time.
            http.client.HTTPException: when the answer was no HTTP, or was cut short.
            TooLarge: when the body was.
        """

    def close(self) -> None:
        """Close the connection."""


class _Stream(io.RawIOBase):
    """The socket as a file: each read takes no longer than what is left."""

    def __init__(self, sock: socket.socket, left: Callable[[], float]) -> None:
        self._sock = sock
        self.left = left
        self.silent = True

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        """Read what is there, waiting until the deadline at most."""
        self._sock.settimeout(self.left())
        count = self._sock.recv_into(buffer)
        self.silent = self.silent and not count
        return count

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Be to ``HTTPResponse`` what a socket is."""
        return io.BufferedReader(self, _BUFFER)


class Direct:
    """The wire to the network. Not for two threads at once."""

    def __init__(
        self, origin: SplitResult, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Remember where to connect; the connection is made by the first request."""
        self._tls = origin.scheme == "https"
        self._host = origin.hostname or ""
        self._port = origin.port or (443 if self._tls else 80)
        self._monotonic = monotonic
        self._sock: socket.socket | None = None
        named = f"[{self._host}]" if ":" in self._host else self._host
        host = named if origin.port is None else f"{named}:{origin.port}"
        self._head = _lines({"Host": host, **STANDING})

    def send(self, method: str, ask: Ask, until: float, largest: int) -> Reply:
        """Send one request and read its answer (see ``Wire``)."""

        def left() -> float:
            seconds = until - self._monotonic()
            if seconds <= 0:
                raise TimeoutError
            return seconds

        kept, sock = self._sock is not None, self._sock or self._connect(left)
        self._sock = None  # until all is read well, the connection is not to be used again
        stream = _Stream(sock, left)
        try:
            reply, reusable = _exchange(sock, stream, self._spelled(method, ask), method, largest)
            if reusable:
                self._sock = sock
        except ConnectionError:
            if kept and stream.silent:
                raise StaleConnection from None
            raise
        finally:
            if self._sock is None:
                sock.close()
        return reply

    def close(self) -> None:
        """Close the connection."""
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    def _spelled(self, method: str, ask: Ask) -> bytes:
        """Spell a request."""
        if not ask.target.isprintable() or " " in ask.target:
            raise ValueError("a path is to be percent-encoded")
        length = "" if ask.content is None else f"Content-Length: {len(ask.content)}\r\n"
        head = f"{method} {ask.target} HTTP/1.1\r\n{self._head}{_lines(ask.headers)}{length}\r\n"
        return head.encode("ascii") + (ask.content or b"")

    def _connect(self, left: Callable[[], float]) -> socket.socket:
        """Connect, with TLS where the origin has it; the handshake too ends by the deadline."""
        sock = _reach(self._host, self._port, left)
        if not self._tls:
            return sock
        try:
            sock.settimeout(left())
            return _tls_context().wrap_socket(sock, server_hostname=self._host)
        except OSError:
            sock.close()
            raise


def _lines(headers: Mapping[str, str]) -> str:
    """Spell headers; a value that would begin another header is refused."""
    spelled = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    if spelled.count("\n") != len(headers) or spelled.count("\r") != len(headers):
        raise ValueError("a header may not hold line breaks")
    return spelled


def _reach(host: str, port: int, left: Callable[[], float]) -> socket.socket:
    """Connect to the first address of a host that answers."""
    failure = OSError("no address")
    for family, kind, proto, _, address in socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM):
        sock = socket.socket(family, kind, proto)
        try:
            sock.settimeout(min(left(), _LONGEST_CONNECT))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            sock.close()
            failure = error
        else:
            return sock
    raise failure


def _exchange(
    sock: socket.socket, stream: _Stream, request: bytes, method: str, largest: int
) -> tuple[Reply, bool]:
    """Send a request, read the answer; say too whether the connection may be kept."""
    sock.settimeout(stream.left())
    sock.sendall(request)
    response = Answer(cast("socket.socket", stream), method=method)
    try:
        response.begin()
        body = _body(response, largest)
        return Reply(response.status, response.headers, body), not response.will_close
    finally:
        response.close()


def _body(response: HTTPResponse, largest: int) -> bytes:
    """Read a body whose size is told, or not."""
    told = response.length
    if told is not None and told <= largest:
        return response.read()
    body = b"" if told else response.read(largest + 1)
    if told or len(body) > largest:
        raise TooLarge
    return body


@functools.cache
def _tls_context() -> ssl.SSLContext:
    """Make the TLS settings once: reading the certificates of the system takes milliseconds."""
    return ssl.create_default_context()
