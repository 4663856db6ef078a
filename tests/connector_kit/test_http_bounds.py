"""Calls stay bounded in time and size, and silent about secrets, whatever a server does."""

import gzip
import logging
import time
import traceback
from collections.abc import Callable

import httpx
import pytest

from tests.connector_kit.clients import CANARY, SLACK, mocked, opened, signed
from tests.connector_kit.hostile import closes, hangs_up, raw, says, server, trickles
from tidemark.errors import SourceError, SourceGarbage, SourceUnavailable


@pytest.mark.parametrize(
    "script",
    [
        trickles(b"", b"H", 0.02),
        trickles(b"HTTP/1.1 200 OK\r\n", b"X: 1\r\n", 0.02),
        trickles(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", b"{", 0.02),
        trickles(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n{\r\n", 0.02),
        trickles(b"HTTP/1.1 200 OK\r\n\r\n", b"{", 0.02),
        trickles(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.02),
        trickles(b"", b"", 0.02),
    ],
    ids=["status", "headers", "body", "chunks", "to the end", "continue", "silence"],
)
def test_a_trickling_server_does_not_outlive_the_deadline(script: Callable[[object], None]) -> None:
    """However the bytes trickle, the call is over in time."""
    with server(script) as heard, opened(heard.url) as http:
        began = time.monotonic()
        with pytest.raises((SourceUnavailable, SourceGarbage)):
            http.get("/")
        assert time.monotonic() - began < 0.6 + SLACK


def test_a_trickling_handshake_does_not_either() -> None:
    """The deadline holds before the first byte of HTTP, too."""
    with server(says()) as heard, opened(heard.url.replace("http:", "https:")) as http:
        began = time.monotonic()
        with pytest.raises(SourceUnavailable):
            http.get("/")
        assert time.monotonic() - began < 0.6 + SLACK


@pytest.mark.parametrize(
    ("script", "what"),
    [
        (says(b"x" * 20_000), "larger than the cap"),
        (says(b"{}", "200 OK", length=10**12), "claims to be huge"),
        (says(gzip.compress(b"0" * 5_000_000), "200 OK", "Content-Encoding: gzip"), "a bomb"),
        (raw(b"HTTP/1.1 200 OK\r\n\r\n" + b"1" * 20_000), "without a length"),
        (closes(says(b'{"a":', length=100)), "cut short"),
        (closes(says(gzip.compress(b"{}")[:-9], "200 OK", "Content-Encoding: gzip")), "cut gzip"),
        (says(b"not gzip", "200 OK", "Content-Encoding: gzip"), "no gzip"),
        (says(b"{}", "200 OK", "Content-Encoding: br"), "a coding not asked for"),
        (says(b"<html>busy</html>"), "HTML"),
        (says(b""), "nothing"),
        (says(b"\xff\xfe{}"), "no UTF-8"),
        (says(b'{"a": NaN}'), "no number"),
        (says(b'{"a": ' + b"9" * 200 + b"}"), "too many digits"),
        (says(b'"\\ud800"'), "half a character"),
        (says(b"[" * 9_000), "too deep"),
        (raw(b"SSH-2.0-hello\r\n"), "no HTTP"),
        (says(b"{}", "302 Found", "Location: http://127.0.0.1:1/"), "a redirect"),
        (says(b"{}", "404 Not Found"), "unknown"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_rot_is_called_rot(script: Callable[[object], None], what: str) -> None:
    """An answer that is not what is documented is SourceGarbage, and is not asked for again."""
    with (
        server(script) as heard,
        opened(heard.url) as http,
        pytest.raises(SourceGarbage),
    ):
        http.get("/")
    assert what
    assert len(heard.requests) == 1


def test_a_redirect_is_not_followed() -> None:
    """Nobody is led to another server, least of all one on this machine."""
    with server(says()) as canary:
        moved = says(b"", "307 Temporary Redirect", f"Location: {canary.url}/")
        with (
            server(moved) as heard,
            opened(heard.url) as http,
            pytest.raises(SourceGarbage),
        ):
            http.post("/", signed)
        assert canary.connections == 0


def test_no_proxy_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment has no say in where requests go."""
    with server(says(b"[]")) as heard, opened(heard.url) as http, server(says()) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        assert http.get("/") == []
        assert proxy.connections == 0


@pytest.mark.parametrize("header", ["a\r\nEvil: 1", "a\nb"])
def test_a_header_cannot_begin_another(header: str) -> None:
    """Line breaks in values are refused before anything is sent."""
    with server(says()) as heard, opened(heard.url) as http:
        with pytest.raises(SourceError):
            http.get("/", headers={"X": header})
        with pytest.raises(SourceError):
            http.get("/a b")
        assert heard.requests == []


def test_no_secret_is_in_any_error_or_log(caplog: pytest.LogCaptureFixture) -> None:
    """Neither texts nor causes of errors, nor logs, repeat what was sent or received."""
    caplog.set_level(logging.DEBUG)
    leaky = CANARY.encode()
    told = []
    for script in (
        says(leaky, "200 OK"),
        says(leaky, "500 " + CANARY),
        says(leaky, "401 " + CANARY),
        says(b"", "302 Found", f"Location: https://{CANARY}/"),
        raw(leaky),
        hangs_up,
        trickles(b"HTTP/1.1 200 OK\r\n", b"X: " + leaky + b"\r\n", 0.05),
    ):
        with (
            server(script) as heard,
            opened(heard.url) as http,
            pytest.raises(SourceError) as caught,
        ):
            http.post(f"/{CANARY}", signed)
        told += traceback.format_exception(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None
    assert CANARY not in "".join(told)
    assert CANARY not in caplog.text


def test_httpx_errors_go_no_further(caplog: pytest.LogCaptureFixture) -> None:
    """Errors of a transport of one's own hold the request: they are replaced."""
    caplog.set_level(logging.DEBUG)

    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"{request.headers}", request=request)

    with pytest.raises(SourceUnavailable) as caught:
        mocked(answer).post("/", signed)
    assert CANARY not in "".join(traceback.format_exception(caught.value)) + caplog.text
    assert caught.value.__context__ is None
