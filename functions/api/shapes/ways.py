"""Links over the wire: the request that comes next."""

from typing import Self

from functions.api.shapes.fields import Json, Shape
from tidemark.domain.ways import Way


class LinkShape(Shape):
    """A request of this API; `body` is what to send, null where its sender has to know."""

    method: str
    href: str
    body: dict[str, Json] | None

    @classmethod
    def of(cls, way: Way) -> Self:
        """Show a way."""
        body = None if way.body is None else dict(way.body)
        return cls(method=way.method, href=way.href, body=body)
