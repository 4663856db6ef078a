"""Issues over the wire."""

from typing import Self

from functions.api.shapes.fields import Moment, Shape
from tidemark.domain.issues import Issue, IssueState, IssueType


class IssueShape(Shape):
    """Something that an owner should know or do."""

    id: str
    integration: str
    type: IssueType
    state: IssueState
    message: str
    subject: str
    details: dict[str, str]
    opened_at: Moment
    closed_at: Moment | None

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
        )


class IssueList(Shape):
    """Issues, newest first."""

    data: list[IssueShape]
    has_more: bool
    next_cursor: str | None
