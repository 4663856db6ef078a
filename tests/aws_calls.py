"""Sees every call to AWS in this process: the product's own transport's and botocore's clients'.

Import it (``tests/conftest.py`` does) before the first botocore session is made.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.handlers import BUILTIN_HANDLERS


class Listener:
    """Is told of calls. What ``before`` answers is the call's answer; both may raise: a crash."""

    def before(self, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
        """Be told of an attempt, like ``dynamodb.Query``, before it is sent."""

    def after(self, operation: str, parsed: dict[str, Any]) -> None:
        """Be told of an answer, before the product sees it; it may be changed in place."""


_listeners: list[Listener] = []


def _before(event_name: str, request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
    """Tell everybody of an attempt, until one answers it."""
    operation = event_name.removeprefix("before-send.")
    answers = (listener.before(operation, request) for listener in list(_listeners))
    return next((answer for answer in answers if answer is not None), None)


def _after(event_name: str, parsed: dict[str, Any], **_: object) -> None:
    """Tell everybody of an answer."""
    for listener in tuple(_listeners):
        listener.after(event_name.removeprefix("after-call."), parsed)


BUILTIN_HANDLERS.insert(0, ("before-send", _before))
BUILTIN_HANDLERS.insert(0, ("after-call", _after))


@contextmanager
def listening[L: Listener](listener: L) -> Iterator[L]:
    """Let somebody listen for a while."""
    _listeners.append(listener)
    try:
        yield listener
    finally:
        _listeners.remove(listener)


class Recorder(Listener):
    """Keeps the calls that were made: (operation, body)."""

    def __init__(self) -> None:
        """Start with none."""
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def before(self, operation: str, request: AWSPreparedRequest) -> None:
        """Keep a call."""
        self.calls.append((operation, body_of(request)))

    def of(self, operation: str) -> list[dict[str, Any]]:
        """Give the bodies of the calls of one operation."""
        return [body for name, body in self.calls if name == operation]


class Answering(Listener):
    """Answers calls of one operation itself, with ready answers, until there is none left."""

    def __init__(self, operation: str, *answers: AWSResponse | Exception | None) -> None:
        """Answer the first call with the first answer; None lets it through."""
        self.operation, self.answers, self.asked = operation, list(answers), 0

    def before(self, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
        """Answer or fail."""
        del request
        if operation != self.operation:
            return None
        self.asked += 1
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        return answer


class Changing(Listener):
    """Changes the answers to one operation before the product sees them."""

    def __init__(self, operation: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Change answers of an operation; ``change`` may raise instead: the answer is lost."""
        self.operation, self.change = operation, change

    def after(self, operation: str, parsed: dict[str, Any]) -> None:
        """Change one."""
        if operation == self.operation:
            self.change(parsed)


def body_of(request: AWSPreparedRequest) -> dict[str, Any]:
    """Give what a call sends, where that is JSON."""
    spoken = "X-Amz-Target" in request.headers or "/functions/" in str(request.url)
    if not isinstance(request.body, bytes | str) or not spoken:
        return {}
    body: dict[str, Any] = json.loads(request.body or "{}")
    return body


class _Raw:
    """The body of an answer, as a connection would give it."""

    def __init__(self, content: bytes) -> None:
        """Hold the content."""
        self.content = content

    def stream(self, **_: object) -> Iterator[bytes]:
        """Give it in one piece."""
        yield self.content


def answer(status: int, body: object, headers: dict[str, str] | None = None) -> AWSResponse:
    """Make an answer."""
    spelled = HTTPHeaders.from_dict(headers or {})
    return AWSResponse("http://aws", status, spelled, _Raw(json.dumps(body).encode()))


def refusal(kind: str, status: int = 400) -> AWSResponse:
    """Make the answer by which AWS says no."""
    return answer(status, {"__type": f"com.amazonaws.dynamodb.v20120810#{kind}", "message": "no"})
