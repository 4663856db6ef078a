"""Integrations over HTTP: connect, list, change, pause, delete."""

from datetime import timedelta

import pytest

from tests.functions.api.desk import FIRST, SECOND, Desk
from tests.world import START
from tidemark.domain.integrations import IntegrationKey, Status
from tidemark.domain.issues import Issue, IssueType, issue_id
from tidemark.domain.syncs import Mode

PATH = f"/v1/integrations/{FIRST.integration_id}"


@pytest.fixture
def desk() -> Desk:
    """Give an empty desk."""
    return Desk()


def test_lists_go_on_where_they_stopped(desk: Desk) -> None:
    """Each integration once, although one is added between the pages."""
    keys = [IntegrationKey("alice", f"intg_01J0000000000000000000000{n}") for n in range(5)]
    for key in keys:
        desk.world.connect(key)
    first = desk.send("GET", "/v1/integrations", limit="2").json
    desk.world.connect(IntegrationKey("alice", "intg_01J00000000000000000000009"))
    rest = desk.send("GET", "/v1/integrations", limit="200", cursor=first["next_cursor"]).json
    listed = [each["id"] for each in first["data"] + rest["data"]]
    assert listed == [*(key.integration_id for key in keys), "intg_01J00000000000000000000009"]
    assert (first["has_more"], rest["has_more"], rest["next_cursor"]) == (True, False, None)


def test_changes_keep_what_is_not_named(desk: Desk) -> None:
    """A null removes a group or a start date, and nothing else."""
    desk.world.connect(FIRST, group="A", start_date=START)
    assert desk.send("PATCH", PATH, {"name": " B "}).json["name"] == "B"
    assert desk.send("PATCH", PATH, {"group": None}).json["group"] is None
    shown = desk.send("PATCH", PATH, {"start_date": None, "deleted": "reappear"}).json
    assert (shown["start_date"], shown["deleted"], shown["name"]) == (None, "reappear", "B")
    for field in ("name", "deleted"):
        assert desk.send("PATCH", PATH, {field: None}).pointers == [f"/{field}"]


def test_protected_fields_cannot_be_set(desk: Desk) -> None:
    """The item stays as it is, to the byte."""
    desk.world.connect(FIRST)
    before = desk.world.integrations.items[FIRST]
    for field in ("status", "paused", "owner", "kind", "key_rights", "connector", "version", "id"):
        assert desk.send("PATCH", PATH, {field: "x"}).pointers == [f"/{field}"]
    assert desk.world.integrations.items[FIRST] == before


def test_status_is_what_matters_most_now(desk: Desk) -> None:
    """Deactivated, paused, syncing, then how the last run went; open issues degrade it."""
    desk.fill(2)
    assert desk.send("GET", PATH).json["status"] == "healthy"
    subject = issue_id(FIRST.integration_id, IssueType.UNREAD_ROWS)
    now = desk.world.clock.now()
    issue = Issue(subject, FIRST.integration_id, IssueType.UNREAD_ROWS, "Rows.", now)
    desk.world.issues.open("alice", issue)
    shown = desk.send("GET", PATH).json
    assert (shown["status"], shown["status_reason"]) == ("degraded", "unread_rows")
    assert shown["counts"]["open_issues"] == 1
    desk.world.request()
    assert desk.send("GET", PATH).json["status"] == "syncing"
    assert desk.send("POST", f"{PATH}/pause").json["status"] == "paused"
    desk.change(FIRST, deactivated=True)
    assert desk.send("GET", PATH).json["status"] == "deactivated"
    desk.change(FIRST, deactivated=False, paused=False, status=Status.RATE_LIMITED)
    assert desk.send("GET", PATH).json["status"] == "rate_limited"


def test_complete_until_is_where_the_first_gap_begins(desk: Desk) -> None:
    """Null before anything was read, and null when the start date moves before what was read."""
    desk.world.connect(SECOND, start_date=START)
    path = f"/v1/integrations/{SECOND.integration_id}"
    assert desk.send("GET", path).json["complete_until"] is None
    desk.fill(2)
    desk.change(FIRST, start_date=START)
    assert desk.send("GET", PATH).json["complete_until"] == "2025-06-01T12:00:00.000000Z"
    streams, version = desk.world.coverage.read(FIRST)
    reopened = {name: stream.reopened(START) for name, stream in streams.items()}
    desk.world.coverage.write(FIRST, reopened, version)
    desk.change(FIRST, start_date=START - timedelta(days=1))
    assert desk.send("GET", PATH).json["complete_until"] is None
    coverage = desk.send("GET", f"{PATH}/coverage").json["data"]
    spans = [(each["from"], each["to"], each["state"]) for each in coverage[0]["intervals"]]
    assert spans == [
        ("2024-12-31T00:00:00.000000Z", "2025-01-01T00:00:00.000000Z", "missing"),
        ("2025-01-01T00:00:00.000000Z", "2025-06-01T12:00:00.000000Z", "complete"),
    ]


def test_what_the_key_hides_is_unavailable_and_not_missing(desk: Desk) -> None:
    """Coverage says so."""
    desk.fill(2)
    streams, version = desk.world.coverage.read(FIRST)
    shorter = {name: stream.reopened(START) for name, stream in streams.items()}
    desk.world.coverage.write(FIRST, shorter, version)
    desk.change(FIRST, history_from=START)
    shown = desk.send("GET", f"{PATH}/coverage").json["data"][0]
    assert [each["state"] for each in shown["intervals"]] == ["unavailable", "complete"]
    assert shown["intervals"][0]["from"] is None
    assert shown["complete_until"] == "2025-06-01T12:00:00.000000Z"


def test_a_start_date_moves_in_both_directions(desk: Desk) -> None:
    """Later: older rows stay and are flagged. Earlier again: the time between is missing."""
    desk.fill(10)
    cut, before = "2025-01-02T00:00:00.000000Z", desk.send("GET", "/v1/balances").json
    assert desk.send("PATCH", PATH, {"start_date": "2025-01-02"}).json["start_date"] == cut
    listed = desk.send("GET", "/v1/transactions").json["data"]
    assert [row["before_start"] for row in listed] == 5 * [False] + 5 * [True]
    assert all(row["before_start"] == (row["occurred_at"] < cut) for row in listed)
    assert desk.send("GET", "/v1/balances").json == before
    shown = desk.send("PATCH", PATH, {"start_date": "2025-01-01"}).json
    assert shown["complete_until"] is None
    spans = desk.send("GET", f"{PATH}/coverage").json["data"][0]["intervals"]
    assert [(each["to"], each["state"]) for each in spans] == [
        (cut, "missing"),
        ("2025-06-01T12:00:00.000000Z", "complete"),
    ]
    listed = desk.send("GET", "/v1/transactions").json["data"]
    assert not any(row["before_start"] for row in listed)
    desk.world.run(Mode.MISSING)
    assert desk.send("GET", PATH).json["complete_until"] == "2025-06-01T12:00:00.000000Z"
