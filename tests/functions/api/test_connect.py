"""Connecting over HTTP: what is checked, and what is answered."""

import pytest

from tests.functions.api.desk import WANTED, Desk
from tests.world import START
from tidemark.domain.pages import KeyRights
from tidemark.errors import BadCredentials


@pytest.fixture
def desk() -> Desk:
    """Give an empty desk."""
    return Desk()


def test_connecting_answers_the_integration_and_its_first_sync(desk: Desk) -> None:
    """201, with Location and ETag; the sync is there to be watched."""
    reply = desk.send("POST", "/v1/integrations", {**WANTED, "name": "  My Kraken "})
    made = reply.json
    assert reply.status == 201
    assert reply.headers["Location"] == f"/v1/integrations/{made['id']}"
    assert reply.headers["ETag"] == '"1"'
    assert (made["name"], made["kind"], made["key_rights"]) == (
        "My Kraken",
        "exchange",
        "read_only",
    )
    assert (made["status"], made["start_date"], made["next_sync_at"]) == ("syncing", None, None)
    sync = desk.send("GET", f"/v1/syncs/{made['first_sync']}").json
    assert (sync["integration"], sync["trigger"], sync["status"]) == (
        made["id"],
        "connect",
        "queued",
    )
    assert "credentials" not in reply.text


def test_a_first_sync_can_be_left_out(desk: Desk) -> None:
    """Then nothing is queued."""
    made = desk.send("POST", "/v1/integrations", {**WANTED, "start_sync": False}).json
    assert (made["first_sync"], made["status"]) == (None, "initializing")
    assert desk.world.queue.messages == []


def test_a_dry_run_only_validates(desk: Desk) -> None:
    """It tells what the key may do and stores nothing."""
    desk.source.said = KeyRights(read_only=None, history_from=START)
    reply = desk.send("POST", "/v1/integrations", {**WANTED, "dry_run": True})
    assert reply.status == 200
    assert reply.json == {
        "valid": True,
        "connector": "fake",
        "kind": "exchange",
        "key_rights": "unknown",
        "history_from": "2025-01-01T00:00:00.000000Z",
    }
    assert desk.world.integrations.items == {}
    assert desk.source.calls == ["rights"]


def test_a_refused_credential_stores_nothing(desk: Desk) -> None:
    """Whatever the reason."""

    def refuse(_call: str) -> None:
        raise BadCredentials("The key is not accepted.")

    desk.source.trouble = refuse
    reply = desk.send("POST", "/v1/integrations", WANTED)
    assert (reply.status, reply.code) == (422, "invalid_credentials")
    assert desk.world.integrations.items == {}


def test_the_same_credential_twice_is_a_conflict(desk: Desk) -> None:
    """For one owner; the source is not even asked. Another owner may."""
    desk.send("POST", "/v1/integrations", WANTED)
    desk.source.calls.clear()
    reply = desk.send("POST", "/v1/integrations", {**WANTED, "name": "Again"})
    assert (reply.status, reply.code) == (409, "already_connected")
    assert desk.source.calls == []
    assert desk.send("POST", "/v1/integrations", WANTED, owner="bob").status == 201


def test_a_manual_integration_has_no_source(desk: Desk) -> None:
    """It is healthy at once, never syncs, and there may be several."""
    body = {"connector": "manual", "name": "Cash"}
    for _ in range(2):
        made = desk.send("POST", "/v1/integrations", body).json
        assert (made["status"], made["first_sync"], made["kind"]) == ("healthy", None, "manual")
    started = {"integrations": [made["id"]], "mode": "incremental"}
    assert desk.send("POST", "/v1/syncs", started).code == "no_source"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"connector": "nosuch"}, "/connector"),
        ({"name": ""}, "/name"),
        ({"name": " \t "}, "/name"),
        ({"name": "a\u0000b"}, "/name"),
        ({"name": "a\nb"}, "/name"),
        ({"name": "\ud800"}, "/name"),
        ({"name": "x" * 101}, "/name"),
        ({"name": None}, "/name"),
        ({"name": 5}, "/name"),
        ({"group": ""}, "/group"),
        ({"start_date": "2024-02-30"}, "/start_date"),
        ({"start_date": "2024-02-03T10:00:00"}, "/start_date"),
        ({"start_date": 1_700_000_000}, "/start_date"),
        ({"start_date": "0001-01-01T00:00:00+14:00"}, "/start_date"),
        ({"start_date": "2099-01-01"}, "/start_date"),
        ({"import_mode": "some"}, "/import_mode"),
        ({"deleted": True}, "/deleted"),
        ({"start_sync": "yes"}, "/start_sync"),
        ({"credentials": "k"}, "/credentials"),
        ({"status": "healthy"}, "/status"),
        ({"sealed": "x"}, "/sealed"),
    ],
)
def test_a_wrong_field_is_pointed_at(desk: Desk, change: dict[str, object], pointer: str) -> None:
    """One pointer into the body for each."""
    reply = desk.send("POST", "/v1/integrations", {**WANTED, **change})
    assert (reply.status, reply.pointers) == (422, [pointer])
    assert desk.world.integrations.items == {}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2024-02-29", "2024-02-29T00:00:00.000000Z"),
        ("2024-02-29T10:00:00Z", "2024-02-29T10:00:00.000000Z"),
        ("2024-02-29t10:00:00.5z", "2024-02-29T10:00:00.500000Z"),
        ("2024-02-29T10:00:00+02:00", "2024-02-29T08:00:00.000000Z"),
        (None, None),
    ],
)
def test_a_start_date_is_a_date_or_a_date_time(
    desk: Desk, given: str | None, kept: str | None
) -> None:
    """A date means midnight UTC; answers are UTC with Z."""
    reply = desk.send("POST", "/v1/integrations", {**WANTED, "start_date": given})
    assert reply.json["start_date"] == kept
