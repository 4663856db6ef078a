"""Sends webhooks: one request to one looked-up address, ended by its deadline, answer dropped.

No redirect is followed, no proxy and no variable of the environment is asked. Of the answer only
the head is read, and only so much of it; it is the status that counts.
"""

import contextlib
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from tidemark.connector_kit import retry_after
from tidemark.domain.ports import Clock
from tidemark.domain.webhooks import Answered, Failure
from tidemark.errors import FieldError, Invalid
from tidemark.webhooks.addresses import Forbidden, Target, refuse_inside, target_of
from tidemark.webhooks.signing import signed_headers

_DEADLINE = 10.0
_PATIENCE = 4.0
_LARGEST_HEAD = 16 * 1024
_END = b"\r\n\r\n"
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [^\r\n]*)?\r\n")
_WAIT = re.compile(rb"\r\nretry-after:[ \t]*([^\r\n]{1,100})", re.IGNORECASE)
_FINAL = 200

type Resolve = Callable[[str, int], list[str]]
"""Gives the addresses of a host. Raises OSError."""


class BadAnswer(ValueError):
    """What came back is no HTTP, or its head is too large."""


class NotResolved(OSError):
    """There is no such host."""


class Head(NamedTuple):
    """The head of an answer, as far as it matters."""

    status: int
    wait: str | None


def addresses_of(host: str, port: int) -> list[str]:
    """Look a host up."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@cache
def tls_context() -> ssl.SSLContext:
    """Make the TLS settings once: reading the certificates of the system takes milliseconds."""
    return ssl.create_default_context()


@dataclass(frozen=True)
class HttpReceivers:
    """Calls receivers over the network. ``deadline``: seconds that a delivery may take in all.

    ``trusted`` are origins that may be anywhere, also without TLS: the deployment names them.
    """

    clock: Clock
    trusted: Collection[str] = ()
    resolve: Resolve = addresses_of
    context: Callable[[], ssl.SSLContext] = field(default=tls_context)
    deadline: float = _DEADLINE

    def check(self, url: str) -> None:
        """Refuse a URL that may not be called. Raises Invalid.

        A name that stands for nothing now may do so later: each attempt looks again.
        """
        try:
            target = target_of(url, self.trusted)
        except Forbidden as error:
            raise _invalid(str(error)) from None
        try:
            self._addresses(target, _PATIENCE)
        except Forbidden as error:
            raise _invalid(str(error)) from None
        except OSError:
            return

    def send(self, url: str, event_id: str, body: bytes, secrets: Sequence[bytes]) -> Answered:
        """Post a body; what goes wrong is told in a word."""
        headers = signed_headers(event_id, self.clock.now(), body, secrets)
        until = time.monotonic() + self.deadline
        try:
            target = target_of(url, self.trusted)
            addresses = self._addresses(target, self.deadline)
            head = self._exchange(target, addresses, _spelled(target, headers, body), until)
        except Forbidden:
            return Answered(failure=Failure.FORBIDDEN_ADDRESS)
        except BadAnswer:
            return Answered(failure=Failure.BAD_ANSWER)
        except OSError as error:
            return Answered(failure=_failure(error))
        return self._answered(head)

    def _answered(self, head: Head) -> Answered:
        """Say how a receiver took it."""
        failure = None if head.status // 100 == 2 else Failure.STATUS  # noqa: PLR2004 - 2xx
        return Answered(head.status, failure, retry_after.parse(head.wait, self.clock.now()))

    def _addresses(self, target: Target, seconds: float) -> list[str]:
        """Look a host up once, and refuse it if it is not public.

        Raises:
            Forbidden, OSError
        """
        found = _in_time(lambda: self.resolve(target.host, target.port), seconds)
        if not found:
            raise NotResolved
        if not target.trusted:
            refuse_inside(found)
        return found

    def _exchange(
        self, target: Target, addresses: Sequence[str], request: bytes, until: float
    ) -> Head:
        """Connect to one of the addresses, ask, and read the head of the answer."""
        with contextlib.ExitStack() as opened:
            sock = opened.enter_context(_reach(addresses, target.port, until))
            if target.scheme == "https":
                sock.settimeout(_left(until))
                wrapped = self.context().wrap_socket(sock, server_hostname=target.host)
                sock = opened.enter_context(wrapped)
            sock.settimeout(_left(until))
            sock.sendall(request)
            return _head(sock, until)


def _in_time(look_up: Callable[[], list[str]], seconds: float) -> list[str]:
    """Look up in a thread: the system's resolver knows no deadline of ours."""
    results: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def work() -> None:
        try:
            results.put(look_up())
        except (OSError, UnicodeError):
            results.put(NotResolved())

    threading.Thread(target=work, daemon=True).start()
    try:
        found = results.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(found, OSError):
        raise found
    return found


def _reach(addresses: Sequence[str], port: int, until: float) -> socket.socket:
    """Connect to the first of the addresses that answers. Raises OSError."""
    failure = OSError()
    for address in addresses:
        try:
            return socket.create_connection((address, port), min(_left(until), _PATIENCE))
        except OSError as error:
            failure = error
    raise failure


def _left(until: float) -> float:
    """Give the seconds that are left. Raises TimeoutError."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _spelled(target: Target, headers: dict[str, str], body: bytes) -> bytes:
    """Spell a request."""
    standing = {
        "Host": target.authority,
        "User-Agent": "Tidemark",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in {**standing, **headers}.items())
    return f"POST {target.path} HTTP/1.1\r\n{lines}\r\n".encode("ascii") + body


def _head(sock: socket.socket, until: float) -> Head:
    """Read the head of the answer; those that only say to wait are passed over."""
    read = b""
    while True:
        sock.settimeout(_left(until))
        head, end, rest = read.partition(_END)
        if end:
            status = _STATUS.match(head + b"\r\n")
            if status is None:
                raise BadAnswer
            if int(status[1]) >= _FINAL:
                wait = _WAIT.search(head)
                return Head(int(status[1]), wait[1].decode("latin-1") if wait else None)
            read = rest
            continue
        more = sock.recv(4_096)
        read += more
        if not more or len(read) > _LARGEST_HEAD:
            raise BadAnswer


def _failure(error: OSError) -> Failure:
    """Name what kept a receiver from answering."""
    if isinstance(error, TimeoutError):
        return Failure.TIMEOUT
    if isinstance(error, NotResolved):
        return Failure.NOT_RESOLVED
    return Failure.TLS if isinstance(error, ssl.SSLError) else Failure.UNREACHABLE


def _invalid(detail: str) -> Invalid:
    """Point at the URL."""
    return Invalid("The request is not valid.", [FieldError("/url", detail)])
