"""The state machine waits for an owner as it is defined: answered, late, never, twice."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto import mock_aws

from tests.played import wire_to
from tests.workflows.test_resync import DONE, IDS, PLAN, SESSION, Failing, Functions, _run
from tidemark.aws.workflow import StepFunctionsWorkflow
from tidemark.wire import STEP_FUNCTIONS

ASK = {"outcome": "ask_user", "seconds": 20, "heartbeat": 19}
SHORT = {"outcome": "ask_user", "seconds": 2, "heartbeat": 1}
ONE = {**PLAN, "partitions": PLAN["partitions"][:1]}  # type: ignore[index]


class Asking(Functions):
    """Functions of which one is handed tokens; ``owner`` does something with each."""

    def __init__(self, owner: Callable[[str], object], **answers: list[object]) -> None:
        """Take what the owner does once the execution waits."""
        super().__init__(**answers)
        self.owner = owner
        self.acted: list[threading.Timer] = []

    def before(self, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
        """Hand the token on."""
        answer = super().before(operation, request)
        if operation == "lambda.Invoke" and self.names[-1] == "AskOwner":
            token = self.called[-1][1]["token"]
            self.acted.append(threading.Timer(0.3, self.owner, [token]))
            self.acted[-1].start()
        return answer

    def over(self) -> None:
        """Wait until the owner has done everything."""
        for each in self.acted:
            each.join()


type Run = Callable[[Functions], str]


@pytest.fixture
def run() -> Iterator[Run]:
    """Give what runs the state machine to its end and tells how it ended."""
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        machine: Any = SESSION.create_client("stepfunctions", region_name="eu-central-1")
        yield lambda functions: _run(machine, functions)


def told() -> StepFunctionsWorkflow:
    """Give what tells executions."""
    return StepFunctionsWorkflow(wire_to(STEP_FUNCTIONS), "none")


def test_an_answer_goes_on_with_the_next_step(run: Run) -> None:
    """The step finds the answer; a wrong one waits again, with another token."""
    woken: list[bool] = []
    functions = Asking(
        lambda token: woken.append(told().wake(token)),
        FanOutResync=[PLAN],
        ResyncStep=[ASK, ASK, DONE, DONE],
    )
    assert run(functions) == "SUCCEEDED"
    functions.over()
    assert woken == [True, True]
    assert functions.names[1:7] == [
        *("ResyncStep", "AskOwner") * 2,
        "ResyncStep",
        "ResyncStep",
    ]
    asked = [body for name, body in functions.called if name == "AskOwner"]
    assert all(set(body) == {*IDS, "token"} for body in asked)
    assert asked[0]["token"] != asked[1]["token"]


def test_who_waits_no_more_cannot_be_woken(run: Run) -> None:
    """Nor kept waiting: a token that was used says so, and so does one that never was."""
    tokens: list[str] = []

    def owner(token: str) -> None:
        tokens.append(token)
        told().wake(token)

    functions = Asking(owner, FanOutResync=[ONE], ResyncStep=[ASK, DONE])
    assert run(functions) == "SUCCEEDED"
    functions.over()
    assert (told().wake(tokens[0]), told().beat(tokens[0])) == (False, False)
    assert told().wake("nobody's") is False


def test_heartbeats_keep_the_wait_alive(run: Run) -> None:
    """Longer than without; the answer still counts."""

    def owner(token: str) -> None:
        for _ in range(3):
            assert told().beat(token)
            threading.Event().wait(0.5)
        told().wake(token)

    patient = {"outcome": "ask_user", "seconds": 15, "heartbeat": 1}
    functions = Asking(owner, FanOutResync=[ONE], ResyncStep=[patient, DONE])
    assert run(functions) == "SUCCEEDED"
    functions.over()
    assert functions.names.count("AskOwner") == 1


def test_who_never_answers_is_not_waited_for_for_ever(run: Run) -> None:
    """The next step says what becomes of the run, and the sync is finished."""
    functions = Asking(lambda _: None, FanOutResync=[ONE], ResyncStep=[SHORT, DONE])
    assert run(functions) == "SUCCEEDED"
    assert functions.names[1:4] == ["ResyncStep", "AskOwner", "ResyncStep"]
    assert functions.names[-1] == "FinishSync"


def test_an_answer_before_the_wait_is_not_missed(run: Run) -> None:
    """The function that was to wait says so."""
    functions = Functions(
        FanOutResync=[ONE], ResyncStep=[ASK, DONE], AskOwner=[Failing("NothingToAsk")]
    )
    assert run(functions) == "SUCCEEDED"
    assert functions.names[1:4] == ["ResyncStep", "AskOwner", "ResyncStep"]


def test_a_wait_that_cannot_begin_fails_the_sync(run: Run) -> None:
    """With a reason, like any failure."""
    functions = Functions(
        FanOutResync=[ONE], ResyncStep=[ASK, DONE], AskOwner=[Failing("Surprise")]
    )
    assert run(functions) == "FAILED"
    name, body = functions.called[-1]
    assert (name, body["failure"]["Error"]) == ("FinishSync", "Surprise")
