"""The HTTP server under the runtime API and the gateway: the standard library's, made quick.

Without TCP_NODELAY and buffered writes each call waits tens of milliseconds for an acknowledgement.
"""

import errno
import socket
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from local.trouble import CannotStart


class Answer(NamedTuple):
    """What goes back to a client."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),)


class Asked(NamedTuple):
    """What a client asked: ``target`` is the raw path with its query."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    source_ip: str


class QuickHandler(BaseHTTPRequestHandler):
    """Reads a request whole, lets ``answer`` decide, writes the answer in one piece."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    largest_body = 10 * 1024 * 1024

    def answer(self, asked: Asked) -> Answer:
        """Answer a request."""
        raise NotImplementedError

    def handle_any(self) -> None:
        """Answer a request of any method."""
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            self._refuse(HTTPStatus.LENGTH_REQUIRED)
            return
        length = self.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self.largest_body:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        headers = tuple((name.lower(), value) for name, value in self.headers.items())
        body = self.rfile.read(int(length))
        self._write(
            self.answer(Asked(self.command, self.path, headers, body, self.client_address[0]))
        )

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = handle_any  # noqa: N815

    def _refuse(self, status: HTTPStatus) -> None:
        """Refuse a request whose body is left unread, and hang up."""
        self.close_connection = True
        self._write(Answer(status, b'{"message":"%s"}' % status.phrase.encode()))

    def _write(self, answer: Answer) -> None:
        """Write status, headers and body."""
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.status not in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
            self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: what happens is told by whoever answers."""


class QuickServer(ThreadingHTTPServer):
    """A server with a thread per connection, on the loopback interface only."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, handler: type[QuickHandler]) -> None:
        try:
            super().__init__(("127.0.0.1", port), handler)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise CannotStart(
                f"Port {port} of 127.0.0.1 is taken: end what is there, or choose others "
                "(--api-port, --aws-port; 0: any free one)."
            ) from None
        self.port: int = self.server_address[1]

    @property
    def url(self) -> str:
        """Give the server's address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Serve in the background."""
        threading.Thread(target=self.serve_forever, args=(0.1,), daemon=True).start()

    def stop(self) -> None:
        """Stop serving and give the port back."""
        self.shutdown()
        self.server_close()

    def handle_error(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """Report what went wrong, unless a client merely hung up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)
