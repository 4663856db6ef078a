"""Calls are tried again where that helps, waits are told, numbers are exact."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from tests.connector_kit.clients import Naps, Still, mocked, opened, signed
from tests.connector_kit.hostile import closes, hangs_up, says, server
from tidemark.connector_kit.http import Http
from tidemark.domain.pages import RateBudget
from tidemark.errors import BadCredentials, RateLimited, SourceGarbage, SourceUnavailable


def test_the_connection_is_kept() -> None:
    """Calls share one connection."""
    with server(says(b"[1]")) as heard, opened(heard.url) as http:
        assert [http.get("/") for _ in range(5)] == [[1]] * 5
        assert heard.connections == 1


def test_a_connection_that_went_stale_is_replaced_at_once() -> None:
    """The server closed it meanwhile: that is no failure, and costs no pause."""
    naps = Naps()
    with (
        server(closes(says(b"[1]")), closes(says(b"[2]"))) as heard,
        opened(heard.url, naps) as http,
    ):
        assert http.get("/") == [1]
        assert http.get("/") == [2]
        assert heard.connections == 2
    assert naps.taken == []


@pytest.mark.parametrize(
    "script",
    [hangs_up, says(b"", "500 No"), says(b"", "502 No"), says(b"", "520 No"), says(b"", "525 No")],
)
def test_what_may_pass_is_tried_three_times(script: Callable[[object], None]) -> None:
    """Failures of the moment are tried again after short pauses, then given up."""
    naps = Naps()
    with (
        server(script) as heard,
        opened(heard.url, naps) as http,
        pytest.raises(SourceUnavailable),
    ):
        http.get("/")
    assert len(heard.requests) == 3
    assert len(naps.taken) == 2
    assert all(0 < nap < 0.6 for nap in naps.taken)


def test_what_passed_is_no_failure() -> None:
    """One bad moment is survived, and every try signs anew."""
    asked = iter(range(9))
    with server(says(b"", "503 No"), says(b"[3]")) as heard, opened(heard.url) as http:
        assert http.post("/", lambda: (b"nonce=%d" % next(asked), {})) == [3]
    assert [request[-1:] for request in heard.requests] == [b"0", b"1"]


def test_nobody_there_is_unavailable() -> None:
    """A refused connection and an unknown host are failures of the moment."""
    with server(says()) as heard:
        url = heard.url
    with opened(url) as http, pytest.raises(SourceUnavailable):
        http.get("/")
    with opened("http://host.invalid") as http, pytest.raises(SourceUnavailable):
        http.get("/")


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        (None, None),
        ("7", timedelta(seconds=7)),
        ("1.2", timedelta(seconds=2)),
        ("86400", timedelta(days=1)),
        ("99999999999", timedelta(days=7)),
        ("Wed, 01 May 2024 00:01:00 GMT", timedelta(minutes=1)),
        ("Tue, 30 Apr 2024 00:01:00 GMT", timedelta(0)),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("9" * 40, None),
    ],
)
@pytest.mark.parametrize("status", [429, 418])
def test_a_wish_to_wait_is_told_and_never_slept(
    status: int, header: str | None, wait: timedelta | None
) -> None:
    """Waiting is the caller's, outside; a wish that makes no sense is none."""
    headers = {} if header is None else {"Retry-After": header}
    http = mocked(lambda _request: httpx.Response(status, headers=headers))

    with pytest.raises(RateLimited) as caught:
        http.get("/")

    assert caught.value.retry_after == wait


def test_an_overloaded_source_may_say_when() -> None:
    """A 503 with a time is a wish to wait."""
    http = mocked(lambda _request: httpx.Response(503, headers={"Retry-After": "30"}))
    with pytest.raises(RateLimited):
        http.get("/")


def test_a_connector_knows_better_what_a_status_means() -> None:
    """The hook sees status and body."""
    http = mocked(lambda _request: httpx.Response(400, content=b"bad key"))
    with pytest.raises(BadCredentials):
        http.get("/", explain=lambda status, body: BadCredentials(f"{status} {len(body)}"))
    with pytest.raises(SourceGarbage):
        http.get("/", explain=lambda _status, _body: None)


def test_numbers_are_exact() -> None:
    """Fractions come as text, whole numbers as such."""
    body = (
        b'\xef\xbb\xbf{"a": 0.12345678901234567890, "b": 1e3, "c": 123456789012345678901234567890}'
    )
    http = mocked(lambda _request: httpx.Response(200, content=body))

    assert http.get("/") == {
        "a": "0.12345678901234567890",
        "b": "1e3",
        "c": 123456789012345678901234567890,
    }


def test_text_paths_and_parameters() -> None:
    """The base URL's path comes first, parameters are encoded."""
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(200, text="800000")

    assert mocked(answer).text("/tip", {"a b": "c&d"}) == "800000"
    assert seen == ["https://api.test/v1/tip?a+b=c%26d"]
    with pytest.raises(SourceGarbage):
        mocked(lambda _request: httpx.Response(200, content=b"\xff")).text("/tip")


def test_the_rate_budget_is_spent_in_a_burst_and_then_waited_for() -> None:
    """A call that would overrun is not sent; the wait is for the whole counter."""
    clock, sent = Still(), []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json=[])

    http = Http(
        "https://api.test",
        clock=clock,
        transport=httpx.MockTransport(answer),
        budget=RateBudget(15, 1 / 3),
    )
    for _ in range(7):
        http.get("/", cost=2)
    with pytest.raises(RateLimited) as caught:
        http.get("/", cost=2)
    assert len(sent) == 7
    assert caught.value.retry_after == timedelta(seconds=42)
    clock.at += timedelta(seconds=42)
    http.get("/", cost=2)
    with pytest.raises(RateLimited):
        http.post("/", signed, cost=2, keep=12)
