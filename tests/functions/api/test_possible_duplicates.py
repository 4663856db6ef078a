"""Possible duplicates over HTTP."""

from typing import Any

import pytest

from tests.functions.api.desk import FIRST, SECOND, Desk, Reply, listed, path_of
from tidemark.domain.ids import transaction_id
from tidemark.errors import StoreUnavailable

PATH = "/v1/possible_duplicates"


@pytest.fixture
def desk() -> Desk:
    """Give a desk with five trades of a source."""
    made = Desk()
    made.fill(5)
    return made


def by_hand(desk: Desk, number: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - a body
    """Tell by hand of one of the source's trades, half an hour later."""
    source = desk.send("GET", path_of(number)).json
    body = {
        "integration": FIRST.integration_id,
        "occurred_at": source["occurred_at"].replace(":00:00", ":30:00"),
        "sent": source["sent"],
        "received": source["received"],
        **more,
    }
    reply = desk.send("POST", "/v1/transactions", body)
    assert reply.status == 201, reply.text
    made: dict[str, Any] = reply.json
    return made


def decide(desk: Desk, word: str, number: int = 0, **query: str) -> Reply:
    """Say a word about a pair."""
    pair = desk.send("GET", PATH, **query).json["data"][number]
    return desk.send("POST", f"{PATH}/{pair['id']}/{word}")


def test_what_is_made_by_hand_is_compared_at_once(desk: Desk) -> None:
    """The pair is listed with both transactions, and an issue names it."""
    own = by_hand(desk, 1)
    (pair,) = listed(desk, PATH)
    twin = transaction_id(FIRST.integration_id, "ledger:T0001")
    assert (pair["own"], pair["source"], pair["state"]) == (own["id"], twin, "open")
    assert (pair["unique"], pair["seconds_apart"], pair["found_by"]) == (True, 1800, own["id"])
    assert [each["id"] for each in pair["transactions"]] == [own["id"], twin]
    assert pair["amounts"] == [
        {"asset": "BTC", "amount": "0.002"},
        {"asset": "EUR", "amount": "-2.25"},
    ]
    (issue,) = desk.send("GET", "/v1/issues").json["data"]
    assert (issue["type"], issue["details"]["pairs"]) == ("possible_duplicate", pair["id"])


def test_a_merge_and_its_undo(desk: Desk) -> None:
    """The own one is excluded and cannot be included behind the pair's back."""
    own = by_hand(desk, 1, label="Rent")
    merged = decide(desk, "merge")
    assert (merged.status, merged.json["state"]) == (200, "merged")
    first, second = merged.json["transactions"]
    assert (first["state"], second["label"]) == ("excluded", "Rent")
    refused = desk.send("POST", f"/v1/transactions/{own['id']}/include")
    assert (refused.status, refused.code) == (409, "merged")
    assert decide(desk, "merge", state="merged").json == merged.json
    history = desk.send("GET", f"{path_of(1)}/history").json
    assert "merged" in str(history)
    undone = decide(desk, "undo", state="merged").json
    assert (undone["state"], undone["closed_at"]) == ("open", None)
    first, second = undone["transactions"]
    assert (first["state"], second["label"], second["edited"]) == ("active", None, False)


def test_a_dismissal_and_its_undo(desk: Desk) -> None:
    """It is listed by its state."""
    by_hand(desk, 1)
    assert decide(desk, "dismiss").json["state"] == "dismissed"
    assert listed(desk, PATH) == []
    refused = decide(desk, "merge", state="dismissed")
    assert (refused.status, refused.code) == (409, "not_open")
    assert decide(desk, "undo", state="dismissed").json["state"] == "open"


def test_pairs_are_listed_in_pages_and_by_integration(desk: Desk) -> None:
    """On either side; the integration has to be the owner's."""
    made = {by_hand(desk, number)["id"] for number in range(5)}
    assert {pair["own"] for pair in listed(desk, PATH)} == made
    assert len(listed(desk, PATH, integration=FIRST.integration_id)) == 5
    desk.world.connect(SECOND)
    assert listed(desk, PATH, integration=SECOND.integration_id) == []
    assert desk.send("GET", PATH, integration="intg_x").status == 404
    assert desk.send("GET", PATH, state="gone").status == 422


@pytest.mark.parametrize("how", ["delete", "forget", "exclude", "bulk", "change"])
def test_a_pair_closes_with_what_is_done_to_its_transactions(desk: Desk, how: str) -> None:
    """At once, with its issue."""
    own = by_hand(desk, 1)
    path = f"/v1/transactions/{own['id']}"
    requests: dict[str, tuple[str, str, object, dict[str, str]]] = {
        "delete": ("DELETE", path_of(1), None, {}),
        "forget": ("DELETE", path, None, {"permanent": "true"}),
        "exclude": ("POST", f"{path}/exclude", None, {}),
        "bulk": ("POST", "/v1/transactions/bulk", {"action": "exclude", "ids": [own["id"]]}, {}),
        "change": ("PATCH", path, {"occurred_at": "2024-12-01T00:00:00Z"}, {}),
    }
    method, to, body, query = requests[how]
    assert desk.send(method, to, body, **query).status in {200, 204}
    assert [pair["state"] for pair in listed(desk, PATH, state="resolved")] == ["resolved"]
    assert listed(desk, PATH) == []
    assert desk.send("GET", "/v1/issues", state="open").json["data"] == []


def test_a_deleted_integration_leaves_no_pair(desk: Desk) -> None:
    """Nor what was noted of it."""
    by_hand(desk, 1)
    path = f"/v1/integrations/{FIRST.integration_id}"
    assert desk.send("DELETE", path, keep_transactions="false").status == 202
    assert (desk.world.duplicates.items, desk.world.duplicates.noted) == ({}, set())


def test_a_list_shows_nothing_that_no_longer_holds(desk: Desk) -> None:
    """Whoever has changed it: the pair is closed on the way."""
    by_hand(desk, 1)
    rows = desk.world.ledger.of(FIRST)
    del rows[next(name for name in rows if name.startswith("own:"))]
    assert listed(desk, PATH) == []
    (pair,) = listed(desk, PATH, state="resolved")
    assert [each["origin"] for each in pair["transactions"]] == ["source"]


def test_an_edit_is_made_even_if_nobody_can_look_for_pairs(desk: Desk) -> None:
    """A made transaction must not be made again because of that."""

    def fail(_owner: str) -> frozenset[str]:
        raise StoreUnavailable("throttled")

    desk.world.duplicates.with_own = fail
    own = by_hand(desk, 1)
    assert desk.send("POST", f"/v1/transactions/{own['id']}/exclude").status == 200
