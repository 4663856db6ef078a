"""A key and its secret are found nowhere but in the provider's requests, whatever happens."""

import base64
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from local.sources.kraken import KrakenSource
from local.sources.kraken_history import generate
from tests import canaries
from tests.aws_calls import Changing, Recorder, listening
from tests.functions.stage import Stage, event, first_of
from tests.played import STATE_MACHINE_ARN, wire_to
from tests.tables import TABLES
from tidemark.wire import DYNAMODB, STEP_FUNCTIONS

HANDED_OUT = {"kms.Encrypt", "kms.Decrypt"}
"""The calls that have to hold a secret."""


@pytest.fixture
def account(stage: Stage) -> KrakenSource:
    """Open an account whose key and secret nobody else has."""
    return stage.exchange.account(generate(60))


def items() -> Iterator[str]:
    """Give all items of all tables as text, what is packed in them unpacked."""
    for table in TABLES:
        for item in wire_to(DYNAMODB).call("Scan", {"TableName": table})["Items"]:
            yield json.dumps(item)
            for value in item.values():
                packed = base64.b64decode(value.get("B", ""))
                yield packed.decode("latin-1")
                with suppress(zlib.error):
                    yield zlib.decompress(packed).decode()


def executions() -> Iterator[str]:
    """Give the inputs and the histories of all executions."""
    states = wire_to(STEP_FUNCTIONS)
    listed = states.call("ListExecutions", {"stateMachineArn": STATE_MACHINE_ARN})
    for each in listed["executions"]:
        named = {"executionArn": each["executionArn"]}
        yield json.dumps(states.call("DescribeExecution", named))
        yield json.dumps(states.call("GetExecutionHistory", named))


def goes_wrong(account: KrakenSource) -> dict[str, Callable[[], None]]:
    """Give everything that the source may do, with the words it might use."""
    secret, behaviour = account.credentials["api_secret"], account.behaviour

    def refuse(words: str) -> Callable[[], None]:
        return lambda: behaviour.refused.update(Ledgers=words, GetApiKeyInfo=words, Balance=words)

    def limit() -> None:
        behaviour.limit_every, behaviour.retry_after = 1, "86400"

    return {
        "bad key": refuse(f"EAPI:Invalid key {account.key}"),
        "bad signature": refuse(f"EAPI:Invalid signature {secret}"),
        "lacking right": refuse(f"EGeneral:Permission denied for {account.key}:{secret}"),
        "unknown words": refuse(f"E{secret}:{account.key}"),
        "broken": refuse(f"EService:Unavailable {secret}"),
        "429": limit,
    }


def faults(secret: str) -> dict[str, Changing]:
    """Give faults of our own, inside calls that hold the secret, with the secret in their text."""

    def fail(_: dict[str, Any]) -> None:
        raise RuntimeError(f"a fault about {secret}")

    calls = ("kms.Decrypt", "dynamodb.PutItem", "dynamodb.Query", "dynamodb.UpdateItem")
    return {call: Changing(call, fail) for call in calls}


def test_a_secret_comes_to_light_nowhere(
    stage: Stage, account: KrakenSource, caplog: pytest.LogCaptureFixture
) -> None:
    """In no item, message, execution, answer or log, after all that may go wrong.

    Metrics go to standard output, which is searched after every test (``tests/conftest.py``).
    """
    caplog.set_level("DEBUG")
    caplog.set_level("INFO", logger="moto")
    bodies: list[str] = []
    with listening(Recorder()) as recorder:
        made = stage.connect(account.credentials)
        bodies += stage.messages()
        stage.deliver(*bodies)
        assert stage.sync(first_of(made))["status"] == "succeeded"
        refused_requests(stage, account, made)
        failing_syncs(stage, account, made)
        bodies += faulty_syncs(stage, account, made)
    calls = [repr(call) for call in recorder.calls if call[0] not in HANDED_OUT]
    answers = [f"{reply.headers} {reply.text}" for reply in stage.replies]
    assert {reply.status for reply in stage.replies} >= {200, 201, 202, 422, 429, 500, 502}
    logged = [repr(vars(record)) for record in caplog.records]
    assert any("'kind': 'RuntimeError'" in line for line in logged)
    places = {
        "items": items(),
        "executions": executions(),
        "messages": bodies,
        "answers": answers,
        "calls": calls,
        "logs": logged,
    }
    for place, texts in places.items():
        assert canaries.found_in("\n".join(texts)) == [], place
    opened = "\n".join(repr(call) for call in recorder.calls if call[0] in HANDED_OUT)
    assert canaries.found_in(opened), "the search finds what is there"


def failing_syncs(stage: Stage, account: KrakenSource, made: dict[str, Any]) -> None:
    """Work at syncs, by the queue and by the state machine, while the source refuses."""
    for arrange in goes_wrong(account).values():
        of = stage.start(made, "missing")
        arrange()
        stage.deliver(json.dumps(of))
        stage.execute(of)
        assert stage.sync(of)["status"] in {"failed", "rate_limited"}
        well_again(account)


def faulty_syncs(stage: Stage, account: KrakenSource, made: dict[str, Any]) -> list[str]:
    """Work at syncs while something inside fails; give the messages that asked for them."""
    bodies: list[str] = []
    for fault in faults(account.credentials["api_secret"]).values():
        of = stage.start(made, "incremental")
        bodies += stage.messages()
        with listening(fault):
            assert stage.deliver(bodies[-1]) == ["m0"]
            stage.send("GET", "/v1/integrations")
        stage.finish(of, "finish_failed")
    return bodies


def refused_requests(stage: Stage, account: KrakenSource, made: dict[str, Any]) -> None:
    """Have the API refuse to connect accounts, for all reasons, and fail at it."""
    wanted = {"connector": "kraken", "name": "Kraken", "credentials": account.credentials}
    given, path = {"credentials": account.credentials}, f"/v1/integrations/{made['id']}"
    for arrange in goes_wrong(account).values():
        arrange()
        stage.send("POST", "/v1/integrations", wanted, "bob")
        stage.send("POST", f"{path}/credentials", given)
        well_again(account)
    with listening(faults(account.credentials["api_secret"])["dynamodb.PutItem"]):
        stage.send("POST", "/v1/integrations", wanted, "bob")
    with listening(faults(account.credentials["api_secret"])["dynamodb.UpdateItem"]):
        assert stage.send("POST", f"{path}/reconnect", given).status == 500
    assert stage.send("POST", f"{path}/reconnect", given).status == 200
    cash = {"connector": "manual", "name": "Cash"}
    manual = stage.send("POST", "/v1/integrations", cash, "carol").json
    convert = {"connector": "kraken", "start_sync": False, **given}
    path = f"/v1/integrations/{manual['id']}/convert"
    assert stage.send("POST", path, convert, "carol").json["key_rights"] == "read_only"
    misplaced = {**wanted, "api_key": account.key, "name": account.credentials}
    stage.send("POST", "/v1/integrations", misplaced, "bob")
    swapped = {"api_key": account.credentials["api_secret"] + " ", "api_secret": account.key}
    stage.send("POST", "/v1/integrations", {**wanted, "credentials": swapped}, "bob")


def well_again(account: KrakenSource) -> None:
    """Have the source behave."""
    account.behaviour.refused.clear()
    account.behaviour.limit_every = 0


def test_events_in_the_repository_hold_no_credentials() -> None:
    """What queue and state machine carry are ids."""
    for name in ("plan", "step", "check_balances", "finish", "hand_over"):
        assert set(event(name)) <= {
            "action",
            "owner",
            "integration_id",
            "sync_id",
            "stream",
            "execution",
        }
