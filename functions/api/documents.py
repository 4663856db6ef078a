"""What the OpenAPI document says of each route, in one argument list."""

from http import HTTPStatus
from typing import Any, TypedDict

from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse

from functions.api.shapes.fields import Shape

READ, WRITE, ADMIN = "read", "write", "admin"

Responses = dict[int, OpenAPIResponse]


class Document(TypedDict):
    """What a route's decorator takes."""

    summary: str
    tags: list[str]
    security: list[dict[str, list[str]]]
    responses: Responses


def document(
    summary: str,
    tag: str,
    scope: str | None,
    *shapes: type[Shape] | None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Document:
    """Describe a route: its one-line summary, its scope, and what it answers when it succeeds.

    Several shapes mean: one of these, under the statuses from ``status`` downwards to 200.
    """
    found: dict[int, Any] = {}
    for shape, at in zip(shapes, (status, HTTPStatus.OK), strict=False):
        found[int(at)] = _response(at, shape)
    security = [{"bearer": [scope]}] if scope else []
    return Document(summary=summary, tags=[tag], security=security, responses=found)


def _response(status: HTTPStatus, shape: type[Shape] | None) -> dict[str, Any]:
    """Describe one answer."""
    described: dict[str, Any] = {"description": status.phrase}
    if shape is not None:
        described["content"] = {"application/json": {"model": shape}}
    return described
