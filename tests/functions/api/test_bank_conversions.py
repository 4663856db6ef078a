"""A bank for what was written by hand or came in files: all of it stays as it is."""

from typing import Any

import pytest

from tests.bank import NAMED, BankDesk

BODY = {"connector": "bank", "credentials": NAMED}


@pytest.fixture
def desk() -> BankDesk:
    """Give a desk with a manual integration that has one transaction."""
    made = BankDesk()
    made.made = made.send("POST", "/v1/integrations", {"connector": "manual", "name": "Cash"}).json
    row = {
        "integration": made.made["id"],
        "occurred_at": "2024-05-01T10:00:00Z",
        "kind": "deposit",
        "received": {"asset": "EUR", "amount": "5.00"},
    }
    assert made.send("POST", "/v1/transactions", row).status == 201
    return made


def convert(desk: BankDesk, **more: object) -> dict[str, Any]:
    """Give it the bank."""
    path = f"/v1/integrations/{desk.made['id']}/convert"
    reply = desk.send("POST", path, BODY | more)
    assert reply.status == 200, reply.text
    return dict(reply.json)


def test_it_waits_for_its_owners_consent(desk: BankDesk) -> None:
    """Then it is read; what was there stays, and is its owner's."""
    (before,) = desk.send("GET", "/v1/transactions").json["data"]
    made = convert(desk)
    assert (made["id"], made["name"], made["status"]) == (
        desk.made["id"],
        "Cash",
        "waiting_for_user",
    )
    assert desk.sync(made["first_sync"])["waiting"]["url"] == made["consent_url"]
    assert desk.come_back(made["consent_url"]).status == 200
    assert desk.step(made, made["first_sync"]) == "done"
    assert desk.sync(made["first_sync"])["status"] == "succeeded"
    data = desk.send("GET", "/v1/transactions").json["data"]
    assert [each for each in data if each["origin"] == "manual"] == [before]
    assert len(data) == 6
    assert desk.bank.opened[-1][1] is not None


@pytest.mark.parametrize("more", [{"start_sync": False}, {}])
def test_without_consent_all_stays(desk: BankDesk, more: dict[str, object]) -> None:
    """Denied, it wants to be connected again; and so it can be."""
    if not more:
        desk.send("POST", f"/v1/integrations/{desk.made['id']}/pause")
    made = convert(desk, **more)
    assert made["first_sync"] is None
    assert desk.come_back(made["consent_url"], error="access_denied").status == 200
    desk.send("POST", f"/v1/integrations/{desk.made['id']}/resume")
    assert desk.shown(made)["status"] == "reconnect_required"
    assert len(desk.send("GET", "/v1/transactions").json["data"]) == 1
    asked = desk.send("POST", f"/v1/integrations/{made['id']}/reconnect", {}).json
    assert desk.come_back(asked["consent_url"]).status == 200
    body = {"integrations": [made["id"]], "mode": "incremental"}
    (sync,) = desk.send("POST", "/v1/syncs", body).json["data"]
    assert desk.step(made, sync["id"]) == "done"
    assert len(desk.send("GET", "/v1/transactions").json["data"]) == 6


def test_a_bank_that_there_is_not_changes_nothing(desk: BankDesk) -> None:
    """It stays manual."""
    path = f"/v1/integrations/{desk.made['id']}/convert"
    wrong = {"connector": "bank", "credentials": {"aspsp": "x"}}
    assert desk.send("POST", path, wrong).status == 422
    assert desk.shown(desk.made)["connector"] == "manual"
