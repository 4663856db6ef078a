"""Issues: the owner's inbox."""

from collections.abc import Iterator
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.answers import Answer, answer, cut
from functions.api.call import Call, Here
from functions.api.documents import READ, WRITE, document
from functions.api.shapes.issues import IssueList, IssueShape
from functions.api.shapes.queries import IssueQuery
from tidemark.domain.issues import Issue
from tidemark.domain.moments import spell
from tidemark.errors import NotFound

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped


@router.get("/v1/issues", **document("List issues", "issues", READ, IssueList))
def list_issues(here: Here, asked: Annotated[IssueQuery, Query()]) -> Answer:
    """Give the owner's issues, newest first."""
    listing = (here.owner, "issues", asked.integration, asked.state, asked.type)
    cursors = here.services.cursors
    before = tuple(cursors.read(listing, asked.cursor)) if asked.cursor else None
    rows = [each for each in _issues(here, asked) if before is None or _place(each) < before]
    found, more = cut(rows, asked.limit)
    following = cursors.write(listing, _place(found[-1])) if more else None
    data = [IssueShape.of(each) for each in found]
    return answer(IssueList(data=data, has_more=more, next_cursor=following))


def _issues(here: Call, asked: IssueQuery) -> Iterator[Issue]:
    """Go through the issues that are asked for, newest first."""
    if asked.integration is not None:
        here.services.read_integrations.get(here.owner, asked.integration)
    for each in here.ports.issues().of_owner(here.owner):
        wanted = asked.integration in (None, each.integration_id)
        wanted = wanted and asked.type in (None, each.type)
        if wanted and asked.state in (None, each.state):
            yield each


def _place(issue: Issue) -> tuple[str, str]:
    """Say where an issue is in the list."""
    return spell(issue.opened_at), issue.id


@router.post(
    "/v1/issues/<issue_id>/dismiss", **document("Dismiss an issue", "issues", WRITE, IssueShape)
)
def dismiss_issue(here: Here, issue_id: str) -> Answer:
    """Close an issue by the owner's word."""
    if all(each.id != issue_id for each in here.ports.issues().of_owner(here.owner)):
        raise NotFound
    now = here.ports.clock().now()
    return answer(IssueShape.of(here.ports.issues().dismiss(here.owner, issue_id, now)))
