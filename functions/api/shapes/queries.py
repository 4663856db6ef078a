"""The parameters of lists."""

from typing import Annotated

from pydantic import Field

from functions.api.shapes.fields import Cursor, Limit, Shape
from tidemark.domain.issues import IssueState, IssueType

GroupName = Annotated[str, Field(max_length=100)]


class PageQuery(Shape):
    """Which part of a list."""

    limit: Limit = 50
    cursor: Cursor | None = None


class IntegrationPageQuery(PageQuery):
    """Which part of a list, of one integration if it is named."""

    integration: Annotated[str | None, Field(max_length=200)] = None


class IssueQuery(IntegrationPageQuery):
    """Which issues."""

    state: IssueState | None = None
    type: IssueType | None = None
