"""The state machine runs as it is defined, with functions that only say how it went."""

import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.session import Session
from moto import mock_aws

from tests.aws_calls import Listener, body_of, listening
from tools.transformed import definition

IDS = {"owner": "alice", "integration_id": "intg_1", "sync_id": "sync_1"}
PLAN = {
    "partitions": [{**IDS, "stream": "ledgers"}, {**IDS, "stream": "trades"}],
    "max_concurrency": 1,
}
DONE = {"outcome": "done", "seconds": 0}
PATIENCE = 20
SESSION = Session()


class Payload(io.BytesIO):
    """What a function answers, as a connection would give it."""

    def stream(self, **_: object) -> Iterator[bytes]:
        """Give it in one piece."""
        yield self.read()


class Failing(Exception):
    """What a function raises, by name."""


class Functions(Listener):
    """Answers each function's calls one after the other; the last answer stays."""

    def __init__(self, **answers: list[object]) -> None:
        """Take the answers by the function's name; one that has none says that all is well."""
        self.answers = answers
        self.called: list[tuple[str, dict[str, Any]]] = []

    def before(self, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
        """Answer a call of a function."""
        if operation != "lambda.Invoke":
            return None
        name = str(request.url).partition("/functions/")[2].partition("/")[0]
        name = name.rpartition("%3A")[2].rpartition(":")[2]
        self.called.append((name, body_of(request)))
        left = self.answers.get(name, [DONE])
        result = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(result, Failing):
            error = {"errorType": str(result), "errorMessage": "it went wrong"}
            return _answer(error, {"x-amz-function-error": "Unhandled"})
        return _answer(result)

    @property
    def names(self) -> list[str]:
        """Name the functions in the order of their calls."""
        return [name for name, _ in self.called]


def _answer(result: object, headers: dict[str, str] | None = None) -> AWSResponse:
    """Make the answer of an invocation."""
    payload = Payload(json.dumps(result).encode())
    return AWSResponse("http://lambda", 200, HTTPHeaders.from_dict(headers or {}), payload)


type Run = Callable[[Functions], str]


@pytest.fixture
def run() -> Iterator[Run]:
    """Give what runs the state machine to its end and tells how it ended."""
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        machine = SESSION.create_client("stepfunctions", region_name="eu-central-1")
        yield lambda functions: _run(machine, functions)


def _run(machine: Any, functions: Functions) -> str:  # noqa: ANN401  # botocore's clients have no type
    """Start an execution and wait for its end."""
    text = json.dumps(definition())
    for name in ("FanOutResync", "ResyncStep", "AskOwner", "CheckBalances", "FinishSync"):
        arn = f"arn:aws:lambda:eu-central-1:123456789012:function:{name}"
        text = text.replace(f"${{{name}Function" + "Arn}", arn)
    made = machine.create_state_machine(
        name="resync", definition=text, roleArn="arn:aws:iam::123456789012:role/resync"
    )
    with listening(functions):
        started = machine.start_execution(
            stateMachineArn=made["stateMachineArn"], input=json.dumps({**IDS, "execution": 1})
        )
        return _ended(machine, started["executionArn"])


def _ended(machine: Any, execution: str) -> str:  # noqa: ANN401  # as above
    """Give how an execution ended."""
    patience = time.monotonic() + PATIENCE
    while time.monotonic() < patience:
        status: str = machine.describe_execution(executionArn=execution)["status"]
        if status != "RUNNING":
            return status
        threading.Event().wait(0.02)
    raise AssertionError("the execution does not end")


def test_partitions_are_read_one_after_the_other(run: Run) -> None:
    """Step until done, wait when the source asks for it, check, finish."""
    more, wait = {"outcome": "more", "seconds": 0}, {"outcome": "wait", "seconds": 0}
    functions = Functions(FanOutResync=[PLAN], ResyncStep=[more, wait, DONE, DONE])

    assert run(functions) == "SUCCEEDED"
    assert functions.names == [
        "FanOutResync",
        *["ResyncStep"] * 4,
        "CheckBalances",
        "FinishSync",
    ]
    steps = [body["stream"] for name, body in functions.called if name == "ResyncStep"]
    assert steps == ["ledgers", "ledgers", "ledgers", "trades"]


def test_a_long_run_is_handed_over(run: Run) -> None:
    """The successor checks and finishes; this execution does neither."""
    functions = Functions(FanOutResync=[PLAN], ResyncStep=[{"outcome": "hand_over", "seconds": 0}])

    assert run(functions) == "SUCCEEDED"
    assert functions.called[-1] == (
        "FanOutResync",
        {**IDS, "action": "hand_over", "execution": 1},
    )
    assert "FinishSync" not in functions.names


def test_a_stopped_run_asks_the_source_for_nothing_more(run: Run) -> None:
    """A paused or deleted integration's balances are not checked."""
    functions = Functions(FanOutResync=[PLAN], ResyncStep=[{"outcome": "stopped", "seconds": 0}])

    assert run(functions) == "SUCCEEDED"
    assert "CheckBalances" not in functions.names


def test_a_source_may_ask_to_wait_with_the_balances_too(run: Run) -> None:
    """The check is repeated after the wait."""
    functions = Functions(
        FanOutResync=[PLAN], CheckBalances=[{"outcome": "wait", "seconds": 0}, DONE]
    )

    assert run(functions) == "SUCCEEDED"
    assert functions.names[-3:] == ["CheckBalances", "CheckBalances", "FinishSync"]


@pytest.mark.parametrize("failing", ["FanOutResync", "ResyncStep", "CheckBalances"])
def test_a_failure_gives_the_sync_its_terminal_state(run: Run, failing: str) -> None:
    """Finish is told what went wrong, and the execution counts as failed."""
    answers: dict[str, list[object]] = {"FanOutResync": [PLAN]}
    answers[failing] = [Failing("Surprise")]
    functions = Functions(**answers)

    assert run(functions) == "FAILED"
    name, body = functions.called[-1]
    assert (name, body["failure"]["Error"]) == ("FinishSync", "Surprise")
