"""Receivers on this machine, that answer as they are told to."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

type Talk = Callable[[socket.socket, bytes], None]
"""What a receiver does with a connection, given what was asked."""

_END = b"\r\n\r\n"


class Receiver:
    """Counts the connections that it gets, keeps what was asked, and answers."""

    def __init__(self, talk: Talk) -> None:
        """Listen on a free port."""
        self.asked: list[bytes] = []
        self.connections = 0
        self._talk = talk
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.origin = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self.over.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)

    @property
    def port(self) -> int:
        """Give the port."""
        return int(self.origin.rpartition(":")[2])

    def _serve(self) -> None:
        """Take one connection after the other."""
        while not self.over.is_set():
            try:
                sock, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            with sock:
                try:
                    asked = _asked(sock)
                    self.asked.append(asked)
                    self._talk(sock, asked)
                except OSError:
                    continue


def _asked(sock: socket.socket) -> bytes:
    """Read a request with its body."""
    read = b""
    while _END not in read:
        more = sock.recv(4096)
        if not more:
            return read
        read += more
    head, _, body = read.partition(_END)
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
    while len(body) < length:
        body += sock.recv(4096)
    return head + _END + body


def saying(answer: bytes) -> Talk:
    """Answer with some bytes."""
    return lambda sock, _: sock.sendall(answer)


@contextmanager
def receiving(answer: bytes | Talk) -> Iterator[Receiver]:
    """Receive for a while."""
    talk = saying(answer) if isinstance(answer, bytes) else answer
    with Receiver(talk) as receiver:
        yield receiver
