"""A bank through the real functions: linked, asked for a password, answered; nothing leaks."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from functions.ask_owner import app as ask_owner
from functions.dispatch import app as dispatch
from local.sources.bank_history import made_up_bank
from local.sources.enable_banking import EnableBankingSource
from tests import canaries
from tests.aws_calls import Recorder, listening
from tests.functions.stage import Json, Stage, event, first_of, forget
from tests.functions.test_secrets import HANDED_OUT, executions, items
from tests.played import wire_to
from tidemark.services.wake import NothingToAsk
from tidemark.wire import KMS


@pytest.fixture
def bank(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[EnableBankingSource]:
    """Serve a bank, and register the deployment there."""
    del stage
    kind = {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}
    key = wire_to(KMS).call("CreateKey", kind)["KeyMetadata"]["Arn"]
    with EnableBankingSource(made_up_bank(days=40)) as served:
        monkeypatch.setenv("ENABLE_BANKING_APPLICATION_ID", "tests")
        monkeypatch.setenv("ENABLE_BANKING_KEY_ARN", key)
        monkeypatch.setenv("SOURCES", json.dumps({"enable_banking": served.url}))
        forget()
        yield served


def linked(stage: Stage, bank: EnableBankingSource) -> Json:
    """Connect the bank; its first sync waits for consent."""
    body = {"connector": "enable_banking", "name": "Giro", "credentials": bank.credentials}
    return dict(stage.send("POST", "/v1/integrations", body).json)


def come_back(stage: Stage, bank: EnableBankingSource, made: Json) -> int:
    """Consent and come back."""
    back = httpx.URL(bank.consent(made["consent_url"]))
    query = {name: back.params[name] for name in ("code", "state")}
    return stage.send("GET", "/v1/consents/callback", **query).status


def sleep(stage: Stage, of: Json, token: str) -> None:
    """Have the execution wait."""
    asked: Any = event("ask_owner", **of, token=token)
    ask_owner.handler(asked, stage.context())


def step(stage: Stage, of: Json) -> Json:
    """Make a step of the only partition."""
    (partition,) = stage.plan(of)
    return stage.step({**of, "stream": partition["stream"]})


def test_nothing_that_answers_for_an_owner_comes_to_light(
    stage: Stage, bank: EnableBankingSource, caplog: pytest.LogCaptureFixture
) -> None:
    """No password, no task token, no session: in no item, execution, answer, call or log.

    The token lies in the lease item while it waits, and in AWS's own call.
    """
    caplog.set_level("DEBUG")
    caplog.set_level("INFO", logger="moto")
    otp, token = canaries.make("otp")[:32], canaries.make("token")
    canaries.plant(otp)
    bank.asking.require("otp", otp)
    with listening(Recorder()) as recorder:
        made = linked(stage, bank)
        of = first_of(made)
        assert step(stage, of)["outcome"] == "ask_user"
        assert come_back(stage, bank, made) == 200
        session = next(iter(bank.consents.sessions))
        canaries.plant(session)
        assert stage.step({**of, "stream": "transactions"})["outcome"] == "ask_user"
        sleep(stage, of, token)
        tick(stage)
        shown = stage.sync(of)
        assert shown["waiting"]["for"] == "otp"
        path = f"/v1/syncs/{of['sync_id']}/answer"
        assert stage.send("POST", path, {"otp": "0"}).status == 202
        assert stage.step({**of, "stream": "transactions"})["outcome"] == "ask_user"
        assert stage.send("POST", path, {"otp": otp}).status == 202
        with pytest.raises(NothingToAsk):
            sleep(stage, of, token)
        assert stage.step({**of, "stream": "transactions"})["outcome"] == "done"
        assert stage.check(of)["outcome"] == "done"
        assert stage.finish(of) == "succeeded"
    assert stage.sync(of)["counts"]["new"] == bank.bank.count()
    tells = {"kms.Encrypt", "kms.Decrypt", "sfn.SendTaskSuccess", "sfn.SendTaskHeartbeat"}
    waits = [call for call in recorder.calls if ":token" in str(call[1])]
    calls = [repr(c) for c in recorder.calls if c[0] not in tells | HANDED_OUT and c not in waits]
    places = {
        "items": items(),
        "executions": executions(),
        "answers": [f"{reply.headers} {reply.text}" for reply in stage.replies],
        "calls": calls,
        "logs": [repr(vars(record)) for record in caplog.records],
    }
    for place, texts in places.items():
        assert canaries.found_in("\n".join(texts)) == [], place
    assert canaries.found_in(repr(waits)), "the search finds what is there"


def tick(stage: Stage) -> Json:
    """Let the dispatcher look after what waits."""
    return dict(dispatch.handler(event("dispatch"), stage.context()))


def test_a_step_says_how_long_to_wait(stage: Stage, bank: EnableBankingSource) -> None:
    """As long as the link is good, and with heartbeats that are shorter."""
    answer = step(stage, first_of(linked(stage, bank)))
    assert 3_500 < answer["heartbeat"] < answer["seconds"] <= 3_602


def test_who_comes_back_without_a_state_is_nobody(stage: Stage, bank: EnableBankingSource) -> None:
    """Nothing is written."""
    linked(stage, bank)
    with listening(Recorder()) as recorder:
        query = {"code": "x", "state": "AAAA"}
        reply = stage.send("GET", "/v1/consents/callback", owner=None, **query)
    assert (reply.status, reply.code) == (400, "invalid_state")
    assert [name for name, _ in recorder.calls if name.startswith("dynamodb")] == []
