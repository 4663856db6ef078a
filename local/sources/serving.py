"""A small HTTP/1.1 server for sources on this machine: connections are kept, writes are whole."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType, TracebackType
from typing import NamedTuple, Self


class Answer(NamedTuple):
    """What is sent back."""

    status: int
    body: bytes
    retry_after: str | None = None
    content_type: str = "application/json"
    headers: Mapping[str, str] = MappingProxyType({})


class Served(ABC):
    """Something that answers requests on a port of 127.0.0.1; port 0 takes a free one.

    Use it in ``with``, or call ``start`` and ``stop``, or ``serve`` until interrupted.
    """

    def __init__(self, port: int = 0) -> None:
        self._server = _Server(("127.0.0.1", port), self)

    @abstractmethod
    def answer(self, method: str, path: str, headers: Message, body: bytes) -> Answer:
        """Answer one request; may be called in several threads at once."""

    @property
    def url(self) -> str:
        """Give the base URL."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> Self:
        """Serve in a thread."""
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    def serve(self) -> None:
        """Serve until interrupted."""
        self._server.serve_forever()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    """The sockets."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], source: Served) -> None:
        super().__init__(address, _Handler)
        self.source = source


class _Handler(BaseHTTPRequestHandler):
    """One connection, kept alive."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024
    server: _Server

    def do_GET(self) -> None:
        """Answer one request."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        answer = self.server.source.answer(self.command, self.path, self.headers, body)
        self.send_response_only(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        if answer.retry_after is not None:
            self.send_header("Retry-After", answer.retry_after)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    do_POST = do_DELETE = do_GET  # noqa: N815 - the names that http.server calls

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
        """Say nothing."""
