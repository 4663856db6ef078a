"""A thin transport to AWS's JSON services: ready JSON out, parsed JSON back.

It keeps botocore's credentials and events, and leaves out what a page of transactions cannot
afford: service models, parameter validation, serialisation, its signer and its layers of HTTP.

Each attempt emits ``before-send.<service>.<Operation>`` (``request=``; who answers it with an
``AWSResponse`` answers the call) and, once an answer is there,
``after-call.<service>.<Operation>`` (``http_response=``, ``parsed=``, ``context=``) on the events
of the botocore session, as botocore's own clients do.
"""

import json
import logging
import random
import time
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import msgspec
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import ConnectionError as Unconnected
from botocore.exceptions import HTTPClientError, NoCredentialsError
from botocore.session import Session

from tidemark import sigv4
from tidemark.connections import Connections, Reply
from tidemark.errors import StoreUnavailable, TidemarkError

Body = Mapping[str, Any]
Answer = dict[str, Any]

logging.getLogger("botocore").setLevel(logging.INFO)
"""Its DEBUG lines show signed headers, session tokens among them."""

_ATTEMPTS, _LOST = 8, 3
"""How often a call is made that is throttled, and that is not answered at all."""

_FIRST_WAIT, _LONGEST_WAIT = 0.025, 2.0
_UNANSWERED = (OSError, HTTPException, HTTPClientError, Unconnected)
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
    """How a service is spoken to: endpoint, name in botocore's events, target, JSON version."""

    endpoint: str
    event: str
    target: str
    version: str


DYNAMODB = Service("dynamodb", "dynamodb", "DynamoDB_20120810", "1.0")
KMS = Service("kms", "kms", "TrentService", "1.1")
SQS = Service("sqs", "sqs", "AmazonSQS", "1.0")
STEP_FUNCTIONS = Service("states", "sfn", "AWSStepFunctions", "1.0")
SERVICES = {service.event: service for service in (DYNAMODB, KMS, SQS, STEP_FUNCTIONS)}


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
        self._events = session.get_component("event_emitter")
        self._host = urlsplit(self._url).netloc
        self._scope = sigv4.Scope(region, service.endpoint)
        self._sleep = sleep
        self._connections = Connections(
            self._url,
            timeout=_TIMEOUT,
            most=_POOL,
            ca_bundle=session.get_config_variable("ca_bundle"),
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
        response = self._send(name, self._signed(operation, data))
        content = response.content
        if response.status_code >= 500 or _is_garbled(response, content):  # noqa: PLR2004
            return None
        is_fine = response.status_code == 200  # noqa: PLR2004  # HTTP's own word
        parsed = read(content) if is_fine else as_json(content)
        self._events.emit(
            f"after-call.{name}", http_response=response, parsed=parsed, context={}, model=None
        )
        if is_fine:
            return parsed
        _refuse(operation, parsed, retried=retried)
        return None

    def _send(self, name: str, request: AWSPreparedRequest) -> AWSResponse | Reply:
        """Send a request, unless somebody who listens answers it."""
        response = self._events.emit_until_response(f"before-send.{name}", request=request)[1]
        if response is None:
            return self._connections.send(request)
        if not isinstance(response, AWSResponse):
            raise TypeError("an answer is an AWSResponse")
        return response

    def _signed(self, operation: str, data: bytes) -> AWSPreparedRequest:
        """Sign a request with the credentials of this moment."""
        headers = {
            "Content-Type": f"application/x-amz-json-{self._service.version}",
            "Host": self._host,
            "X-Amz-Target": f"{self._service.target}.{operation}",
        }
        headers = sigv4.signed(
            headers,
            data,
            credentials=credentials_of(self._session),
            scope=self._scope,
            now=datetime.now(UTC),
        )
        headers["Content-Length"] = str(len(data))
        return AWSPreparedRequest(
            "POST",
            self._url,
            headers,  # type: ignore[arg-type]  # a dict has all that listeners look at
            data,
            stream_output=False,
        )


def credentials_of(session: Session) -> ReadOnlyCredentials:
    """Give the credentials of this moment; they may be renewed in between."""
    credentials = session.get_credentials()
    if credentials is None:
        raise NoCredentialsError
    return credentials.get_frozen_credentials()


def _is_garbled(response: AWSResponse | Reply, content: bytes) -> bool:
    """Tell whether an answer is cut off, or not what its checksum says."""
    length = response.headers.get("content-length")
    checksum = response.headers.get("x-amz-crc32")
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
