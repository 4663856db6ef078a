"""What the functions do together, each called as AWS calls it."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from functions.dispatch import app as dispatch
from local.sources.kraken import Behaviour, KrakenSource
from local.sources.kraken_history import generate
from tests.aws_calls import Answering, Recorder, listening
from tests.functions.stage import Json, Stage, event, first_of

ROWS = 120


@pytest.fixture
def account(stage: Stage) -> KrakenSource:
    """Open an account at the exchange."""
    return stage.exchange.account(generate(ROWS))


def counts(sync: dict[str, Any]) -> tuple[str, int, int]:
    """Give how a sync ended, what was new and what was known."""
    return sync["status"], sync["counts"]["new"], sync["counts"]["known"]


def match(stage: Stage, account: KrakenSource, owner: str = "alice") -> bool:
    """Tell whether both balances of each asset are what the account's rows add up to."""
    told = {asset: set(map(Decimal, pair)) for asset, pair in stage.balances(owner).items()}
    return told == {asset: {amount} for asset, amount in account.truth().sums.items()}


def test_a_batch_is_synced_and_what_failed_comes_back(stage: Stage) -> None:
    """Two owners' syncs end well beside a message that is none; delivered again they are over."""
    accounts = {owner: stage.exchange.account(generate(ROWS)) for owner in ("alice", "bob")}
    made = {owner: stage.connect(each.credentials, owner) for owner, each in accounts.items()}
    bodies = stage.messages()

    assert stage.deliver(bodies[0], "no JSON", bodies[1]) == ["m1"]
    for owner, account in accounts.items():
        ended = stage.sync(first_of(made[owner], owner))
        assert counts(ended) == ("succeeded", len(account.truth().legs), 0)
        assert match(stage, account, owner)
    with listening(Recorder()) as recorder:
        assert stage.deliver(*bodies) == []
    assert recorder.of("dynamodb.BatchWriteItem") == []


def test_a_message_whose_work_failed_is_taken_up_again(stage: Stage, account: KrakenSource) -> None:
    """A fault inside lets go of the lease; the next delivery does it all."""
    made = stage.connect(account.credentials)
    (body,) = stage.messages()

    with listening(Answering("dynamodb.BatchWriteItem", RuntimeError("a fault"))):
        assert stage.deliver(body) == ["m0"]
    assert stage.sync(first_of(made))["status"] == "running"
    assert stage.deliver(body) == []
    assert counts(stage.sync(first_of(made))) == ("succeeded", len(account.truth().legs), 0)


def test_a_missing_sync_goes_step_by_step(stage: Stage, account: KrakenSource) -> None:
    """Planned, read in many steps, checked and finished; another one finds nothing new."""
    made = stage.connect(account.credentials, start_sync=False)
    of = stage.start(made, "missing")
    (given,) = stage.executions()

    assert given == {**of, "execution": 1}
    outcomes = stage.execute(of, remaining=300)
    assert set(outcomes[:-1]) <= {"more"}
    assert outcomes[-1] == "done"
    assert counts(stage.sync(of)) == ("succeeded", len(account.truth().legs), 0)
    assert match(stage, account)
    again = stage.start(made, "missing")
    with listening(Recorder()) as recorder:
        assert stage.execute(again) == ["done"]
    writes = [b for name, b in recorder.calls if name.endswith(("PutItem", "UpdateItem"))]
    assert recorder.of("dynamodb.BatchWriteItem") == []
    assert not {b["TableName"] for b in writes} & {"TransactionsTable", "MonthsTable"}
    assert counts(stage.sync(again)) == ("succeeded", 0, len(account.truth().legs))


def test_a_sync_that_outgrows_its_function_is_promoted(stage: Stage, account: KrakenSource) -> None:
    """The state machine goes on with the same run."""
    made = stage.connect(account.credentials)
    account.behaviour.limit_every, account.behaviour.retry_after = 3, "1"

    assert stage.deliver(*stage.messages()) == []
    assert stage.executions() == [{**first_of(made), "execution": 1}]
    account.behaviour.limit_every = 0
    assert stage.execute(first_of(made)) == ["done"]
    assert counts(stage.sync(first_of(made))) == ("succeeded", len(account.truth().legs), 0)


