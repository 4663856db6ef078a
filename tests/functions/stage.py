"""The real handlers in this process, wired as on AWS, over an AWS that moto plays."""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from functions.api.entry import Api
from functions.api.services import Services
from functions.check_balances import app as check_balances
from functions.fan_out_resync import app as fan_out_resync
from functions.finish_sync import app as finish_sync
from functions.resync_step import app as resync_step
from functions.sync_integration import app as sync_integration
from tests.exchange import Exchange
from tests.functions.api.desk import Reply, event_of
from tests.played import QUEUE_URL, STATE_MACHINE_ARN, wire_to
from tidemark import wiring
from tidemark.settings import settings
from tidemark.wire import SQS, STEP_FUNCTIONS

_EVENTS = Path(__file__).parents[2] / "events"
_MOST_STEPS = 200

type Json = dict[str, Any]


@dataclass(frozen=True)
class Context:
    """An invocation that may still run for some milliseconds."""

    aws_request_id: str
    remaining: int = 60_000
    started: float = field(default_factory=time.monotonic)
    function_name = "function"
    memory_limit_in_mb = 256
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:function"

    def get_remaining_time_in_millis(self) -> int:
        """Give what is left."""
        return max(0, self.remaining - int(1000 * (time.monotonic() - self.started)))


@dataclass
class Stage:
    """Handlers, an exchange behind them, and the file that moves their clock on."""

    exchange: Exchange
    clock_file: Path
    invocations: int = 0
    replies: list[Reply] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open the API."""
        self.api = Api(Services(wiring, lambda _seconds: None))

    def context(self, remaining: int = 60_000) -> Any:  # noqa: ANN401 - a Lambda context
        """Begin an invocation."""
        self.invocations += 1
        return Context(f"request-{self.invocations}", remaining)

    def advance(self, seconds: float) -> None:
        """Let time pass for the product."""
        before = float(self.clock_file.read_text() or 0)
        self.clock_file.write_text(str(before + seconds))

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        owner: str | None = "alice",
        **query: str,
    ) -> Reply:
        """Ask the API something."""
        result = self.api(event_of(method, path, body, owner=owner, query=query), self.context())
        reply = Reply(result["statusCode"], result["headers"], result["body"])
        self.replies.append(reply)
        return reply

    def connect(self, credentials: Mapping[str, str], owner: str = "alice", **more: object) -> Json:
        """Connect an account; its first sync is queued unless told otherwise."""
        body = {"connector": "kraken", "name": "Kraken", "credentials": credentials, **more}
        reply = self.send("POST", "/v1/integrations", body, owner)
        assert reply.status == 201, reply.text
        return dict(reply.json)

    def start(self, integration: Json, mode: str, owner: str = "alice") -> Json:
        """Ask for a sync; give what names it in events."""
        body = {"integrations": [integration["id"]], "mode": mode}
        reply = self.send("POST", "/v1/syncs", body, owner)
        assert reply.status == 202, reply.text
        return ids(owner, integration["id"], reply.json["data"][0]["id"])

    def sync(self, of: Json) -> Json:
        """Give a sync as its owner sees it."""
        return dict(self.send("GET", f"/v1/syncs/{of['sync_id']}", owner=of["owner"]).json)

    def balances(self, owner: str = "alice") -> dict[str, tuple[str, str]]:
        """Give synced and calculated balance by asset."""
        rows = self.send("GET", "/v1/balances", owner=owner).json["data"]
        return {row["asset"]: (row["synced"], row["calculated"]) for row in rows}

    def messages(self) -> list[str]:
        """Take the bodies of all messages out of the queue."""
        bodies: list[str] = []
        while True:
            asked = {"QueueUrl": QUEUE_URL, "MaxNumberOfMessages": 10}
            found = wire_to(SQS).call("ReceiveMessage", asked).get("Messages", [])
            bodies += [message["Body"] for message in found]
            if not found:
                return bodies
            for message in found:
                gone = {"QueueUrl": QUEUE_URL, "ReceiptHandle": message["ReceiptHandle"]}
                wire_to(SQS).call("DeleteMessage", gone)

    def deliver(self, *bodies: str, remaining: int = 60_000) -> list[str]:
        """Hand one batch to the worker; give the ids of those to be delivered again."""
        (first,) = event("sqs_sync")["Records"]
        records = [{**first, "messageId": f"m{n}", "body": body} for n, body in enumerate(bodies)]
        batch: Any = {"Records": records}
        answer = sync_integration.handler(batch, self.context(remaining))
        return [each["itemIdentifier"] for each in answer["batchItemFailures"]]

    def plan(self, of: Json, execution: int = 1) -> list[Json]:
        """Plan a long sync."""
        asked: Any = event("plan", **of, execution=execution)
        return [dict(each) for each in fan_out_resync.handler(asked, self.context())["partitions"]]

    def hand_over(self, of: Json, execution: int = 1) -> None:
        """Hand a long sync over to the next execution."""
        asked: Any = event("hand_over", **of, execution=execution)
        fan_out_resync.handler(asked, self.context())

    def step(self, of: Json, remaining: int = 60_000) -> Json:
        """Make one step of a partition."""
        asked: Any = event("step", **of)
        return dict(resync_step.handler(asked, self.context(remaining)))

    def check(self, of: Json) -> Json:
        """Check balances."""
        asked: Any = event("check_balances", **of)
        return dict(check_balances.handler(asked, self.context()))

    def finish(self, of: Json, name: str = "finish") -> str:
        """End a sync."""
        asked: Any = event(name, **of)
        return finish_sync.handler(asked, self.context())["status"]

    def execute(self, of: Json, remaining: int = 60_000, execution: int = 1) -> list[str]:
        """Do as the state machine does, without waiting; give the outcomes of the steps."""
        outcomes: list[str] = []
        for partition in self.plan(of, execution):
            part = {**of, "stream": partition["stream"]}
            while not outcomes or outcomes[-1] in {"more", "wait"}:
                outcomes.append(self.step(part, remaining)["outcome"])
                assert len(outcomes) < _MOST_STEPS
        self.check(of)
        self.finish(of)
        return outcomes

    def executions(self) -> list[Json]:
        """Give the inputs of all executions, oldest first."""
        states = wire_to(STEP_FUNCTIONS)
        listed = states.call("ListExecutions", {"stateMachineArn": STATE_MACHINE_ARN})["executions"]
        arns = [each["executionArn"] for each in sorted(listed, key=lambda e: e["startDate"])]
        found = (states.call("DescribeExecution", {"executionArn": arn}) for arn in arns)
        return [json.loads(each["input"]) for each in found]

    def stop_executions(self) -> None:
        """Have all executions end at once."""
        states = wire_to(STEP_FUNCTIONS)
        listed = states.call("ListExecutions", {"stateMachineArn": STATE_MACHINE_ARN})["executions"]
        for each in listed:
            states.call("StopExecution", {"executionArn": each["executionArn"]})


def ids(owner: str, integration_id: str, sync_id: str) -> Json:
    """Name a sync as events do."""
    return {"owner": owner, "integration_id": integration_id, "sync_id": sync_id}


def first_of(integration: Json, owner: str = "alice") -> Json:
    """Name the first sync of an integration as events do."""
    return ids(owner, integration["id"], integration["first_sync"])


def event(name: str, **changes: object) -> Json:
    """Give a real event, about other things."""
    return {**json.loads((_EVENTS / f"{name}.json").read_text()), **changes}


@contextmanager
def staged(exchange: Exchange, clock_file: Path) -> Iterator[Stage]:
    """Give handlers that read this environment, and leave none of it behind."""
    clock_file.write_text("0")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCES", json.dumps({"kraken": exchange.url}))
        patch.setenv("CLOCK_OFFSET_FILE", str(clock_file))
        forget()
        yield Stage(exchange, clock_file)
    forget()


def forget() -> None:
    """Have the wiring read the environment anew and make everything again."""
    settings.cache_clear()
    parts = [module for name, module in sys.modules.items() if name.startswith("tidemark.wiring")]
    for made in [each for part in parts for each in vars(part).values()]:
        if hasattr(made, "cache_clear"):
            made.cache_clear()
