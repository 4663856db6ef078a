"""The inbox over HTTP."""

from datetime import timedelta
from urllib.parse import parse_qsl

import pytest

from tests.functions.api.desk import FIRST, SECOND, Desk
from tests.world import START
from tidemark.domain.issues import Issue, IssueType, issue_id


@pytest.fixture
def desk() -> Desk:
    """Give a desk with three issues of two integrations."""
    made = Desk()
    for key in (FIRST, SECOND):
        made.world.connect(key)
    for key, kind in (
        (FIRST, IssueType.UNREAD_ROWS),
        (FIRST, IssueType.KEY_RIGHTS),
        (SECOND, IssueType.UNREAD_ROWS),
    ):
        made.world.clock.advance(timedelta(minutes=1))
        subject = issue_id(key.integration_id, kind)
        issue = Issue(subject, key.integration_id, kind, "Look.", made.world.clock.now())
        made.world.issues.open("alice", issue)
    return made


def test_issues_are_listed_newest_first_and_filtered(desk: Desk) -> None:
    """By integration, type and state; cursors go on where the list stopped."""
    first = desk.send("GET", "/v1/issues", limit="2").json
    rest = desk.send("GET", "/v1/issues", cursor=first["next_cursor"]).json
    kinds = [(each["integration"][-1], each["type"]) for each in first["data"] + rest["data"]]
    assert kinds == [("1", "unread_rows"), ("0", "key_rights"), ("0", "unread_rows")]
    mine = desk.send("GET", "/v1/issues", integration=FIRST.integration_id).json["data"]
    assert len(mine) == 2
    assert desk.send("GET", "/v1/issues", state="resolved").json["data"] == []
    assert desk.send("GET", "/v1/issues", state="gone").status == 422
    rows = desk.send("GET", "/v1/issues", type="unread_rows", limit="1").json
    rows["data"] += desk.send(
        "GET", "/v1/issues", type="unread_rows", cursor=rows["next_cursor"]
    ).json["data"]
    assert [each["type"] for each in rows["data"]] == ["unread_rows"] * 2
    cursor = rows["next_cursor"]
    assert desk.send("GET", "/v1/issues", type="key_rights", cursor=cursor).status == 422
    assert desk.send("GET", "/v1/issues", type="rights").status == 422


@pytest.mark.parametrize("about", list(IssueType))
def test_each_issue_names_a_way_that_there_is(desk: Desk, about: IssueType) -> None:
    """Its link is a route of this API, and a body fits it."""
    name = FIRST.integration_id
    issue = Issue(issue_id(name, about, "x"), name, about, "Look.", START, subject="ledger:T1")
    desk.world.issues.open("alice", issue)
    shown = desk.send("GET", "/v1/issues", type=about.value, integration=name).json["data"]
    link = shown[-1]["link"]
    bodies = {"credentials": {"api_key": "canary"}} if link["body"] is None else link["body"]
    path, _, query = link["href"].partition("?")
    asked = dict(parse_qsl(query))
    body = bodies if link["method"] == "POST" else None
    answers = {404} if about is IssueType.SOURCE_CHANGED else {200, 202}
    assert desk.send(link["method"], path, body, **asked).status in answers


def test_dismissing_closes_an_issue(desk: Desk) -> None:
    """By the owner's word; it says when."""
    issue = desk.send("GET", "/v1/issues").json["data"][0]
    reply = desk.send("POST", f"/v1/issues/{issue['id']}/dismiss")
    assert (reply.status, reply.json["state"]) == (200, "dismissed")
    assert reply.json["closed_at"] is not None
    desk.world.issues.resolve("alice", issue["id"], desk.world.clock.now())
    again = desk.send("POST", f"/v1/issues/{issue['id']}/dismiss")
    assert (again.status, again.json["state"]) == (200, "resolved")
    assert desk.send("GET", "/v1/issues", state="open").json["data"] == [
        each for each in desk.send("GET", "/v1/issues").json["data"] if each["id"] != issue["id"]
    ]
