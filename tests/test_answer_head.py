"""Heads of answers: quickly read where they are ordinary, left to http.client where not."""

import io
import socket
from http.client import HTTPException
from typing import cast

import pytest

from tidemark.answer_head import Answer


class Told:
    """A socket on which an answer came."""

    def __init__(self, told: bytes) -> None:
        """Have it ready."""
        self.told = told

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Give it to read."""
        return io.BufferedReader(io.BytesIO(self.told))  # type: ignore[arg-type]


def answered(told: bytes) -> tuple[Answer, bytes]:
    """Read an answer."""
    answer = Answer(cast("socket.socket", Told(told)), method="POST")
    answer.begin()
    return answer, answer.read()


@pytest.mark.parametrize(
    "told",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b \r\n\r\n{}",
        b"HTTP/1.1 200 -\r\ncontent-length:2\r\nx-a:b\r\nconnection: keep-alive\r\n\r\n{}",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-A: b\r\nX-B: 1\r\nX-B: 2\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 2\r\nX-Long: "
        + b"x" * 9_000
        + b"\r\n\r\n{}",
    ],
)
def test_reads_status_fields_and_body(told: bytes) -> None:
    """Whichever way it goes, and whatever the case of a name."""
    answer, body = answered(told)

    assert (answer.status, body, answer.headers.get("x-A")) == (200, b"{}", "b")
    assert not answer.will_close


@pytest.mark.parametrize(
    "told",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}",
    ],
)
def test_tells_when_the_connection_ends(told: bytes) -> None:
    """It is not to be kept then."""
    answer, body = answered(told)

    assert (answer.will_close, body) == (True, b"{}")


@pytest.mark.parametrize(
    "told", [b"", b"HELLO\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"]
)
def test_refuses_what_is_no_whole_answer(told: bytes) -> None:
    """As ``http.client`` does."""
    with pytest.raises((HTTPException, ConnectionError)):
        answered(told)
