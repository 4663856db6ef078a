"""What GoCardless's refusals and limits mean (Bank Account Data, API v2)."""

from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple

from tidemark.connector_kit import exact_json, shapes
from tidemark.connector_kit.wire import Headers
from tidemark.errors import (
    BadCredentials,
    ConsentGone,
    NotConfigured,
    RateLimited,
    SourceError,
    SourceGarbage,
    SourceUnavailable,
)

_PREFIX = "http_x_ratelimit_account_success_"
_UNAUTHORIZED, _CONFLICT, _BUSY = 401, 409, 429
_LONGEST = timedelta(days=1)
_NO_BRACKETS = str.maketrans("()", "  ")
_GONE = "The bank's consent has ended: connect the bank again."
_OFF = "The bank does not answer at the moment."
_SAYINGS: tuple[tuple[type[SourceError], str, tuple[str, ...]], ...] = (
    (ConsentGone, _GONE, ("end user agreement", "eua was valid", "access has expired")),
    (ConsentGone, _GONE, ("account id", "requisition", "suspended")),
    (BadCredentials, "There is no such bank.", ("institution id",)),
    (SourceUnavailable, _OFF, ("connectionerror", "serviceerror", "couldn't update")),
)


class Limit(NamedTuple):
    """How many readings are left of an account and scope, and in what time they are free again."""

    remaining: int
    resets_in: timedelta


class TokenExpired(SourceError):
    """The application's token does not hold good any more: fetch another one."""

    code = "source_unavailable"


def limit_of(headers: Headers) -> Limit | None:
    """Read what an answer says of its limit; None where it says nothing that can be read."""
    with suppress(SourceGarbage):
        remaining = shapes.count(headers.get(f"{_PREFIX}remaining"))
        seconds = shapes.count(headers.get(f"{_PREFIX}reset"))
        if remaining is not None and seconds is not None:
            return Limit(remaining, min(timedelta(seconds=min(seconds, 10**6)), _LONGEST))
    return None


def explain(status: int, body: bytes, limit: Limit | None = None) -> SourceError | None:
    """Give the error in the answer of an error status; ``limit`` came with it."""
    if status == _BUSY:
        wait = limit.resets_in if limit else _LONGEST / 4
        return RateLimited("The bank was read as often as it allows today.", wait)
    words = _words(body)
    for error, message, sayings in _SAYINGS:
        if any(saying in words for saying in sayings):
            return error(message)
    if status == _UNAUTHORIZED:
        return _unauthorized(words)
    if status == _CONFLICT:
        return ConsentGone(_GONE)
    return None


def _unauthorized(words: str) -> SourceError:
    """Tell a token that is too old from an application that is not known."""
    if "token" in words:
        return TokenExpired("The source does not accept its token any more.")
    return NotConfigured("GoCardless does not accept this deployment's application.")


def _words(body: bytes) -> str:
    """Give what a refusal says, in small letters."""
    with suppress(ValueError, SourceGarbage):
        told = shapes.mapping(exact_json.parse(body))
        parts = [told.get(name) for name in ("summary", "detail", "type")]
        said = " ".join(part for part in parts if isinstance(part, str))
        return said.lower().translate(_NO_BRACKETS)
    return ""
