"""The Lambda runtime API of one worker process: four routes over the standard library's server.

Each worker has a listener of its own, so that a request needs no name of who asks
(docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html).
"""

import re
from http import HTTPStatus
from typing import NamedTuple, Protocol

from local.httpd import Answer, Asked, QuickHandler, QuickServer

_PREFIX = "/2018-06-01/runtime"
_RESULT = re.compile(rf"{_PREFIX}/invocation/([^/]+)/(response|error)")
_ACCEPTED = Answer(HTTPStatus.ACCEPTED, b'{"status":"OK"}')


class Call(NamedTuple):
    """One invocation as a worker sees it; ``deadline`` in seconds since 1970, system time."""

    id: str
    arn: str
    payload: bytes
    deadline: float


class Duty(Protocol):
    """What a worker does, as its runtime API tells it."""

    def next_call(self) -> Call | None:
        """Wait for the next invocation; None when the worker is to go."""

    def done(self, call_id: str, payload: bytes, *, failed: bool) -> bool:
        """Take the result of an invocation; False if nobody waits for it any more."""

    def init_failed(self, error: bytes) -> None:
        """Take the reason why the handler could not be imported."""


class RuntimeApi(QuickServer):
    """Serves one worker."""

    def __init__(self, duty: Duty) -> None:
        self.duty = duty
        super().__init__(0, _Handler)

    @property
    def address(self) -> str:
        """Give what goes into AWS_LAMBDA_RUNTIME_API."""
        return f"127.0.0.1:{self.port}"


class _Handler(QuickHandler):
    """The four routes."""

    server: RuntimeApi
    largest_body = 64 * 1024 * 1024

    def answer(self, asked: Asked) -> Answer:
        """Answer a worker."""
        if (asked.method, asked.target) == ("GET", f"{_PREFIX}/invocation/next"):
            return _told(self.server.duty.next_call())
        if (asked.method, asked.target) == ("POST", f"{_PREFIX}/init/error"):
            self.server.duty.init_failed(asked.body)
            return _ACCEPTED
        match = _RESULT.fullmatch(asked.target)
        if asked.method == "POST" and match:
            return self._result(match[1], asked.body, failed=match[2] == "error")
        return Answer(HTTPStatus.NOT_FOUND, b"{}")

    def _result(self, call_id: str, body: bytes, *, failed: bool) -> Answer:
        """Hand over a result."""
        taken = self.server.duty.done(call_id, body, failed=failed)
        return _ACCEPTED if taken else Answer(HTTPStatus.BAD_REQUEST, b"{}")


def _told(call: Call | None) -> Answer:
    """Write an invocation for a worker."""
    if call is None:
        return Answer(HTTPStatus.GONE, b"{}")
    headers = (
        ("content-type", "application/json"),
        ("Lambda-Runtime-Aws-Request-Id", call.id),
        ("Lambda-Runtime-Deadline-Ms", str(int(call.deadline * 1000))),
        ("Lambda-Runtime-Invoked-Function-Arn", call.arn),
        (
            "Lambda-Runtime-Trace-Id",
            f"Root=1-{call.id[:8]}-{call.id.replace('-', '')[8:32]};Sampled=0",
        ),
    )
    return Answer(HTTPStatus.OK, call.payload, headers)
