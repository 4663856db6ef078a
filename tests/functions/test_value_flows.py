"""Values and prices through the handlers: a sync asks for them, ticks bring them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.refresh_prices import app as refresh_prices
from functions.value_transactions import app as value_transactions
from local.sources.kraken_history import generate
from tests.functions.stage import Stage, event, forget
from tests.played import VALUES_QUEUE_URL, wire_to
from tidemark import wiring
from tidemark.wire import SQS


@pytest.fixture
def prices(stage: Stage) -> Iterator[Path]:
    """Give the file of prices that all functions read."""
    path = stage.clock_file.with_name("prices.json")
    path.write_text("{}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PRICE_SOURCES", "offline")
        patch.setenv("PRICES_FILE", str(path))
        forget()
        yield path


def messages() -> list[str]:
    """Take what is to be valued."""
    found = wire_to(SQS).call("ReceiveMessage", {"QueueUrl": VALUES_QUEUE_URL})
    for message in found.get("Messages", []):
        gone = {"QueueUrl": VALUES_QUEUE_URL, "ReceiptHandle": message["ReceiptHandle"]}
        wire_to(SQS).call("DeleteMessage", gone)
    return [message["Body"] for message in found.get("Messages", [])]


def deliver(stage: Stage, *bodies: str) -> list[str]:
    """Hand a batch to the value run; give the ids of those to be delivered again."""
    (first,) = event("value_transactions")["Records"]
    records = [{**first, "messageId": f"m{n}", "body": body} for n, body in enumerate(bodies)]
    batch: Any = {"Records": records}
    answer = value_transactions.handler(batch, stage.context())
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def statuses(stage: Stage) -> dict[str, int]:
    """Count the transactions by how they are valued."""
    counts: dict[str, int] = {}
    for each in stage.send("GET", "/v1/transactions", limit="200").json["data"]:
        status = each["valuation"]["status"]
        counts[status] = counts.get(status, 0) + 1
    return counts


def test_a_sync_has_its_transactions_valued(stage: Stage, prices: Path) -> None:
    """Closes are there after the run that it asks for; a sync without news asks for none."""
    account = stage.exchange.account(generate(60))
    made = stage.connect(account.credentials)
    assert stage.deliver(*stage.messages()) == []
    days: dict[str, dict[str, str]] = {}
    for each in stage.send("GET", "/v1/transactions", limit="200").json["data"]:
        for leg in each["legs"]:
            days.setdefault(f"{leg['asset']}/EUR", {})[each["occurred_at"][:10]] = "2.5"
    prices.write_text(json.dumps(days))
    before = statuses(stage)
    assert before["pending"] > 0

    (body,) = messages()
    assert json.loads(body) == {"owner": "alice", "integration_id": made["id"]}
    assert deliver(stage, body) == []

    after = statuses(stage)
    assert set(after) <= {"exact", "derived"}
    assert after["derived"] == before["pending"]
    again = stage.start(made, "incremental")
    assert stage.deliver(*stage.messages()) == []
    assert stage.sync(again)["counts"]["new"] == 0
    assert messages() == []


def test_ticks_bring_quotes_and_closes(stage: Stage, prices: Path) -> None:
    """A day that is over gets its close by a tick, what is held its price of now."""
    now = wiring.clock().now()
    body = {"connector": "manual", "name": "Mine"}
    made = stage.send("POST", "/v1/integrations", body).json["id"]
    received = {"asset": "BTC", "amount": "0.5"}
    wanted = {"integration": made, "occurred_at": f"{now:%Y-%m-%d}", "received": received}
    path = f"/v1/transactions/{stage.send('POST', '/v1/transactions', wanted).json['id']}"
    assert deliver(stage, *messages()) == []
    assert stage.send("GET", path).json["valuation"]["status"] == "pending"
    prices.write_text(json.dumps({"BTC/EUR": {f"{now:%Y-%m-%d}": "90000"}}))

    tick: Any = event("refresh_prices")
    assert refresh_prices.handler(tick, stage.context()) == {"prices": 1}
    (quoted,) = stage.send("GET", "/v1/prices", assets="BTC").json["data"]
    assert (quoted["value"], quoted["source"], quoted["quote"]) == ("90000", "offline", "EUR")
    assert quoted["age"] >= 0

    stage.advance(24 * 3600 + 600)
    assert value_transactions.handler(tick, stage.context()) == {"asked": 1}
    valued = stage.send("GET", path).json["valuation"]
    assert (valued["status"], valued["amount"], valued["price"]) == ("derived", "45000", "90000")
    assert value_transactions.handler(tick, stage.context()) == {"asked": 0}


@pytest.mark.usefixtures("prices")
def test_a_bad_message_takes_no_other_with_it(stage: Stage) -> None:
    """It alone is delivered again; one about an integration that is gone is done with."""
    gone = {"owner": "alice", "integration_id": "intg_gone"}
    assert deliver(stage, "{}", json.dumps(gone), "nonsense") == ["m0", "m2"]
