"""Banks over HTTP: renewed in place, gone, connected again."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.bank import DAY, MINUTE, NAMED, NOW, BankDesk
from tests.functions.api.desk import Reply
from tests.judged import on_demand
from tidemark.domain.consents import Need
from tidemark.domain.endings import bank_after
from tidemark.domain.integrations import Status
from tidemark.domain.syncs import Mode, Problem, Run, SyncStatus, record_of


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


def test_an_account_that_is_not_shared_any_more_is_said_to_be_missing(desk: BankDesk) -> None:
    """What is there of it stays; the next sync says so once, coverage and tips as long as it is."""
    desk.bank.accounts = frozenset({"account-1", "account-2"})
    made = desk.linked()
    desk.step(made, made["first_sync"])
    ids = desk.ids(desk.key(made))
    desk.world.clock.advance(DAY)
    desk.bank.accounts = frozenset({"account-1"})
    assert renew(desk, made).status == 200
    told = []
    for sync_id in (desk.world.queue.messages[-1][1], None, None):
        desk.world.clock.advance(DAY)
        again = sync_id or desk.world.requests.request("alice", [made["id"]], Mode.MISSING)[0].id
        desk.step(made, again)
        told.append([desk.sync(again)["status"], *desk.sync(again)["warnings"]])
    assert told[0][0] == "partial"
    assert "choose it too" in told[0][1]
    assert told[1:] == [["succeeded"], ["succeeded"]]
    assert desk.ids(desk.key(made)) == ids
    path = f"/v1/integrations/{made['id']}/coverage"
    read, lost = desk.send("GET", path).json["data"]
    assert (read["stream"], lost["stream"]) == ("ledger", "ledger:account-2")
    assert [each["state"] for each in lost["intervals"]] == ["unavailable"]
    assert lost["intervals"][0]["from"] == "2025-06-02T12:00:00.000000Z"
    desk.world.clock.advance(MINUTE)
    desk.bank.told_balances = {"EUR": Decimal(1)}
    check = desk.send("POST", "/v1/balance_checks", {"integrations": [made["id"]]}).json
    on_demand(desk.world).work(desk.key(made), check["id"], desk.world.worker("check"))
    rows = desk.send("GET", f"/v1/balance_checks/{check['id']}").json["rows"]
    assert "unshared" in {tip["code"] for row in rows for tip in row["tips"]}

    desk.bank.accounts = frozenset({"account-1", "account-2"})
    assert renew(desk, made).status == 200
    assert len(desk.send("GET", path).json["data"]) == 1


def test_a_renewal_that_is_denied_leaves_the_old_consent(desk: BankDesk) -> None:
    """It is used until it ends; nobody is asked again."""
    made = desk.linked()
    desk.step(made, made["first_sync"])
    asked = desk.send("POST", f"/v1/integrations/{made['id']}/reconnect", {}).json
    assert desk.come_back(asked["consent_url"], error="access_denied").status == 200
    after = desk.shown(made)
    assert (after["status"], after["consent_url"]) == ("healthy", None)
    sync = desk.world.requests.request("alice", [made["id"]], Mode.MISSING)[0]
    assert desk.step(made, sync.id) == "done"
    assert desk.sync(sync.id)["status"] == "succeeded"
    assert desk.bank.opened[-1][0]["of"] == "1"


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


def test_the_issue_leads_to_the_link(desk: BankDesk) -> None:
    """What an issue says to do is done as it says it: a body is not needed."""
    made = desk.linked()
    desk.step(made, made["first_sync"])
    desk.bank.gone = True
    body = {"integrations": [made["id"]], "mode": "incremental"}
    desk.step(made, desk.send("POST", "/v1/syncs", body).json["data"][0]["id"])
    (issue,) = desk.send("GET", "/v1/issues").json["data"]
    link = issue["link"]
    assert (link["method"], link["body"]) == ("POST", None)
    reply = desk.send(link["method"], link["href"], None)
    assert (reply.status, reply.json["id"]) == (200, made["id"])
    assert reply.json["consent_url"] is not None


def renew(desk: BankDesk, made: dict[str, Any]) -> Reply:
    """Consent once more, for another 90 days."""
    asked = desk.send("POST", f"/v1/integrations/{made['id']}/reconnect", {}).json
    desk.bank.expires_at += 90 * DAY
    return desk.come_back(asked["consent_url"])


def test_renewing_ends_what_waits_for_an_answer(desk: BankDesk) -> None:
    """Nobody has to answer it any more; the like of it begins with the new consent, attended."""
    made = desk.linked()
    desk.step(made, made["first_sync"])
    sync_id = desk.asks(made, Need.OTP, mode="missing")
    desk.world.waits.keep(desk.key(made), sync_id, "a-task-token", NOW + DAY)
    desk.world.workflow.asleep.add("a-task-token")
    desk.bank.asks.clear()
    assert renew(desk, made).status == 200
    old = desk.sync(sync_id)
    assert (old["status"], old["waiting"]) == ("canceled", None)
    assert "again" in old["error"]["message"]
    assert desk.world.workflow.told == [("wake", "a-task-token")]
    assert desk.answer(sync_id, otp="123456").status == 410
    assert desk.step(made, sync_id) == "stopped"
    (_, after, _) = desk.world.workflow.executions[-1]
    assert after != sync_id
    assert desk.step(made, after) == "done"
    assert (desk.sync(after)["status"], desk.sync(after)["mode"]) == ("succeeded", "missing")
    credentials, present, _ = desk.bank.opened[-1]
    assert (credentials["of"], present is not None) == ("2", True)
    assert desk.shown(made)["consent_expires_at"] == "2025-11-28T12:00:00.000000Z"


def test_renewing_while_a_sync_reads_loses_and_doubles_nothing(desk: BankDesk) -> None:
    """The old one stops where it is, the new one reads all: with the new accounts, to the end."""
    desk.bank.page_size = 1
    made = desk.link().json
    desk.come_back(made["consent_url"])

    came: list[Reply] = []

    def come(call: str) -> None:
        if call == "page ledger 3" and not came:
            came.append(renew(desk, made))

    desk.bank.trouble = come
    assert desk.step(made, made["first_sync"]) == "stopped"
    assert desk.sync(made["first_sync"])["status"] == "canceled"
    (_, after, _) = desk.world.workflow.executions[-1]
    assert desk.step(made, after) == "done"
    assert desk.sync(after)["status"] == "succeeded"
    assert len(desk.ids(desk.key(made))) == 5
    assert desk.bank.opened[-1][0]["of"] == "2"
    assert desk.shown(made)["consent_expires_at"] == "2025-11-28T12:00:00.000000Z"


def test_what_ends_beside_a_new_consent_says_nothing_of_it(desk: BankDesk) -> None:
    """A sync that is at its very end cannot be stopped: it may have failed, or know another day."""
    made = desk.linked()
    desk.step(made, made["first_sync"])
    key, now = desk.key(made), desk.world.clock.now()
    found = desk.world.integrations.items[key]
    begun = Run("sync_1", key, Mode.INCREMENTAL, now, started_at=now, consent_until=now + DAY)
    gone = Problem("reconnect_required", "Gone.", "Reconnect.")
    failed = replace(record_of(begun), status=SyncStatus.FAILED, problem=gone)
    assert bank_after(failed, begun, found) == {
        "consent_expires_at": now + DAY,
        "status": Status.RECONNECT_REQUIRED,
    }
    assert bank_after(failed, begun, replace(found, granted_at=now + MINUTE)) == {}
