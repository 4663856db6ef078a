"""The HTTP API on this machine: API Gateway's payload format 2.0, JWT authorizer and errors.

docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import base64
import json
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooSlow
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from local.httpd import Answer, Asked, QuickHandler, QuickServer
from local.identity import Claims
from local.routes import Match, Refused, RouteTable, admit
from local.workers import Outcome

_PATIENCE = 29.0  # seconds until the gateway gives up on a function
_TEXT = ("text/", "application/json", "application/xml", "application/javascript")

type Submit = Callable[[str, bytes], Future[Outcome]]
type Control = Callable[[Asked], Answer | None]
type Note = Callable[[str], None]


class Gateway(QuickServer):
    """Listens for people's requests and hands them to functions.

    ``control`` answers the local server's own paths (None: not one of them), ``submit`` runs the
    function with an ARN, ``note`` writes a line of the access log.
    """

    def __init__(self, port: int, control: Control, submit: Submit, note: Note) -> None:
        self.control = control
        self.submit = submit
        self.note = note
        self.routes = RouteTable(())
        super().__init__(port, _Handler)

    def ask(self, asked: Asked) -> Answer:
        """Answer a request like API Gateway."""
        path, _, _ = asked.target.partition("?")
        match = self.routes.find(asked.method, path)
        if match is None:
            return _message(Refused(HTTPStatus.NOT_FOUND, "Not Found"))
        admitted = admit(match.route.guard, dict(asked.headers).get("authorization"))
        if isinstance(admitted, Refused):
            return _message(admitted)
        event = event_of(asked, match, admitted)
        return self._invoke(match.route.function, json.dumps(event).encode())

    def _invoke(self, function: str, payload: bytes) -> Answer:
        """Run the function and turn what it returns into an answer."""
        try:
            outcome = self.submit(function, payload).result(_PATIENCE)
        except TooSlow:
            return _message(Refused(HTTPStatus.SERVICE_UNAVAILABLE, "Service Unavailable"))
        try:
            return answer_of(outcome)
        except (ValueError, TypeError, AttributeError):
            return _message(Refused(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal Server Error"))


class _Handler(QuickHandler):
    """Tells the local server's own requests from the product's."""

    server: Gateway

    def answer(self, asked: Asked) -> Answer:
        """Answer one request and note it."""
        began = time.monotonic()
        answer = self.server.control(asked) or self.server.ask(asked)
        took = (time.monotonic() - began) * 1000
        path, _, _ = asked.target.partition("?")
        self.server.note(f"{asked.method} {path} {answer.status} {took:.0f} ms")
        return answer


def event_of(asked: Asked, match: Match, claims: Claims) -> dict[str, Any]:
    """Make the event of payload format 2.0."""
    path, _, query = asked.target.partition("?")
    headers = _joined(pair for pair in asked.headers if pair[0] != "cookie")
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": match.route.key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": _context(asked, match, claims),
        **_body(asked, headers),
    }
    cookies = [v for name, value in asked.headers if name == "cookie" for v in value.split("; ")]
    optional = {
        "cookies": cookies,
        "queryStringParameters": _joined(parse_qsl(query, keep_blank_values=True)),
        "pathParameters": dict(match.parameters),
    }
    return event | {name: value for name, value in optional.items() if value}


def answer_of(outcome: Outcome) -> Answer:
    """Read what a function returned.

    Raises:
        ValueError: it failed, or it is not something that API Gateway understands.
    """
    if outcome.failed:
        raise ValueError("the function failed")
    said = json.loads(outcome.payload)
    if not isinstance(said, dict) or "statusCode" not in said:
        return Answer(HTTPStatus.OK, outcome.payload)
    body = said.get("body") or ""
    data = base64.b64decode(body) if said.get("isBase64Encoded") else body.encode()
    headers = [(name.lower(), str(value)) for name, value in (said.get("headers") or {}).items()]
    if "content-type" not in dict(headers):
        headers.append(("content-type", "text/plain;charset=UTF-8"))
    cookies = [("set-cookie", cookie) for cookie in said.get("cookies") or []]
    kept = [pair for pair in headers if pair[0] not in {"content-length", "connection"}]
    return Answer(int(said["statusCode"]), data, (*kept, *cookies))


def _context(asked: Asked, match: Match, claims: Claims) -> dict[str, Any]:
    """Make the request context."""
    path, _, _ = asked.target.partition("?")
    now = datetime.now(UTC)
    context: dict[str, Any] = {
        "accountId": "123456789012",
        "apiId": "local",
        "domainName": dict(asked.headers).get("host", "localhost"),
        "domainPrefix": "local",
        "http": {
            "method": asked.method,
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": asked.source_ip,
            "userAgent": dict(asked.headers).get("user-agent", ""),
        },
        "requestId": str(uuid.uuid4()),
        "routeKey": match.route.key,
        "stage": "$default",
        "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(now.timestamp() * 1000),
    }
    if match.route.guard is not None:
        spelled = {name: _spell(value) for name, value in claims.items()}
        jwt = {"claims": spelled, "scopes": list(match.route.guard.scopes) or None}
        context["authorizer"] = {"jwt": jwt}
    return context


def _spell(claim: object) -> str:
    """Spell a claim as API Gateway does: everything is text, a list stands in brackets."""
    if isinstance(claim, list):
        return f"[{' '.join(map(str, claim))}]"
    return str(claim).lower() if isinstance(claim, bool) else str(claim)


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Join values of the same name by commas, in order."""
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _body(asked: Asked, headers: Mapping[str, str]) -> dict[str, Any]:
    """Give the body as text where the content type says so, else in base64."""
    if not asked.body:
        return {"isBase64Encoded": False}
    kind = headers.get("content-type", "application/json").lower()
    try:
        text = asked.body.decode() if kind.startswith(_TEXT) or "+json" in kind else None
    except UnicodeDecodeError:
        text = None
    if text is None:
        return {"body": base64.b64encode(asked.body).decode(), "isBase64Encoded": True}
    return {"body": text, "isBase64Encoded": False}


def _message(refused: Refused) -> Answer:
    """Write one of API Gateway's own messages."""
    return Answer(refused.status, json.dumps({"message": refused.message}).encode())
