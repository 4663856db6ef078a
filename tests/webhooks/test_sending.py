"""Deliveries on the network: where they go, how they end, and what is never called."""

import socket
from datetime import timedelta

import pytest

from tests.fakes import FakeClock
from tests.webhooks.receiver import Receiver, receiving
from tests.webhooks.test_addresses import HOSTILE
from tidemark.domain.webhooks import Answered, Failure
from tidemark.errors import Invalid
from tidemark.webhooks.sending import HttpReceivers, Resolve

SECRETS = [b"s" * 32]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
HOOK = "https://hooks.example.com/hook"


def to(*receivers: Receiver, deadline: float = 5) -> HttpReceivers:
    """Call these receivers, as whoever deploys trusts them."""
    trusted = {each.origin for each in receivers}
    return HttpReceivers(FakeClock(), trusted, deadline=deadline)


def told(answer: bytes) -> Answered:
    """Deliver to a receiver that answers so."""
    with receiving(answer) as receiver:
        return to(receiver).send(f"{receiver.origin}/hook", "evt_1", b"{}", SECRETS)


def resolving(*answers: list[str]) -> tuple[Resolve, list[str]]:
    """Look hosts up with another answer each time; give too the list of those asked for."""
    left, asked = list(answers), list[str]()

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve, asked


def test_posts_the_body_to_the_letter_with_the_three_headers() -> None:
    """And nothing that a proxy or the environment would add."""
    with receiving(OK) as receiver:
        body = '{"é":1}'.encode()
        answered = to(receiver).send(f"{receiver.origin}/a?b=c", "evt_1", body, SECRETS)
    head, _, sent = receiver.asked[0].partition(b"\r\n\r\n")
    assert answered == Answered(200)
    assert sent == body
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /a?b=c HTTP/1.1"
    names = {line.partition(":")[0].lower() for line in lines[1:]}
    assert names == {
        *("host", "user-agent", "content-type", "content-length", "connection"),
        *("webhook-id", "webhook-timestamp", "webhook-signature"),
    }
    assert f"Host: 127.0.0.1:{receiver.port}" in lines


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"HTTP/1.0 204 No Content\r\n\r\n", Answered(204)),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, Answered(200)),
        (b"HTTP/1.1 410 Gone\r\n\r\n", Answered(410, Failure.STATUS)),
        (b"HTTP/1.1 500 Oops\r\n\r\nhere is a stack trace", Answered(500, Failure.STATUS)),
        (
            b"HTTP/1.1 429 Slow\r\nRetry-After: 120\r\n\r\n",
            Answered(429, Failure.STATUS, timedelta(seconds=120)),
        ),
        (b"HTTP/1.1 503\r\nretry-after: soon\r\n\r\n", Answered(503, Failure.STATUS)),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", Answered(failure=Failure.BAD_ANSWER)),
        (b"HTTP/1.1 2000 OK\r\n\r\n", Answered(failure=Failure.BAD_ANSWER)),
        (b"HTTP/1.1 200 OK\r\n", Answered(failure=Failure.BAD_ANSWER)),
        (b"", Answered(failure=Failure.BAD_ANSWER)),
    ],
)
def test_reads_the_status_and_no_more(answer: bytes, expected: Answered) -> None:
    """What was said beside it is nowhere in what is told."""
    assert told(answer) == expected


def test_an_oversized_answer_is_dropped() -> None:
    """A body of any size is not read; a head without an end is given up early."""
    assert told(OK + b"x" * 5_000_000) == Answered(200)
    endless = b"HTTP/1.1 200 OK\r\n" + b"X-Pad: y\r\n" * 500_000
    assert told(endless) == Answered(failure=Failure.BAD_ANSWER)


def test_a_redirect_is_not_followed() -> None:
    """Wherever it leads."""
    with receiving(OK) as inside:
        moved = f"HTTP/1.1 307 Moved\r\nLocation: {inside.origin}/\r\n\r\n".encode()
        assert told(moved) == Answered(307, Failure.STATUS)
        assert inside.connections == 0


