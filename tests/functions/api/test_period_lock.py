"""The period lock over HTTP: setting and moving it, and what it refuses."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.fakes.source import trades
from tests.functions.api.desk import FIRST, SECOND, Desk, change, path_of
from tests.world import START
from tidemark.domain.integrations import IntegrationKind
from tidemark.domain.transactions import Origin, State

PATH = "/v1/period_lock"
NEW_YEAR = "2025-01-02T00:00:00.000000Z"
"""Of ten trades, five hours apart from the first of January on, five are older."""


@pytest.fixture
def desk() -> Desk:
    """Give a desk with ten transactions."""
    made = Desk()
    made.fill(10)
    return made


def put(desk: Desk, until: str | None, **more: str) -> Any:  # noqa: ANN401 - any JSON
    """Lock, and give the answer."""
    reply = desk.send("PUT", PATH, {"locked_until": until, **more})
    assert reply.status == 200, reply.text
    return reply.json


def test_nothing_is_locked_at_first(desk: Desk) -> None:
    """Of nobody."""
    assert desk.send("GET", PATH).json == {
        "locked_until": None,
        "zone": None,
        "locked_at": None,
        "sealed": False,
        "seals": [],
        "intact": None,
    }
    assert desk.send("GET", PATH, verify="true").json["intact"] is None


def test_a_date_is_midnight_in_the_zone(desk: Desk) -> None:
    """A date-time is what it says; without a zone it is UTC."""
    moved = put(desk, "2025-01-02", zone="America/New_York")
    assert (moved["locked_until"], moved["zone"]) == (
        "2025-01-02T05:00:00.000000Z",
        "America/New_York",
    )
    assert (moved["moved"], moved["previous_locked_until"]) == ("forward", None)
    assert (moved["sealed"], moved["locked_at"]) == (True, "2025-06-01T12:00:00.000000Z")
    moved = put(desk, "2025-01-02T01:00:00+01:00", zone="Europe/Berlin")
    assert (moved["locked_until"], moved["moved"]) == (NEW_YEAR, "backward")
    assert moved["previous_locked_until"] == "2025-01-02T05:00:00.000000Z"
    moved = put(desk, "2025-01-02")
    assert (moved["zone"], moved["moved"]) == ("UTC", "nowhere")


def test_the_lock_shows_its_seals_and_verifies_them(desk: Desk) -> None:
    """A digest for each integration; asked for, it tells whether all is as it was."""
    put(desk, NEW_YEAR)
    shown = desk.send("GET", PATH).json
    (seal,) = shown["seals"]
    assert (seal["integration"], len(seal["sha256"])) == (FIRST.integration_id, 64)
    assert shown["intact"] is None
    assert desk.send("GET", PATH, verify="true").json["intact"] is True
    change(desk, 1, state=State.EXCLUDED)
    assert desk.send("GET", PATH, verify="true").json["intact"] is False


def test_null_unlocks(desk: Desk) -> None:
    """And says what was locked."""
    put(desk, NEW_YEAR)
    moved = put(desk, None)
    assert (moved["locked_until"], moved["zone"], moved["seals"]) == (None, None, [])
    assert (moved["moved"], moved["previous_locked_until"]) == ("backward", NEW_YEAR)
    assert desk.send("DELETE", path_of(1)).status == 200


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/locked_until"),
        ({"locked_until": "2025-06-02"}, "/locked_until"),
        ({"locked_until": "yesterday"}, "/locked_until"),
        ({"locked_until": "2025-02-30"}, "/locked_until"),
        ({"locked_until": "2025-01-01T00:00:00"}, "/locked_until"),
        ({"locked_until": "0001-01-01", "zone": "Asia/Tokyo"}, "/locked_until"),
        ({"locked_until": 1735689600}, "/locked_until"),
        ({"locked_until": "2025-01-01", "zone": "Mars/Base"}, "/zone"),
        ({"locked_until": "2025-01-01", "zone": "../etc/passwd"}, "/zone"),
        ({"locked_until": "2025-01-01", "zone": None}, "/zone"),
        ({"locked_until": "2025-01-01", "seals": {}}, "/seals"),
    ],
)
def test_what_cannot_be_locked_is_refused(desk: Desk, body: object, pointer: str) -> None:
    """Not a time, not yet, or no zone; nothing is written."""
    reply = desk.send("PUT", PATH, body)
    assert (reply.status, reply.pointers) == (422, [pointer])
    assert desk.world.accounts.get("alice").version == 0


def test_another_owner_has_another_lock(desk: Desk) -> None:
    """Nobody sees, or suffers from, that of another."""
    put(desk, NEW_YEAR)
    assert desk.send("GET", PATH, owner="bob").json["locked_until"] is None


def test_what_is_not_settled_cannot_be_locked(desk: Desk) -> None:
    """A problem says what is in the way."""
    pending = trades(1, start=START)[0].found()
    desk.world.parked.park_pending(FIRST, [replace(pending, id="ledger:P")], "sync_1")
    reply = desk.send("PUT", PATH, {"locked_until": NEW_YEAR})
    assert (reply.status, reply.code) == (409, "pending_transactions")


def test_what_does_not_stop_is_not_locked(desk: Desk) -> None:
    """The answer comes after some seconds; the lock is as it was."""
    world = desk.world
    sync = desk.send("POST", "/v1/syncs", {"integrations": "all", "mode": "missing"}).json
    now = world.clock.now()
    until = now + timedelta(minutes=5)
    world.runs.acquire(FIRST, sync["data"][0]["id"], "w", now=now, until=until)
    reply = desk.send("PUT", PATH, {"locked_until": NEW_YEAR})
    assert (reply.status, reply.code) == (409, "still_stopping")
    assert desk.send("GET", PATH).json["locked_until"] is None


BY_HAND = {
    "integration": SECOND.integration_id,
    "kind": "deposit",
    "received": {"asset": "EUR", "amount": "1"},
}
EDITS: dict[str, tuple[str, str, object]] = {
    "exclude": ("POST", f"{path_of(0)}/exclude", None),
    "include": ("POST", f"{path_of(1)}/include", None),
    "delete": ("DELETE", path_of(0), None),
    "forget": ("DELETE", f"{path_of(0)}?permanent=true", None),
    "restore": ("POST", f"{path_of(2)}/restore", None),
    "reset": ("POST", f"{path_of(3)}/reset", None),
    "label": ("PATCH", path_of(0), {"label": "Rent"}),
    "amounts": ("PATCH", path_of(0), {"received": {"asset": "BTC", "amount": "9"}}),
    "move within": ("PATCH", path_of(0), {"occurred_at": "2025-01-01T12:00:00Z"}),
    "move out": ("PATCH", path_of(0), {"occurred_at": "2025-02-01T00:00:00Z"}),
    "move in": ("PATCH", path_of(9), {"occurred_at": "2025-01-01T12:00:00Z"}),
    "reset into": ("POST", f"{path_of(4)}/reset", None),
    "by hand": ("POST", "/v1/transactions", BY_HAND | {"occurred_at": "2025-01-01"}),
}
"""Each edit that touches the locked period: none may be done."""


@pytest.fixture
def edited(desk: Desk) -> Desk:
    """Give a desk whose transactions are in every state, and then locked."""
    desk.world.connect(SECOND, connector="manual")
    desk.change(SECOND, kind=IntegrationKind.MANUAL)
    for path, body in (
        (f"{path_of(1)}/exclude", None),
        (path_of(3), {"note": "Mine"}),
        (path_of(4), {"occurred_at": "2025-01-02T12:00:00Z"}),
    ):
        assert desk.send("PATCH" if body else "POST", path, body).status == 200
    assert desk.send("DELETE", path_of(2)).status == 200
    put(desk, NEW_YEAR)
    return desk


@pytest.mark.parametrize("edit", EDITS)
def test_no_edit_touches_the_locked_period(edited: Desk, edit: str) -> None:
    """Whatever the owner does to it is refused, and writes nothing; unlocked, it is done."""
    method, path, body = EDITS[edit]
    path, _, query = path.partition("?")
    asked = dict([query.split("=")]) if query else {}
    before = repr(edited.world.ledger.items), edited.world.queue.messages
    reply = edited.send(method, path, body, **asked)
    assert (reply.status, reply.code) == (409, "period_locked")
    assert (repr(edited.world.ledger.items), edited.world.queue.messages) == before
    put(edited, None)
    assert edited.send(method, path, body, **asked).status in {200, 201, 202, 204}


@pytest.mark.parametrize("action", ["exclude", "delete", "forget", "reset", "include"])
def test_of_many_those_that_are_locked_say_so(edited: Desk, action: str) -> None:
    """The others are done."""
    number = {"reset": 3, "include": 1}.get(action, 0)
    ids = [path_of(each).rpartition("/")[2] for each in (number, 8)]
    reply = edited.send("POST", "/v1/transactions/bulk", {"action": action, "ids": ids})
    assert [each["status"] for each in reply.json["data"]] == ["period_locked", "ok"]


def test_what_is_behind_the_lock_is_edited_as_ever(edited: Desk) -> None:
    """The lock is about the past."""
    assert edited.send("DELETE", path_of(8)).status == 200
    assert edited.send("PATCH", path_of(9), {"label": "Rent"}).status == 200
    made = edited.send("POST", "/v1/transactions", BY_HAND | {"occurred_at": "2025-01-02"})
    assert (made.status, made.json["origin"]) == (201, Origin.MANUAL)


def test_an_integration_goes_without_its_locked_transactions(edited: Desk) -> None:
    """Deleting them with it is refused, before and after it was deleted without them."""
    path = f"/v1/integrations/{FIRST.integration_id}"
    before = repr(edited.world.ledger.items)
    reply = edited.send("DELETE", path, keep_transactions="false")
    assert (reply.status, reply.code) == (409, "period_locked")
    assert edited.send("GET", path).json["status"] == "healthy"
    assert edited.send("DELETE", path, keep_transactions="true").status == 202
    again = edited.send("DELETE", path, keep_transactions="false")
    assert (again.status, again.code) == (409, "period_locked")
    assert repr(edited.world.ledger.items) == before
    put(edited, None)
    assert edited.send("DELETE", path, keep_transactions="false").json["done"] is True
    assert edited.world.ledger.of(FIRST) == {}
