"""The handlers of events and webhooks, wired as on AWS, with a receiver on this machine."""

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from standardwebhooks import Webhook

from functions.deliver_webhooks import app as deliver_webhooks
from functions.tell_events import app as tell_events
from tests import canaries
from tests.aws_calls import Answering, Recorder, listening
from tests.functions.stage import Json, Stage, event, forget
from tests.functions.test_secrets import items
from tests.played import WEBHOOKS_QUEUE_URL, wire_to
from tests.webhooks.receiver import Receiver, receiving
from tidemark.wire import SQS

OWNER = "alice"
PATH = "/v1/webhook_endpoints"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture
def receiver(stage: Stage) -> Iterator[Receiver]:
    """Receive on this machine, at an origin that the deployment trusts."""
    del stage
    with receiving(OK) as made, pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEBHOOK_TRUSTED_ORIGINS", f"http://10.0.0.1:1, {made.origin}")
        forget()
        yield made


def record(number: int, owner: str = OWNER, table: str = "IssuesTable") -> Json:
    """Make a record of a stream after a real one."""
    (made,) = event("tell_events")["Records"]
    told = json.loads(
        json.dumps(made["dynamodb"]).replace(made["dynamodb"]["Keys"]["owner"]["S"], owner)
    )
    told["ApproximateCreationDateTime"] = int(time.time())
    told["SequenceNumber"] = str(4_421_584_500_000_000_017_450_439_000 + number)
    arn = f"arn:aws:dynamodb:eu-central-1:123456789012:table/{table}/stream/2026"
    return {**made, "eventID": f"record-{number}", "dynamodb": told, "eventSourceARN": arn}


def tell(stage: Stage, *records: Json) -> list[str]:
    """Hand a batch to the function; give from which record on it comes again."""
    batch: Any = {"Records": list(records)}
    answer = tell_events.handler(batch, stage.context())
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def messages() -> list[Json]:
    """Take the messages out of the queue of deliveries."""
    asked = {"QueueUrl": WEBHOOKS_QUEUE_URL, "MaxNumberOfMessages": 10}
    found = wire_to(SQS).call("ReceiveMessage", asked).get("Messages", [])
    return [{"messageId": each["MessageId"], "body": each["Body"]} for each in found]


def deliver(stage: Stage, *records: Json) -> list[str]:
    """Hand a batch to the function; give the ids of those to be delivered again."""
    batch: Any = {"Records": list(records)}
    answer = deliver_webhooks.handler(batch, stage.context())
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def endpoint(stage: Stage, receiver: Receiver) -> Json:
    """Make an endpoint whose secret is looked out for from now on."""
    made = stage.send("POST", PATH, {"url": f"{receiver.origin}/hook"}).json
    canaries.plant(made["secret"], made["secret"].removeprefix("whsec_"))
    return dict(made)


def test_a_change_becomes_an_event_and_the_event_a_signed_request(
    stage: Stage, receiver: Receiver
) -> None:
    """From a stream's record to what the reference library verifies."""
    made = endpoint(stage, receiver)
    assert tell(stage, record(1)) == []
    (message,) = messages()
    assert deliver(stage, message) == []
    head, _, body = receiver.asked[0].partition(b"\r\n\r\n")
    lines = [line.split(": ", 1) for line in head.decode().split("\r\n")[1:]]
    headers = {name.lower(): value for name, value in lines}
    told = Webhook(made["secret"]).verify(body, headers)
    assert told["type"] == "issue.resolved"
    assert told["id"] == headers["webhook-id"]
    assert told["data"]["issue"] == "iss_01JZ8Q9V1X3Z5B7D9F1H3K5M7P"
    assert deliver(stage, message) == []
    assert receiver.connections == 1


def test_a_secret_comes_to_light_nowhere(stage: Stage, receiver: Receiver) -> None:
    """Neither where things are kept nor in any call but those that seal and open it."""
    with listening(Recorder()) as recorder:
        made = endpoint(stage, receiver)
        rotated = stage.send("POST", f"{PATH}/{made['id']}/rotate_secret").json
        canaries.plant(rotated["secret"].removeprefix("whsec_"))
        stage.send("POST", f"{PATH}/{made['id']}/test")
        bodies = messages()
        assert deliver(stage, *bodies) == []
        stage.send("GET", PATH)
    calls = [repr(call) for call in recorder.calls if call[0] not in {"kms.Encrypt", "kms.Decrypt"}]
    asked = [each.decode() for each in receiver.asked]
    answers = [reply.text for reply in stage.replies if '"secret":' not in reply.text]
    for texts in (items(), calls, map(repr, bodies), answers, asked):
        assert canaries.found_in("\n".join(texts)) == []
    assert receiver.connections == 1
    secret = rotated["secret"].removeprefix("whsec_")
    opened = repr([call for call in recorder.calls if call[0] == "kms.Encrypt"])
    assert base64.b64encode(base64.b64decode(secret)).decode() in opened


def test_a_record_that_cannot_be_told_comes_again_with_those_behind_it(stage: Stage) -> None:
    """Those before it are told and do not come again."""
    bad = {**record(2), "eventSourceARN": "arn:aws:dynamodb:x:1:table/unknown/stream/y"}
    (failed,) = tell(stage, record(1), bad, record(3))
    assert failed == bad["dynamodb"]["SequenceNumber"]
    assert len(stage.send("GET", "/v1/events").json["data"]) == 1


def test_a_change_is_told_again_after_a_fault(stage: Stage, receiver: Receiver) -> None:
    """Whatever was done before is not done twice."""
    endpoint(stage, receiver)
    with listening(Answering("sqs.SendMessage", RuntimeError("lost"))):
        (failed,) = tell(stage, record(1))
    assert failed == record(1)["dynamodb"]["SequenceNumber"]
    assert tell(stage, record(1)) == []
    (message,) = messages()
    deliver(stage, message)
    assert receiver.connections == 1


@pytest.mark.parametrize("body", ["no JSON", "{}", '{"owner": "a", "event": "b"}', "[]"])
def test_what_is_no_delivery_fails_alone(stage: Stage, receiver: Receiver, body: str) -> None:
    """It comes again and ends among the dead letters; the others of its batch are done."""
    made = endpoint(stage, receiver)
    stage.send("POST", f"{PATH}/{made['id']}/test")
    (good,) = messages()
    assert deliver(stage, good, {"messageId": "bad", "body": body}) == ["bad"]
    assert receiver.connections == 1
