"""A scheduled sync whose licence ends while the state machine reads, each function as on AWS."""

from datetime import datetime
from typing import Any

import pytest

from functions.dispatch import app as dispatch
from local.sources.kraken import KrakenSource
from local.sources.kraken_history import generate
from tests.functions.stage import Json, Stage, ids


@pytest.fixture
def account(stage: Stage) -> KrakenSource:
    """Open an account of three pages at the exchange."""
    return stage.exchange.account(generate(120))


def license(stage: Stage, tier: str) -> None:  # noqa: A001 - the verb
    """Give alice a licence, for all years around."""
    body = {"tier": tier, "tax_years": list(range(2020, 2040))}
    reply = stage.send("PUT", "/v1/admin/accounts/alice/licence", body, "operator")
    assert reply.status == 200, reply.text


def promoted(stage: Stage, account: KrakenSource) -> Json:
    """Have the schedule start a sync that its source has wait; give what names it."""
    license(stage, "pro")
    made = stage.connect(account.credentials, start_sync=False)
    at = stage.send("GET", f"/v1/integrations/{made['id']}").json["next_sync_at"]
    now = datetime.fromisoformat(stage.send("GET", "/v1/account").json["last_seen_at"])
    stage.advance((datetime.fromisoformat(at) - now).total_seconds() + 1)
    tick: Any = {"wheel": "daily", "at": at}
    assert dispatch.handler(tick, stage.context()) == {"fired": 1}
    (body,) = stage.messages()
    account.behaviour.limit_every = 1
    assert stage.deliver(body) == []
    account.behaviour.limit_every = 0
    (sync,) = stage.send("GET", "/v1/syncs").json["data"]
    assert (sync["trigger"], sync["status"]) == ("schedule", "running")
    return ids("alice", made["id"], sync["id"])


def test_a_lapsed_licence_ends_it_between_steps(stage: Stage, account: KrakenSource) -> None:
    """Nothing more is asked for; by hand everything is read after all."""
    of = promoted(stage, account)
    license(stage, "free")
    before = account.requests.total()
    assert stage.execute(of) == ["done"]
    sync = stage.sync(of)
    assert (sync["status"], sync["error"]["code"]) == ("canceled", "entitlement_ended")
    assert account.requests.total() == before
    shown = stage.send("GET", f"/v1/integrations/{of['integration_id']}").json
    assert (shown["status"], shown["next_sync_reason"]) == ("initializing", "free")

    by_hand = stage.start({"id": of["integration_id"]}, "missing")
    assert stage.execute(by_hand)[-1] == "done"
    assert stage.sync(by_hand)["status"] == "succeeded"


def test_a_licence_that_lasts_reads_to_the_end(stage: Stage, account: KrakenSource) -> None:
    """The same way, to the other end."""
    of = promoted(stage, account)
    assert stage.execute(of)[-1] == "done"
    assert stage.sync(of)["status"] == "succeeded"
