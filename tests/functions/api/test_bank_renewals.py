"""Banks over HTTP: renewed in place, gone, connected again."""

from dataclasses import replace

import pytest

from tests.bank import DAY, MINUTE, NAMED, BankDesk
from tidemark.domain.consents import Need
from tidemark.domain.integrations import Status


@pytest.fixture
def desk() -> BankDesk:
    """Give a desk."""
    return BankDesk()


def test_a_renewed_consent_keeps_everything(desk: BankDesk) -> None:
    """Ids and edits; until it is given, the old one is used."""
    made = desk.linked()
    desk.step(made, made["first_sync"])
    ids = desk.ids(desk.key(made))
    desk.send("POST", f"/v1/transactions/{ids[1]}/exclude")
    asked = desk.send("POST", f"/v1/integrations/{made['id']}/reconnect", {"credentials": NAMED})
    assert (asked.status, asked.json["status"]) == (200, "healthy")
    desk.bank.expires_at += 90 * DAY
    assert desk.come_back(asked.json["consent_url"]).status == 200
    (_, sync_id) = desk.world.queue.messages[-1]
    assert desk.step(made, sync_id) == "done"
    sync = desk.sync(sync_id)
    assert (sync["status"], sync["counts"]["new"], sync["counts"]["excluded"]) == (
        "succeeded",
        0,
        1,
    )
    assert desk.ids(desk.key(made)) == ids
    assert desk.shown(made)["consent_expires_at"] == "2025-11-28T12:00:00.000000Z"


def test_other_accounts_are_refused(desk: BankDesk) -> None:
    """The old consent stays as it is, and so does what was read with it."""
    made = desk.linked()
    desk.step(made, made["first_sync"])
    sealed = desk.world.integrations.items[desk.key(made)].sealed
    asked = desk.send("POST", f"/v1/integrations/{made['id']}/reconnect", {}).json
    desk.bank.accounts = frozenset({"account-2"})
    reply = desk.come_back(asked["consent_url"])
    assert (reply.status, reply.code) == (409, "another_account")
    assert desk.world.integrations.items[desk.key(made)].sealed == sealed
    desk.bank.accounts = frozenset({"account-1", "account-2"})
    assert desk.come_back(asked["consent_url"]).status == 200


def test_an_account_is_connected_once(desk: BankDesk) -> None:
    """Two ledgers of one account would count everything twice."""
    desk.linked()
    second = desk.link().json
    reply = desk.come_back(second["consent_url"])
    assert (reply.status, reply.code) == (409, "already_connected")
    assert desk.shown(second)["status"] == "waiting_for_user"


def test_another_bank_is_another_integration(desk: BankDesk) -> None:
    """And a bank has no credentials to replace."""
    made = desk.linked()
    path = f"/v1/integrations/{made['id']}"
    other = {"credentials": {**NAMED, "aspsp": "Other"}}
    assert desk.send("POST", f"{path}/reconnect", other).code == "another_account"
    refused = desk.send("POST", f"{path}/credentials", {"credentials": NAMED})
    assert (refused.status, refused.code) == (409, "linked_by_consent")


def test_a_sync_that_waits_at_a_link_keeps_it(desk: BankDesk) -> None:
    """Reconnecting shows the same one: the sync's would be void."""
    made = desk.link().json
    again = desk.send("POST", f"/v1/integrations/{made['id']}/reconnect", {}).json
    assert again["consent_url"] == made["consent_url"]
    assert len(desk.bank.links) == 1


def test_a_key_is_needed_where_there_is_one(desk: BankDesk) -> None:
    """Only banks are reconnected without."""
    made = desk.send(
        "POST", "/v1/integrations", {"connector": "fake", "name": "A", "credentials": {}}
    ).json
    reply = desk.send("POST", f"/v1/integrations/{made['id']}/reconnect", {})
    assert (reply.status, reply.pointers) == (422, ["/credentials"])


def test_a_consent_that_is_gone_wants_to_be_given_again(desk: BankDesk) -> None:
    """The sync fails with a word; an issue is open until the owner has reconnected."""
    made = desk.linked()
    desk.step(made, made["first_sync"])
    desk.bank.gone = True
    body = {"integrations": [made["id"]], "mode": "incremental"}
    sync_id = desk.send("POST", "/v1/syncs", body).json["data"][0]["id"]
    desk.step(made, sync_id)
    sync = desk.sync(sync_id)
    assert (sync["status"], sync["error"]["code"]) == ("failed", "reconnect_required")
    assert "file" in sync["error"]["next_step"]
    assert desk.shown(made)["status"] == "reconnect_required"
    desk.bank.gone = False
    asked = desk.send("POST", f"/v1/integrations/{made['id']}/reconnect", {}).json
    desk.come_back(asked["consent_url"])
    (issue,) = desk.send("GET", "/v1/issues").json["data"]
    assert (issue["type"], issue["state"]) == ("reconnect_required", "resolved")
    desk.step(made, desk.world.queue.messages[-1][1])
    assert desk.shown(made)["status"] == "healthy"


def test_a_consent_given_meanwhile_is_not_to_blame(desk: BankDesk) -> None:
    """A sync that began with the old one may end without marking the new one as gone."""
    made = desk.linked()
    desk.step(made, made["first_sync"])
    sync_id = desk.asks(made, Need.OTP)
    asked = desk.send("POST", f"/v1/integrations/{made['id']}/reconnect", {}).json
    desk.world.clock.advance(MINUTE)
    desk.come_back(asked["consent_url"])
    desk.bank.gone = True
    desk.answer(sync_id, otp="123456")
    item = desk.world.runs.items[desk.key(made)]
    assert item.run is not None
    item.run = replace(item.run, consent_until=None)
    desk.step(made, sync_id)
    assert desk.sync(sync_id)["error"]["code"] == "reconnect_required"
    assert desk.shown(made)["status"] == Status.ERROR
