"""A local server that serves a toy: one of each thing that the product has."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.child import FREE_PORTS, ServerChild
from local.template import REGION

TOY = Path(__file__).parent / "toy"
NOW = "2026-01-15T12:00:00Z"


class Toy:
    """The toy's server, and what its stack is made of."""

    def __init__(self, child: ServerChild) -> None:
        self.child = child
        stack = self.aws("cloudformation").describe_stacks()["Stacks"][0]
        self.outputs = {out["OutputKey"]: out["OutputValue"] for out in stack["Outputs"]}

    def aws(self, service: str) -> Any:  # noqa: ANN401 (boto3's clients are made at run time)
        """Give an AWS client."""
        session = boto3.Session("local", "local", region_name=REGION)
        return session.client(service, endpoint_url=self.child.aws)

    def invoke(self, do: str, function: str = "TaskName") -> tuple[Any, bool]:
        """Run a function; give what it answered and whether it failed."""
        answer = self.aws("lambda").invoke(
            FunctionName=self.outputs[function], Payload=json.dumps({"do": do})
        )
        return json.load(answer["Payload"]), "FunctionError" in answer

    def execute(self, name: str, **given: object) -> str:
        """Start the state machine; give the execution's ARN."""
        started = self.aws("stepfunctions").start_execution(
            stateMachineArn=self.outputs["MachineArn"], name=name, input=json.dumps(given)
        )
        return str(started["executionArn"])

    def status(self, execution: str) -> str:
        """Tell how an execution stands."""
        described = self.aws("stepfunctions").describe_execution(executionArn=execution)
        return str(described["status"])

    def send(self, *bodies: str, delay: int = 0) -> None:
        """Send messages."""
        entries = [
            {"Id": str(number), "MessageBody": body, "DelaySeconds": delay}
            for number, body in enumerate(bodies)
        ]
        self.aws("sqs").send_message_batch(QueueUrl=self.outputs["QueueUrl"], Entries=entries)

    def records(self) -> dict[str, dict[str, Any]]:
        """Give what handlers recorded, by what."""
        items = self.aws("dynamodb").scan(TableName=self.outputs["Table"])["Items"]
        return {item["what"]["S"]: item for item in items}


@pytest.fixture(scope="session")
def toy() -> Iterator[Toy]:
    """Serve the toy for all tests."""
    os.environ["A_SECRET_OF_THE_PARENT"] = "not for workers"
    arguments = (*FREE_PORTS, "--root", str(TOY), "--now", NOW, "--source", "kraken=http://[::1]:9")
    with ServerChild(*arguments, "--quiet") as child:
        yield Toy(child)


def gone(pid: int, patience: float = 10) -> bool:
    """Wait until a process has ended; False if it does not."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            os.kill(pid, signal.SIG_DFL)
        except ProcessLookupError:
            return True
    return False
