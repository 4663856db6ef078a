"""Short lists are shown in parts like all others."""

from datetime import timedelta

import pytest

from tests.functions.api.desk import Desk

LISTS = ["/v1/connectors", "/v1/webhook_endpoints"]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("limit", ["0", "201", "x"])
def test_their_limit_is_from_1_to_200(path: str, limit: str) -> None:
    """As everywhere."""
    desk = Desk()
    assert desk.send("GET", path, limit="1").status == 200
    assert desk.send("GET", path, limit=limit).status == 422
    assert desk.send("GET", path, cursor="garbage").code == "invalid_cursor"


def test_endpoints_are_listed_in_parts() -> None:
    """Each once, oldest first, though one of those shown is deleted meanwhile."""
    desk = Desk()
    body = {"url": "https://hooks.example.com/a"}
    ids = []
    for _ in range(5):
        ids.append(desk.send("POST", LISTS[1], body).json["id"])
        desk.world.clock.advance(timedelta(seconds=1))
    first = desk.send("GET", LISTS[1], limit="2").json
    assert first["has_more"]
    desk.send("DELETE", f"{LISTS[1]}/{ids[1]}")
    second = desk.send("GET", LISTS[1], limit="3", cursor=first["next_cursor"]).json
    assert [each["id"] for each in first["data"] + second["data"]] == ids
    assert (second["has_more"], second["next_cursor"]) == (False, None)
    foreign = desk.send("GET", LISTS[1], owner="bob", cursor=first["next_cursor"])
    assert foreign.code == "invalid_cursor"
