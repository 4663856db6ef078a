"""Issues over the wire."""

from typing import Self

from functions.api.shapes.fields import Moment, Shape
from functions.api.shapes.ways import LinkShape
from tidemark.domain.issues import Issue, IssueState, IssueType
from tidemark.domain.ways import out_of


class IssueShape(Shape):
    """Something that an owner should know or do; `link` solves it, or shows what to decide."""

    id: str
    integration: str
    type: IssueType
    state: IssueState
    message: str
    subject: str
    details: dict[str, str]
    opened_at: Moment
    closed_at: Moment | None
    link: LinkShape

    @classmethod
    def of(cls, issue: Issue) -> Self:
        """Show an issue."""
        return cls(
            id=issue.id,
            integration=issue.integration_id,
            type=issue.type,
            state=issue.state,
            message=issue.message,
            subject=issue.subject,
            details=dict(issue.details),
            opened_at=issue.opened_at,
            closed_at=issue.closed_at,
            link=LinkShape.of(out_of(issue)),
        )


class IssueList(Shape):
    """Issues, newest first."""

    data: list[IssueShape]
    has_more: bool
    next_cursor: str | None
