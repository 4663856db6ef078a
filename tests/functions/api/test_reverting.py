"""Undo of a sync over HTTP."""

import pytest

from tests.functions.api.desk import FIRST, Desk, path_of
from tests.services.undo_world import work
from tidemark.domain.syncs import Mode


@pytest.fixture
def desk() -> Desk:
    """Give a desk with five trades of a source."""
    made = Desk()
    made.fill(5)
    return made


def sync_of(desk: Desk) -> str:
    """Give the id of the only sync."""
    (sync,) = desk.send("GET", "/v1/syncs").json["data"]
    assert sync["revert"] is None
    return str(sync["id"])


def test_a_sync_is_undone_by_a_job(desk: Desk) -> None:
    """It tells how far it is; what was changed since is named."""
    name = sync_of(desk)
    edited = desk.send("PATCH", path_of(1), {"note": "mine"}).json["id"]
    asked = desk.send("POST", f"/v1/syncs/{name}/revert")
    assert (asked.status, asked.headers["Location"]) == (202, f"/v1/syncs/{name}")
    assert (asked.json["id"], asked.json["status"]) == (name, "reverting")
    desk.world.values_queue.sent.clear()
    work(desk.world)
    assert desk.world.values_queue.sent == [FIRST]
    told = desk.send("GET", f"/v1/syncs/{name}").json["revert"]
    assert (told["status"], told["removed"], told["kept"]) == ("reverted", 4, 1)
    assert told["rows"] == [{"transaction": edited, "reason": "edited"}]
    rows = desk.send("GET", "/v1/transactions").json["data"]
    assert [row["id"] for row in rows] == [edited]
    history = desk.send("GET", f"{path_of(0)}/history").json
    assert "reverted" in str(history)
    assert name in str(history)


def test_asked_again_it_is_done(desk: Desk) -> None:
    """Nothing more is asked for."""
    name = sync_of(desk)
    desk.send("POST", f"/v1/syncs/{name}/revert")
    work(desk.world)
    again = desk.send("POST", f"/v1/syncs/{name}/revert")
    assert (again.status, again.json["status"], again.json["removed"]) == (202, "reverted", 5)
    assert desk.world.files_queue.jobs == []


def test_a_running_sync_is_not_undone(desk: Desk) -> None:
    """It has to end first."""
    running = desk.world.requests.request("alice", [FIRST.integration_id], Mode.MISSING)[0]
    refused = desk.send("POST", f"/v1/syncs/{running.id}/revert")
    assert (refused.status, refused.code) == (409, "syncing")
