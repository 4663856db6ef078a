"""A thin transport to AWS's JSON services: ready JSON out, parsed JSON back.

It leaves out what of botocore a page of transactions cannot afford: service models, parameter
validation, serialisation, its signer and its layers of HTTP. Credentials come from the session,
which is told too of each attempt, before it is sent and once there is an answer.
"""

import json
import random
import time
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import msgspec

from tidemark import sigv4
from tidemark.connections import Connections, Reply, Request
from tidemark.errors import StoreUnavailable, TidemarkError
from tidemark.sessions import Session

Body = Mapping[str, Any]
Answer = dict[str, Any]

_ATTEMPTS, _LOST = 8, 3
"""How often a call is made that is throttled, and that is not answered at all."""

_FIRST_WAIT, _LONGEST_WAIT = 0.025, 2.0
_UNANSWERED = (OSError, HTTPException)
_TIMEOUT, _POOL = 5, 20

_PASSING: Final = frozenset(
    {
        "DependencyTimeoutException",
        "InternalFailure",
        "InternalServerError",
        "KMSInternalException",
        "OverLimit",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "ServiceUnavailable",
        "Throttling",
        "ThrottlingException",
        "TransactionConflictException",
    }
)


def as_json(content: bytes) -> Answer:
    """Read an answer; some are empty."""
    answer: Answer = msgspec.json.decode(content or b"{}") or {}
    return answer


class CallRefused(TidemarkError):
    """AWS refused a call for good; ``kind`` is its word for why. Its message is not repeated.

    ``retried`` tells that an earlier attempt may have done it without our hearing of it.
    """

    code = "aws_refused"

    def __init__(
        self, operation: str, kind: str, *, retried: bool, item: dict[str, Any] | None
    ) -> None:
        """Say what was refused; ``item`` is what a condition met, where that was asked for."""
        super().__init__(f"{operation} was refused: {kind}")
        self.kind = kind
        self.retried = retried
        self.item = item


class ConditionFailed(CallRefused):
    """The condition of a write does not hold. ``item`` is None when there is no item."""


class Service(NamedTuple):
    """How a service is spoken to: endpoint, name in events, target, JSON version."""

    endpoint: str
    event: str
    target: str
    version: str


DYNAMODB = Service("dynamodb", "dynamodb", "DynamoDB_20120810", "1.0")
KMS = Service("kms", "kms", "TrentService", "1.1")
SSM = Service("ssm", "ssm", "AmazonSSM", "1.1")
SQS = Service("sqs", "sqs", "AmazonSQS", "1.0")
STEP_FUNCTIONS = Service("states", "sfn", "AWSStepFunctions", "1.0")
SERVICES = {service.event: service for service in (DYNAMODB, KMS, SQS, SSM, STEP_FUNCTIONS)}


class Wire:
    """Speaks to one service. Share one instance: it holds the connections, for many threads."""

    def __init__(
        self,
        service: Service,
        session: Session,
        *,
        region: str,
        endpoint: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Speak to a service in a region, or at an endpoint of one's own."""
        suffix = ".cn" if region.startswith("cn-") else ""
        self._url = endpoint or f"https://{service.endpoint}.{region}.amazonaws.com{suffix}/"
        self._service = service
        self._session = session
        self._host = urlsplit(self._url).netloc
        self._scope = sigv4.Scope(region, service.endpoint)
        self._sleep = sleep
        self._connections = Connections(
            self._url, timeout=_TIMEOUT, most=_POOL, ca_bundle=session.ca_bundle
        )

    def pause(self, attempt: int) -> None:
        """Wait after an attempt (from 0): longer each time, and random so that nobody queues."""
        self._sleep(random.uniform(0, min(_LONGEST_WAIT, _FIRST_WAIT * 2**attempt)))

    def call(
        self, operation: str, body: Body | str, read: Callable[[bytes], Answer] = as_json
    ) -> Answer:
        """Make a call (JSON text or what becomes it), again where that may help, after a pause.

        ``read`` reads a good answer.

        Raises:
            ConditionFailed: the condition in the body does not hold.
            CallRefused: the call can never succeed as it is.
            StoreUnavailable: it was throttled or not answered, every time.
        """
        text = body if isinstance(body, str) else json.dumps(body, separators=(",", ":"))
        data = text.encode()
        lost = 0
        for attempt in range(_ATTEMPTS):
            try:
                answer = self._attempt(operation, data, read, retried=attempt > 0)
            except _UNANSWERED:
                lost, answer = lost + 1, None
            if answer is not None:
                return answer
            if lost == _LOST:
                break
            self.pause(attempt)
        raise StoreUnavailable(f"{operation} was not done in {attempt + 1} attempts")

    def _attempt(
        self, operation: str, data: bytes, read: Callable[[bytes], Answer], *, retried: bool
    ) -> Answer | None:
        """Make one attempt; None when another one may help."""
        name = f"{self._service.event}.{operation}"
        request = self._signed(operation, data)
        reply = self._session.before_send(name, request) or self._connections.send(request)
        content = reply.content
        if reply.status_code >= 500 or _is_garbled(reply, content):  # noqa: PLR2004
            return None
        is_fine = reply.status_code == 200  # noqa: PLR2004  # HTTP's own word
        parsed = read(content) if is_fine else as_json(content)
        self._session.after_call(name, reply, parsed)
        if is_fine:
            return parsed
        _refuse(operation, parsed, retried=retried)
        return None

    def _signed(self, operation: str, data: bytes) -> Request:
        """Sign a request with the credentials of this moment."""
        headers = {
            "Content-Type": f"application/x-amz-json-{self._service.version}",
            "Host": self._host,
            "X-Amz-Target": f"{self._service.target}.{operation}",
        }
        headers = sigv4.signed(
            headers,
            data,
            credentials=self._session.credentials(),
            scope=self._scope,
            now=datetime.now(UTC),
        )
        headers["Content-Length"] = str(len(data))
        return Request("POST", self._url, headers, data)


def _is_garbled(reply: Reply, content: bytes) -> bool:
    """Tell whether an answer is cut off, or not what its checksum says."""
    length = reply.headers.get("content-length")
    checksum = reply.headers.get("x-amz-crc32")
    return (length is not None and int(length) != len(content)) or (
        checksum is not None and int(checksum) != zlib.crc32(content)
    )


def _refuse(operation: str, parsed: Body, *, retried: bool) -> None:
    """Raise what an error answer says, or return when the reason passes by itself."""
    kind = str(parsed.get("__type", "Unknown")).rpartition("#")[2]
    if kind in _PASSING:
        return
    error = ConditionFailed if kind == "ConditionalCheckFailedException" else CallRefused
    raise error(operation, kind, retried=retried, item=parsed.get("Item"))
