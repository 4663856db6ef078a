"""Idempotency-Key: the same key with the same request gets the same answer."""

import hashlib
import json
import secrets
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from functions.api.call import Call
from tidemark.domain.idempotency import Attempt, StoredAnswer
from tidemark.errors import FieldError, Invalid

_LONGEST = 255
_SUCCESS = range(200, 300)
_ANSWERS = "/answer"
"""An answer is taken once anyway, and the digest of a short password would give it away."""


def once(app: ApiGatewayResolver, following: NextMiddleware) -> Response[Any]:
    """Do a POST that names a key once; what failed did nothing and may be tried again."""
    call: Call = app.context["call"]
    key = call.header("idempotency-key")
    if call.method != "POST" or key is None or call.path.endswith(_ANSWERS):
        return following(app)
    attempt = _attempt(call, key)
    store, clock = call.ports.idempotency(), call.ports.clock()
    if (given := store.begin(attempt, clock.now())) is not None:
        return _again(given)
    done = False
    try:
        response = following(app)
        done = response.status_code in _SUCCESS
    finally:
        if not done:
            store.abandon(attempt)
    store.complete(attempt, _kept(response, call), clock.now())
    return response


def _attempt(call: Call, key: str) -> Attempt:
    """Name this try; the request is known by a digest of method, path, query and body."""
    if not 0 < len(key) <= _LONGEST or not key.isprintable():
        error = FieldError("/header/Idempotency-Key", "This must be 1 to 255 printable characters.")
        raise Invalid("The request is not valid.", [error])
    said = json.dumps([call.owner, call.method, call.path, dict(call.query), call.body])
    digest = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
    return Attempt(call.owner, key, digest, secrets.token_hex(16))


def _kept(response: Response[Any], call: Call) -> StoredAnswer:
    """Keep an answer as it was given, but for secrets in it."""
    headers = {name: str(value) for name, value in response.headers.items()}
    body = response.body if call.kept_body is None else call.kept_body
    return StoredAnswer(response.status_code, headers, str(body))


def _again(given: StoredAnswer) -> Response[Any]:
    """Give an answer again."""
    headers: dict[str, str | list[str]] = dict(given.headers)
    return Response(given.status, headers=headers, body=given.body)
