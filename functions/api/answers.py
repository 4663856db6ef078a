"""Answers: JSON written by the shapes themselves, with the headers that belong to it."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from functions.api.shapes.fields import Shape

JSON = "application/json"

Answer = Response[Any]


def answer(
    shape: Shape,
    status: HTTPStatus = HTTPStatus.OK,
    *,
    etag: str | None = None,
    location: str | None = None,
) -> Answer:
    """Answer with a shape. ``etag`` comes without quotes."""
    headers: dict[str, str | list[str]] = {"Cache-Control": "no-store"}
    if etag is not None:
        headers["ETag"] = f'"{etag}"'
    if location is not None:
        headers["Location"] = location
    return Response(int(status), JSON, shape.model_dump_json(by_alias=True), headers)


def nothing() -> Answer:
    """Answer that it is done, and that there is nothing to show."""
    return Response(int(HTTPStatus.NO_CONTENT), body="")


def cut[T](rows: Sequence[T], limit: int) -> tuple[Sequence[T], bool]:
    """Cut a list to a limit, and tell whether there is more."""
    return rows[:limit], len(rows) > limit
