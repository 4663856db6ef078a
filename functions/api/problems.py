"""Errors as problem documents: the one place where an error becomes an HTTP status."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from functions.api.refusals import (
    Malformed,
    Unauthenticated,
    UnknownRoute,
    WrongMediaType,
    WrongMethod,
)
from tidemark import errors
from tidemark.domain.asking import ForgedState, TooLate, TooManyAnswers

PROBLEM_JSON = "application/problem+json"

_STATUS: Mapping[type[Exception], HTTPStatus] = {
    Malformed: HTTPStatus.BAD_REQUEST,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    UnknownRoute: HTTPStatus.NOT_FOUND,
    WrongMethod: HTTPStatus.METHOD_NOT_ALLOWED,
    WrongMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    ForgedState: HTTPStatus.BAD_REQUEST,
    TooLate: HTTPStatus.GONE,
    TooManyAnswers: HTTPStatus.TOO_MANY_REQUESTS,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Stale: HTTPStatus.PRECONDITION_FAILED,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.Refused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.CredentialsError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.RateLimited: HTTPStatus.TOO_MANY_REQUESTS,
    errors.SourceError: HTTPStatus.BAD_GATEWAY,
    errors.StaleVersion: HTTPStatus.CONFLICT,
    errors.LedgerError: HTTPStatus.SERVICE_UNAVAILABLE,
    Exception: HTTPStatus.INTERNAL_SERVER_ERROR,
}
_CODES = {errors.SourceUnavailable.code: "source_unreachable"}
_INTERNAL = "Something went wrong on our side. Please try again."
_RETRY = timedelta(seconds=60)


def problem(error: Exception, request_id: str) -> Response[str]:
    """Answer an error. Of one that nobody expected, nothing is told."""
    status = status_of(error)
    hidden = status is HTTPStatus.INTERNAL_SERVER_ERROR
    code = "internal" if hidden else code_of(error)
    document = {
        "type": f"urn:tidemark:problem:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": int(status),
        "detail": _INTERNAL if hidden else str(error),
        "code": code,
        "errors": [each._asdict() for each in _errors_of(error)],
        "request_id": request_id,
    }
    headers: dict[str, str | list[str]] = {"Cache-Control": "no-store", **_headers_of(error)}
    return Response(int(status), PROBLEM_JSON, json.dumps(document), headers)


def status_of(error: Exception) -> HTTPStatus:
    """Give the status of the nearest kind of error that has one."""
    return next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)


def code_of(error: Exception) -> str:
    """Give the word that programs rely on."""
    code = str(getattr(error, "code", "error"))
    return _CODES.get(code, code)


def _errors_of(error: Exception) -> Sequence[errors.FieldError]:
    """Give what is wrong in particular."""
    match error:
        case errors.Invalid():
            return error.errors
        case errors.TooManyRights():
            return [_right(f"Take this right away: {each}.") for each in error.rights]
        case errors.MissingPermission():
            return [_right(f"Add this right: {each}.") for each in error.rights]
    return []


def _right(detail: str) -> errors.FieldError:
    """Point at the credentials."""
    return errors.FieldError("/credentials", detail)


def _headers_of(error: Exception) -> dict[str, str]:
    """Give the headers that belong to an error."""
    match error:
        case errors.RateLimited():
            return {"Retry-After": str(_seconds(error.retry_after or _RETRY))}
        case errors.StoreUnavailable():
            return {"Retry-After": "1"}
        case WrongMethod():
            return {"Allow": ", ".join(error.allowed)}
        case Unauthenticated():
            return {"WWW-Authenticate": "Bearer"}
    return {}


def _seconds(time: timedelta) -> int:
    """Give whole seconds, at least one."""
    return max(1, math.ceil(time.total_seconds()))


def invalid_request(found: Iterable[Mapping[str, Any]]) -> errors.Invalid:
    """Make one error of what a validation found; no value is ever repeated."""
    pointed = [errors.FieldError(_pointer(each["loc"]), _sentence(each)) for each in found]
    return errors.Invalid("The request is not valid.", pointed)


def _pointer(place: Sequence[object]) -> str:
    """Spell a place as a JSON pointer: into the body, or to a parameter by its kind."""
    kind, *parts = place
    if kind != "body":
        parts = [kind, *parts[-1:]]
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def _sentence(found: Mapping[str, Any]) -> str:
    """Say what is wrong."""
    if found["type"] == "extra_forbidden":
        return "This field is not known."
    return str(found["msg"]).removeprefix("Value error, ")
