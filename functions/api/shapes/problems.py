"""Errors as RFC 9457 has them."""

from functions.api.shapes.fields import Shape


class PointedError(Shape):
    """One thing that is wrong: a JSON pointer and a sentence."""

    pointer: str
    detail: str


class Problem(Shape):
    """Why a request was not done. Programs may rely on `code`."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[PointedError]
    request_id: str
