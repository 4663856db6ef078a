"""Held transactions over HTTP: the list, and the owner's word."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.source import Row
from tests.functions.api.desk import FIRST, FOREIGN, SECOND, Desk, listed
from tests.world import START
from tidemark.domain.ids import transaction_id
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.syncs import Mode

PATH = "/v1/held_transactions"
LATE = [
    Row(f"H{number}", f"H{number}", START + timedelta(hours=number), "EUR", Decimal("7.50"))
    for number in range(4)
]


@pytest.fixture
def desk() -> Desk:
    """Give a desk with four held transactions in each of two integrations."""
    made = Desk()
    for key in (FIRST, SECOND):
        made.fill(3, key)
    assert made.send("PUT", "/v1/period_lock", {"locked_until": "2025-02-01"}).status == 200
    made.source.rows += LATE
    for key in (FIRST, SECOND):
        sync(made, key)
    return made


def sync(desk: Desk, key: IntegrationKey) -> str:
    """Sync missing; give the sync's id."""
    world = desk.world
    asked = world.requests.request(key.owner, [key.integration_id], Mode.MISSING)[0]
    assert world.finish(asked).status == "succeeded"
    return asked.id


def held_id(number: int = 0, key: IntegrationKey = FIRST) -> str:
    """Give the id of a held transaction."""
    return transaction_id(key.integration_id, f"ledger:H{number}")


def act(desk: Desk, action: str, number: int = 0, **more: Any) -> Any:  # noqa: ANN401
    """Decide on one."""
    return desk.send("POST", f"{PATH}/{held_id(number)}/{action}", **more)


def test_a_held_one_is_shown_as_it_would_be(desk: Desk) -> None:
    """With why it is held, who brought it, and what it would change."""
    shown = desk.send("GET", PATH, limit="1").json["data"][0]
    expected = {
        "id": held_id(),
        "integration": FIRST.integration_id,
        "source_id": "H0",
        "origin": "source",
        "kind": "trade",
        "state": "held",
        "occurred_at": "2025-01-01T00:00:00.000000Z",
        "imported_at": None,
        "import": None,
        "received": {"asset": "EUR", "amount": "7.50"},
        "reason": "new",
        "at": "2025-06-01T12:00:00.000000Z",
        "rejected": False,
        "would_change": {"year": 2025, "balances": {"EUR": "7.50"}},
    }
    assert {name: shown[name] for name in expected} == expected
    assert ("alice", shown["sync"]) in desk.world.syncs.items
    assert [leg["id"] for leg in shown["legs"]] == ["H0"]


def test_the_list_goes_through_all_integrations(desk: Desk) -> None:
    """Page by page, or through one of them."""
    found = [each["id"] for each in listed(desk, PATH)]
    assert found == [held_id(number, key) for key in (FIRST, SECOND) for number in range(4)]
    own = listed(desk, PATH, integration=SECOND.integration_id)
    assert [each["id"] for each in own] == [held_id(number, SECOND) for number in range(4)]
    assert desk.send("GET", PATH, owner="bob").json["data"] == []
    assert desk.send("GET", PATH, integration="intg_x").status == 404


def test_accepting_answers_the_transaction(desk: Desk) -> None:
    """It is in the ledger now, and no longer held; the period is sealed anew."""
    reply = act(desk, "accept")
    assert reply.status == 200
    assert (reply.json["id"], reply.json["state"]) == (held_id(), "active")
    shown = desk.send("GET", f"/v1/transactions/{held_id()}")
    assert (shown.json, shown.headers["ETag"]) == (reply.json, reply.headers["ETag"])
    assert len(listed(desk, PATH)) == 7
    assert desk.send("GET", "/v1/period_lock", verify="true").json["intact"] is True
    again = act(desk, "accept")
    assert (again.status, again.code) == (404, "not_found")