def test_a_trickling_receiver_is_ended_by_the_deadline() -> None:
    """Each byte comes in time; all of them together do not."""

    def trickle(sock: socket.socket, _: bytes) -> None:
        for byte in b"HTTP/1.1 200 OK\r\n" * 1_000:
            sock.sendall(bytes([byte]))
            if receiver.over.wait(0.02):
                return

    with receiving(trickle) as receiver:
        sending = to(receiver, deadline=0.3)
        answered = sending.send(receiver.origin, "evt_1", b"{}", SECRETS)
    assert answered == Answered(failure=Failure.TIMEOUT)


def test_a_receiver_that_says_nothing_is_ended_by_the_deadline() -> None:
    """And one that is not there at all is told apart from it."""
    with receiving(lambda *_: _wait(receiver)) as receiver:
        silent = to(receiver, deadline=0.2).send(receiver.origin, "evt_1", b"{}", SECRETS)
    gone = to(receiver).send(receiver.origin, "evt_1", b"{}", SECRETS)
    assert (silent.failure, gone.failure) == (Failure.TIMEOUT, Failure.UNREACHABLE)


def _wait(receiver: Receiver) -> None:
    """Say nothing until the test is over."""
    receiver.over.wait(5)


def test_a_resolver_that_hangs_is_ended_by_the_deadline() -> None:
    """The system's knows no deadline of ours."""
    with receiving(OK) as receiver:

        def hang(_host: str, _port: int) -> list[str]:
            receiver.over.wait(5)
            return ["127.0.0.1"]

        slow = HttpReceivers(FakeClock(), {receiver.origin}, hang, deadline=0.1)
        assert slow.send(receiver.origin, "evt_1", b"{}", SECRETS).failure is Failure.TIMEOUT
        assert receiver.connections == 0


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_url_reaches_nobody(url: str) -> None:
    """Neither when it is made nor when something is sent: nothing is even looked up."""
    resolve, asked = resolving(["127.0.0.1"])
    sending = HttpReceivers(FakeClock(), resolve=resolve)
    with pytest.raises(Invalid) as refused:
        sending.check(url)
    assert [each.pointer for each in refused.value.errors] == ["/url"]
    answered = sending.send(url, "evt_1", b"{}", SECRETS)
    assert answered == Answered(failure=Failure.FORBIDDEN_ADDRESS)
    assert asked == []


@pytest.mark.parametrize(
    "inside", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:127.0.0.1"], ["fe80::1%eth0"]]
)
def test_a_name_that_stands_for_something_inside_is_refused(inside: list[str]) -> None:
    """All it stands for has to be public."""
    resolve, _ = resolving(inside)
    sending = HttpReceivers(FakeClock(), resolve=resolve)
    with pytest.raises(Invalid):
        sending.check(HOOK)
    answered = sending.send(HOOK, "evt_1", b"{}", SECRETS)
    assert answered == Answered(failure=Failure.FORBIDDEN_ADDRESS)


def test_a_name_that_changes_its_mind_reaches_nobody() -> None:
    """Public when the endpoint is made, this machine when something is sent."""
    with receiving(OK) as canary:
        resolve, asked = resolving(["93.184.216.34"], ["127.0.0.1"])
        sending = HttpReceivers(FakeClock(), resolve=resolve)
        sending.check(HOOK)
        answered = sending.send(HOOK, "evt_1", b"{}", SECRETS)
        assert answered == Answered(failure=Failure.FORBIDDEN_ADDRESS)
        assert asked == ["hooks.example.com"] * 2
        assert canary.connections == 0


def test_the_connection_goes_to_what_was_looked_up() -> None:
    """Once per attempt: between the look and the call there is no second look."""
    with receiving(OK) as receiver:
        origin = f"http://hooks.example.com:{receiver.port}"
        resolve, asked = resolving(["127.0.0.1"], ["192.0.2.1"])
        sending = HttpReceivers(FakeClock(), {origin}, resolve)
        assert sending.send(f"{origin}/hook", "evt_1", b"{}", SECRETS) == Answered(200)
        assert asked == ["hooks.example.com"]


def test_a_host_that_is_not_there_is_told() -> None:
    """At an attempt: when the endpoint is made it may not be there yet."""

    def nowhere(_host: str, _port: int) -> list[str]:
        raise socket.gaierror

    sending = HttpReceivers(FakeClock(), resolve=nowhere)
    sending.check(HOOK)
    assert sending.send(HOOK, "evt_1", b"{}", SECRETS).failure is Failure.NOT_RESOLVED
