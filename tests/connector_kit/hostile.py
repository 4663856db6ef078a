"""A server on loopback that says, byte by byte, whatever a test wants it to say."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Script = Callable[[socket.socket], None]


@dataclass
class Heard:
    """What the server was asked: the head and body of each request, and how often one connected."""

    url: str
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0


@contextmanager
def server(*scripts: Script) -> Iterator[Heard]:
    """Serve: the first connection's first request is answered by the first script, and so on.

    The last script goes on answering. A script may close the connection.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    heard = Heard(f"http://127.0.0.1:{listener.getsockname()[1]}")
    left = list(scripts)

    def connection(sock: socket.socket) -> None:
        with sock, suppress(OSError):
            while request := _request(sock):
                heard.requests.append(request)
                (left.pop(0) if len(left) > 1 else left[0])(sock)

    def accept() -> None:
        with suppress(OSError):
            while True:
                sock, _ = listener.accept()
                heard.connections += 1
                threading.Thread(target=connection, args=(sock,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield heard
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def _request(sock: socket.socket) -> bytes:
    """Read one request; nothing when the caller has gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = sock.recv(65536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(body) < length:
        body += sock.recv(65536)
    return head + b"\r\n\r\n" + body


def says(
    body: bytes = b"{}", status: str = "200 OK", *headers: str, length: int | None = None
) -> Script:
    """Answer in one go; ``length`` is what Content-Length claims."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}"]
    head = "\r\n".join([*lines, *headers, "", ""]).encode()
    return lambda sock: sock.sendall(head + body)


def closes(script: Script) -> Script:
    """Close the connection after a script."""

    def run(sock: socket.socket) -> None:
        script(sock)
        sock.close()

    return run


def raw(data: bytes) -> Script:
    """Send these bytes and close."""
    return closes(lambda sock: sock.sendall(data))


def hangs_up(sock: socket.socket) -> None:
    """Close without a word."""
    sock.close()


def trickles(beginning: bytes, drop: bytes, pause: float) -> Script:
    """Send a beginning, and then a drop after each pause, for as long as anybody listens."""

    def run(sock: socket.socket) -> None:
        sock.sendall(beginning)
        never = threading.Event()
        while not never.wait(pause):
            sock.sendall(drop)

    return run
