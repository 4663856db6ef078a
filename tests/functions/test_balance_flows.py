"""Balances of a Kraken account: a mismatch is found, located and closed again."""

from decimal import Decimal
from typing import Any

import pytest

from local.sources.kraken import KrakenSource
from local.sources.kraken_history import generate
from tests.functions.stage import Stage
from tidemark import wiring
from tidemark.domain.integrations import IntegrationKey

ROWS = 120


@pytest.fixture
def account(stage: Stage) -> KrakenSource:
    """Open an account at the exchange."""
    return stage.exchange.account(generate(ROWS))


def check(stage: Stage, of: dict[str, Any]) -> dict[str, Any]:
    """Have an integration checked, and give what was found."""
    asked = stage.send("POST", "/v1/balance_checks", {"integrations": [of["id"]]})
    assert (asked.status, asked.json["status"]) == (202, "running")
    assert asked.headers["Location"] == f"/v1/balance_checks/{asked.json['id']}"
    assert stage.deliver(*stage.messages()) == []
    return dict(stage.send("GET", asked.headers["Location"]).json)


def row(found: dict[str, Any], asset: str) -> dict[str, Any]:
    """Give what a check says of one asset."""
    (one,) = (each for each in found["rows"] if each["asset"] == asset)
    return dict(one)


def issue(stage: Stage) -> dict[str, Any]:
    """Give the issue of the mismatch."""
    rows = stage.send("GET", "/v1/issues").json["data"]
    (one,) = (each for each in rows if each["type"] == "balance_mismatch")
    return dict(one)


def test_a_hole_is_found_located_and_closed(stage: Stage, account: KrakenSource) -> None:
    """By a check, to the transaction behind it; a sync in mode missing brings it back."""
    made = stage.connect(account.credentials)
    stage.deliver(*stage.messages())
    good = check(stage, made)
    assert good["status"] == "done"
    assert {each["difference"] for each in good["rows"]} == {"0"}
    key = IntegrationKey("alice", made["id"])
    rows = [dict(each) for each in listed(stage) if "EUR" in assets_of(each)]
    gone, behind, before = rows[-10], rows[-11], rows[-9]
    inner = next(each for each in wiring.ledger().ids(key, 1000) if gone["source_id"] in each)
    month = gone["occurred_at"][:7]
    wiring.months().enter(key, [month], "w")
    wiring.ledger().erase(key, [inner])
    wiring.months().leave(key, [month], "w")

    found = check(stage, made)
    euro = row(found, "EUR")
    lost = sum(Decimal(leg["amount"]) for leg in gone["legs"] if leg["asset"] == "EUR")
    assert Decimal(euro["difference"]) == lost
    assert euro["last_good_at"] == good["rows"][0]["as_of"]
    assert euro["first_bad_transaction"] == behind["id"]
    assert euro["first_bad_at"] == behind["occurred_at"]
    assert euro["source_ids"] == [before["source_id"], behind["source_id"]]
    assert [tip["code"] for tip in euro["tips"]][-1] == "sync_missing"
    told = issue(stage)
    assert told["state"] == "open"
    assert told["details"]["EUR.first_bad_transaction"] == behind["id"]

    assert stage.execute(stage.start(made, "missing"))[-1] == "done"
    assert issue(stage)["state"] == "resolved"
    assert row(check(stage, made), "EUR")["difference"] == "0"


def test_what_the_owner_excluded_is_named(stage: Stage, account: KrakenSource) -> None:
    """With the id of the transaction, which is where the balances part."""
    made = stage.connect(account.credentials)
    stage.deliver(*stage.messages())
    chosen = next(each for each in listed(stage) if assets_of(each) == {"EUR", "BTC"})
    stage.send("POST", f"/v1/transactions/{chosen['id']}/exclude", {})

    euro = row(check(stage, made), "EUR")
    assert euro["first_bad_transaction"] == chosen["id"]
    tips = {tip["code"]: tip for tip in euro["tips"]}
    assert tips["excluded"]["ids"] == [chosen["id"]]
    assert "state=excluded" in tips["excluded"]["link"]
    stage.send("POST", f"/v1/transactions/{chosen['id']}/include", {})
    assert row(check(stage, made), "EUR")["difference"] == "0"
    assert issue(stage)["state"] == "resolved"


def test_a_manual_integration_is_checked_without_a_source(stage: Stage) -> None:
    """Both balances are the same; the sums of its months are looked at."""
    body = {"connector": "manual", "name": "Cash"}
    made = stage.send("POST", "/v1/integrations", body).json
    received = {"asset": "EUR", "amount": "5"}
    wish = {"integration": made["id"], "occurred_at": "2024-05-01", "received": received}
    assert stage.send("POST", "/v1/transactions", wish).status == 201
    found = check(stage, made)
    assert (found["status"], row(found, "EUR")["difference"]) == ("done", "0")
    assert stage.send("GET", "/v1/issues").json["data"] == []


def test_a_past_moment(stage: Stage, account: KrakenSource) -> None:
    """Calculated exactly, before and after a transaction; nobody asked the source then."""
    stage.connect(account.credentials)
    stage.deliver(*stage.messages())
    rows = [each for each in reversed(listed(stage)) if "EUR" in assets_of(each)]
    at = rows[5]["occurred_at"]
    legs = [leg for each in rows[:5] for leg in each["legs"] if leg["asset"] == "EUR"]
    (euro,) = (
        each
        for each in stage.send("GET", "/v1/balances", at=at).json["data"]
        if each["asset"] == "EUR"
    )
    assert Decimal(euro["calculated"]) == sum(Decimal(leg["amount"]) for leg in legs)
    assert (euro["synced"], euro["difference"], euro["as_of"]) == (None, None, None)


def test_a_source_that_asks_to_wait_is_asked_again(stage: Stage, account: KrakenSource) -> None:
    """The check goes on when the message is shown again."""
    made = stage.connect(account.credentials)
    stage.deliver(*stage.messages())
    account.behaviour.limit_every, account.behaviour.retry_after = 1, "1"
    found = check(stage, made)
    assert (found["status"], found["waiting"]) == ("running", [made["id"]])
    account.behaviour.limit_every = 0
    key, check_id = made["id"], found["id"]
    body = f'{{"owner": "alice", "integration_id": "{key}", "sync_id": "{check_id}"}}'
    assert stage.deliver(body) == []
    assert stage.send("GET", f"/v1/balance_checks/{check_id}").json["status"] == "done"


def listed(stage: Stage) -> list[dict[str, Any]]:
    """Give all transactions, newest first."""
    return list(stage.send("GET", "/v1/transactions", limit="200").json["data"])


def assets_of(shown: dict[str, Any]) -> set[str]:
    """Give the assets of a transaction."""
    return {leg["asset"] for leg in shown["legs"]}