def test_a_source_may_ask_to_wait(stage: Stage, account: KrakenSource) -> None:
    """With a page and with the balances: the answer says for how many seconds."""
    of = stage.start(stage.connect(account.credentials, start_sync=False), "missing")
    (partition,) = stage.plan(of)
    account.behaviour.limit_every, account.behaviour.retry_after = 1, "7"
    assert stage.step({**of, "stream": partition["stream"]}) == {"outcome": "wait", "seconds": 7}
    assert stage.sync(of)["waiting"]["for"] == "source"
    account.behaviour.limit_every = 0
    assert stage.step({**of, "stream": partition["stream"]})["outcome"] == "done"
    account.behaviour.limit_every = 1
    assert stage.check(of) == {"outcome": "wait", "seconds": 7}
    account.behaviour.limit_every = 0
    assert stage.check(of)["outcome"] == "done"
    assert stage.finish(of) == "succeeded"
    assert match(stage, account)


def test_a_long_run_is_handed_over(stage: Stage, account: KrakenSource) -> None:
    """The next execution has the next number."""
    of = stage.start(stage.connect(account.credentials, start_sync=False), "missing")

    assert stage.plan(of) != []
    stage.hand_over(of)
    assert [each["execution"] for each in stage.executions()] == [1, 2]
    assert stage.execute(of, execution=2) == ["done"]


def test_a_failure_ends_the_sync(stage: Stage, account: KrakenSource) -> None:
    """With a reason and a next step; the owner may start again at once."""
    made = stage.connect(account.credentials, start_sync=False)
    of = stage.start(made, "missing")
    stage.plan(of)

    assert stage.finish(of, "finish_failed") == "failed"
    ended = stage.sync(of)
    assert (ended["status"], ended["error"]["code"]) == ("failed", "internal_error")
    assert ended["error"]["next_step"]
    again = stage.start(made, "incremental")
    assert again["sync_id"] != of["sync_id"]
    assert stage.deliver(*stage.messages()) == []
    assert stage.sync(again)["status"] == "succeeded"


def test_a_bad_key_ends_the_sync(stage: Stage) -> None:
    """The integration says what is wrong with it."""
    account = stage.exchange.account(generate(ROWS), Behaviour())
    made = stage.connect(account.credentials)
    account.behaviour.refused = {"Ledgers": "EAPI:Invalid key"}

    assert stage.deliver(*stage.messages()) == []
    ended = stage.sync(first_of(made))
    assert (ended["status"], ended["error"]["code"]) == ("failed", "invalid_credentials")
    shown = stage.send("GET", f"/v1/integrations/{made['id']}").json
    assert shown["status"] == "invalid_credentials"


@pytest.mark.parametrize("planned", [0, 1])
def test_an_abandoned_run_is_driven_again(
    stage: Stage, account: KrakenSource, planned: int
) -> None:
    """Even if its first execution ended without a trace of itself in the run."""
    of = stage.start(stage.connect(account.credentials, start_sync=False), "missing")
    for execution in range(1, planned + 1):
        stage.plan(of, execution)
    stage.stop_executions()
    tick = event("dispatch")
    assert dispatch.handler(tick, stage.context()) == {"driven": 0}

    stage.advance(31 * 60)
    assert dispatch.handler(tick, stage.context()) == {"driven": 1}
    given = stage.executions()
    assert [each["execution"] for each in given] == [1, 2]
    assert stage.execute(of, execution=2) == ["done"]
    assert stage.sync(of)["status"] == "succeeded"
    assert dispatch.handler(tick, stage.context()) == {"driven": 0}


def test_a_turn_of_the_wheel_starts_what_is_due(stage: Stage, account: KrakenSource) -> None:
    """Once for each tick that is meant for it, and only with a licence."""
    made = stage.connect(account.credentials)
    stage.deliver(*stage.messages())
    now = datetime.now(UTC)
    assert shown(stage, made)["next_sync_reason"] == "free"
    body = {"tier": "pro", "tax_years": [now.year, now.year + 1]}
    assert stage.send("PUT", "/v1/admin/accounts/alice/licence", body).status == 200
    at = shown(stage, made)["next_sync_at"]
    stage.advance((datetime.fromisoformat(at) - now).total_seconds())

    tick = event("dispatch_wheel", at=at)
    assert dispatch.handler(tick, stage.context()) == {"fired": 1}
    assert dispatch.handler(tick, stage.context()) == {"fired": 0}
    (message,) = stage.messages()
    stage.deliver(message)
    sync = stage.sync(json.loads(message))
    assert (sync["status"], sync["trigger"]) == ("succeeded", "schedule")
    following = datetime.fromisoformat(shown(stage, made)["next_sync_at"])
    assert following == datetime.fromisoformat(at) + timedelta(days=1)


def shown(stage: Stage, made: Json) -> Json:
    """Give an integration as its owner sees it."""
    return dict(stage.send("GET", f"/v1/integrations/{made['id']}").json)