def test_accepting_twice_with_one_key_is_accepting_once(desk: Desk) -> None:
    """The same answer is given."""
    headers = {"Idempotency-Key": "k"}
    first, second = (act(desk, "accept", headers=headers) for _ in range(2))
    assert (first.status, first.text) == (second.status, second.text)


def test_rejecting_keeps_it_away(desk: Desk) -> None:
    """It is listed among the rejected, and may be accepted after all."""
    reply = act(desk, "reject")
    assert (reply.status, reply.json["rejected"]) == (200, True)
    assert act(desk, "reject").status == 200
    assert [each["id"] for each in listed(desk, PATH, rejected="true")] == [held_id()]
    assert len(listed(desk, PATH)) == 7
    sync(desk, FIRST)
    assert len(listed(desk, PATH)) == 7
    assert act(desk, "accept").status == 200
    assert listed(desk, PATH, rejected="true") == []


def test_nobody_decides_for_another(desk: Desk) -> None:
    """Nor on what is not held: both answers are the same."""
    for action in ("accept", "reject"):
        foreign = act(desk, action, owner="bob")
        unknown = desk.send("POST", f"{PATH}/{held_id(9)}/{action}")
        there = desk.send("POST", f"{PATH}/{desk.ids()[0]}/{action}")
        for reply in (foreign, unknown, there):
            assert (reply.status, reply.text) == (404, unknown.text)
    assert len(listed(desk, PATH)) == 8


def test_in_an_open_period_nothing_is_accepted(desk: Desk) -> None:
    """The next sync missing imports it."""
    desk.send("PUT", "/v1/period_lock", {"locked_until": None})
    reply = act(desk, "accept")
    assert (reply.status, reply.code) == (409, "not_locked")
    sync(desk, FIRST)
    assert len(listed(desk, PATH)) == 4


def test_the_inbox_tells_that_transactions_are_held(desk: Desk) -> None:
    """Until all are decided on."""
    for number in range(4):
        mine = desk.send("GET", "/v1/issues", integration=FIRST.integration_id, state="open")
        (issue,) = (each for each in mine.json["data"] if each["type"] == "held_transactions")
        assert issue["details"]["count"] == str(4 - number)
        act(desk, "reject" if number % 2 else "accept", number)
    mine = desk.send("GET", "/v1/issues", integration=FIRST.integration_id, state="open").json
    assert "held_transactions" not in [each["type"] for each in mine["data"]]


def test_another_owners_integration_is_not_listed(desk: Desk) -> None:
    """Its id is as good as none."""
    desk.world.connect(FOREIGN)
    assert desk.send("GET", PATH, integration=FOREIGN.integration_id).status == 404


def test_held_ones_are_among_the_transactions_when_asked_for(desk: Desk) -> None:
    """In the orders of time, without those that were rejected."""
    act(desk, "reject", 3)
    for sort, numbers in (("occurred_at", [0, 1, 2]), ("-occurred_at", [2, 1, 0])):
        asked = {"state": "held", "integration": FIRST.integration_id, "sort": sort}
        found = listed(desk, "/v1/transactions", **asked)
        assert [each["id"] for each in found] == [held_id(number) for number in numbers]
        assert {each["state"] for each in found} == {"held"}
    newest = listed(desk, "/v1/transactions", state="held", sort="-imported_at")
    assert len(newest) == 7
    assert len(listed(desk, "/v1/transactions")) == 6


def test_a_held_one_is_shown_by_its_id_and_not_changed(desk: Desk) -> None:
    """It has to be accepted or rejected first."""
    path = f"/v1/transactions/{held_id()}"
    reply = desk.send("GET", path)
    assert (reply.status, reply.json["state"], reply.json["import"]) == (200, "held", None)
    assert "ETag" not in reply.headers
    assert desk.send("GET", f"{path}/source").json["records"] == ["H0"]
    assert desk.send("GET", f"{path}/history").json["data"] == []
    for refused in (desk.send("DELETE", path), desk.send("POST", f"{path}/exclude")):
        assert (refused.status, refused.code) == (409, "held")
