"""Readiness over the wire."""

from typing import Annotated, Self

from pydantic import Field

from functions.api.shapes.fields import Shape
from functions.api.shapes.ways import LinkShape
from tidemark.domain.readiness import Blocker, BlockerCode

TaxYear = Annotated[int, Field(ge=1970, le=9998, description="A calendar year.")]


class ReadinessQuery(Shape):
    """Which tax year: from 1 January to 1 January in the account's zone."""

    year: TaxYear


class BlockerShape(Shape):
    """One reason why a report is not ready; `integration` null: it is about all of them.

    `link` solves it, or shows what is to be decided. `count` is null where nothing is counted.
    """

    code: BlockerCode
    integration: str | None
    message: str
    count: int | None
    link: LinkShape

    @classmethod
    def of(cls, blocker: Blocker) -> Self:
        """Show a reason."""
        return cls(
            code=blocker.code,
            integration=blocker.integration_id,
            message=blocker.message,
            count=blocker.count,
            link=LinkShape.of(blocker.way),
        )


class ReadinessShape(Shape):
    """Whether the report of a year is ready: it is when nothing blocks it."""

    year: int
    ready: bool
    blockers: list[BlockerShape]
