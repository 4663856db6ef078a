"""The transport to AWS: what it sends, what it repeats, and when it gives up."""

import json
import socket
import threading
import zlib
from collections.abc import Iterator

import pytest
from botocore.exceptions import ReadTimeoutError

from tests.aws_calls import Answering, answer, listening, refusal
from tests.tables import session
from tidemark.botocore_session import BotocoreSession
from tidemark.credentials import Credentials, NoCredentials
from tidemark.errors import StoreUnavailable
from tidemark.sessions import EnvironmentSession
from tidemark.wire import DYNAMODB, CallRefused, ConditionFailed, Wire

LOST = ReadTimeoutError(endpoint_url="http://aws")


class Waits:
    """Remembers how long it was to sleep."""

    def __init__(self) -> None:
        """Start with none."""
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        """Do not sleep."""
        self.seconds.append(seconds)


def make(waits: Waits | None = None, endpoint: str | None = None) -> Wire:
    """Make a wire to DynamoDB."""
    sleep = waits or Waits()
    return Wire(DYNAMODB, session(), region="eu-central-1", endpoint=endpoint, sleep=sleep)


@pytest.mark.parametrize(
    "trouble",
    [
        refusal("ProvisionedThroughputExceededException"),
        refusal("ThrottlingException"),
        refusal("RequestLimitExceeded"),
        refusal("TransactionConflictException"),
        refusal("InternalServerError", 500),
        answer(503, {}),
        answer(200, {"Item": 1}, {"x-amz-crc32": "1"}),
        answer(200, {"Item": 1}, {"Content-Length": "99"}),
        LOST,
    ],
)
def test_tries_again_what_passes(trouble: object) -> None:
    """After a wait that is random and short."""
    waits = Waits()
    good = answer(200, {"Item": 2}, {"x-amz-crc32": str(zlib.crc32(b'{"Item": 2}'))})
    answering = Answering("dynamodb.GetItem", trouble, good)  # type: ignore[arg-type]

    with listening(answering):
        assert make(waits).call("GetItem", {}) == {"Item": 2}

    assert answering.asked == 2
    assert len(waits.seconds) == 1
    assert 0 <= waits.seconds[0] <= 0.025


def test_gives_up_on_endless_throttling() -> None:
    """After a bounded number of attempts, with waits that grow but stay bounded."""
    waits = Waits()
    throttled = [refusal("ThrottlingException") for _ in range(99)]
    answering = Answering("dynamodb.GetItem", *throttled)

    with listening(answering), pytest.raises(StoreUnavailable):
        make(waits).call("GetItem", {})

    assert answering.asked == 8
    assert max(waits.seconds) <= 2
    assert sum(waits.seconds) <= 0.025 * 2**8


def test_gives_up_sooner_when_nobody_answers() -> None:
    """Each lost answer may cost seconds of a function's time."""
    answering = Answering("dynamodb.GetItem", *[LOST] * 99)

    with listening(answering), pytest.raises(StoreUnavailable):
        make().call("GetItem", {})

    assert answering.asked == 3


def test_does_not_repeat_what_is_refused() -> None:
    """A refusal is told by AWS's own word, without its sentence."""
    answering = Answering("dynamodb.PutItem", refusal("ValidationException"))

    with listening(answering), pytest.raises(CallRefused) as error:
        make().call("PutItem", {})

    assert (answering.asked, error.value.kind) == (1, "ValidationException")
    assert (error.value.retried, str(error.value)) == (
        False,
        "PutItem was refused: ValidationException",
    )


def test_tells_a_failed_condition_with_what_it_met() -> None:
    """And whether an earlier attempt may have been it."""
    failed = answer(400, {"__type": "x#ConditionalCheckFailedException", "Item": {"a": {"S": "b"}}})

    with listening(Answering("dynamodb.PutItem", LOST, failed)):
        with pytest.raises(ConditionFailed) as error:
            make().call("PutItem", {})
        assert (error.value.item, error.value.retried) == ({"a": {"S": "b"}}, True)


def test_needs_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any there is no call."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    with pytest.raises(NoCredentials):
        Wire(DYNAMODB, BotocoreSession(), region="eu-central-1").call("GetItem", {})


class Server:
    """A server on a real socket that answers once on each connection, and then hangs up."""

    def __init__(self) -> None:
        """Listen."""
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/"
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        """Answer until the socket is closed."""
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as stream:
                self._answer_one(stream)  # type: ignore[arg-type]

    def _answer_one(self, stream: socket.SocketIO) -> None:
        """Read one request and answer it."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += stream.readline()
        (length,) = (
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length")
        )
        self.heads.append(head)
        self.bodies.append(stream.read(length) or b"")
        stream.write(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n" + b'{"Item": 1}')
        stream.flush()

    def close(self) -> None:
        """Stop listening."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self._thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    """Give a server for one test."""
    made = Server()
    yield made
    made.close()


def test_survives_a_connection_that_was_closed(server: Server) -> None:
    """A kept connection may be stale: the call is made again on a new one."""
    wire = make(endpoint=server.url)

    answers = [wire.call("GetItem", {"TableName": "T"}) for _ in range(4)]

    assert answers == [{"Item": 1}] * 4
    assert [json.loads(body) for body in server.bodies] == [{"TableName": "T"}] * 4


def test_sends_signed_json(server: Server) -> None:
    """Text is sent as it is given; everything that matters is signed."""
    make(endpoint=server.url).call("Query", '{"TableName":"T"}')

    head = server.heads[0].decode()
    assert "X-Amz-Target: DynamoDB_20120810.Query" in head
    assert "Content-Type: application/x-amz-json-1.0" in head
    assert "/eu-central-1/dynamodb/aws4_request" in head
    assert "SignedHeaders=content-type;host;x-amz-date;x-amz-target" in head
    assert server.bodies == [b'{"TableName":"T"}']


def test_a_function_signs_with_what_lambda_gave_it(server: Server) -> None:
    """Access key and token are in the headers, the secret is not."""
    given = EnvironmentSession(Credentials("AKID", "secret", "token"))
    wire = Wire(DYNAMODB, given, region="eu-central-1", endpoint=server.url)

    assert wire.call("GetItem", {"TableName": "T"}) == {"Item": 1}

    head = server.heads[0].decode()
    assert "Credential=AKID/" in head
    assert "X-Amz-Security-Token: token\r\n" in head
    assert "secret" not in head


def test_gives_up_where_nobody_listens() -> None:
    """A refused connection is an unavailable store."""
    waits = Waits()

    with pytest.raises(StoreUnavailable):
        make(waits, endpoint="http://127.0.0.1:9/").call("GetItem", {})

    assert len(waits.seconds) == 2
