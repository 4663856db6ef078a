"""The state machine, as it is defined and as the template deploys it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.architecture.stack import all_of, properties, target
from tools.transformed import definition

State = dict[str, Any]
SUBSTITUTIONS = properties("ResyncStateMachine")["DefinitionSubstitutions"]
WAITING = "arn:aws:states:::lambda:invoke.waitForTaskToken"
STEP_FAILURES = {
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "Sandbox.Timedout",
    "States.Timeout",
}


def machines(machine: State) -> Iterator[State]:
    """Go through the machine and those inside its maps."""
    yield machine
    for state in machine["States"].values():
        if state["Type"] == "Map":
            yield from machines(state["ItemProcessor"])


def states(kind: str) -> dict[str, State]:
    """Give all states of a type by name."""
    return {
        name: state
        for machine in machines(definition())
        for name, state in machine["States"].items()
        if state["Type"] == kind
    }


def function_of(task: State) -> str:
    """Name the function of a task as the template's substitutions do."""
    waits = task["Resource"] == WAITING
    named: str = task["Parameters"]["FunctionName"] if waits else task["Resource"]
    return named.strip("${}")


def handed_to(task: State) -> State:
    """Give what a task's function is handed."""
    parameters: State = task["Parameters"]
    return parameters["Payload"] if task["Resource"] == WAITING else parameters


def successors(state: State) -> Iterator[str]:
    """Name the states that may come after one."""
    branches = [state, *state.get("Choices", []), *state.get("Catch", [])]
    yield from (branch["Next"] for branch in branches if "Next" in branch)
    if "Default" in state:
        yield state["Default"]


def test_it_is_standard_traced_and_logs_no_data() -> None:
    """Histories of executions are not copied into logs."""
    machine = properties("ResyncStateMachine")

    assert machine["StateMachineType"] == "STANDARD"
    assert machine["TracingConfiguration"] == {"Enabled": True}
    assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False
    assert len(all_of("AWS::StepFunctions::StateMachine")) == 1


@pytest.mark.parametrize("machine", list(machines(definition())), ids=lambda m: m["StartAt"])
def test_all_of_its_states_can_be_reached(machine: State) -> None:
    """Every name that is gone to exists, and every state is gone to."""
    reached: set[str] = set()
    ahead = {machine["StartAt"]}
    while ahead:
        name = ahead.pop()
        reached.add(name)
        ahead |= set(successors(machine["States"][name])) - reached

    assert reached == set(machine["States"])


@pytest.mark.parametrize("name", states("Task"))
def test_a_task_waits_a_little_longer_than_its_function_runs(name: str) -> None:
    """A function's own timeout comes first: the task's is for an answer that was lost."""
    task = states("Task")[name]
    function = target(SUBSTITUTIONS[function_of(task)])

    if task["Resource"] != WAITING:
        assert task["TimeoutSeconds"] > properties(function)["Timeout"]


@pytest.mark.parametrize("name", states("Task"))
def test_a_task_is_repeated_when_lambda_fails(name: str) -> None:
    """Whatever happens to a worker, the run goes on at its checkpoint."""
    repeated = {error for retry in states("Task")[name]["Retry"] for error in retry["ErrorEquals"]}

    waits = states("Task")[name]["Resource"] == WAITING
    failures = STEP_FAILURES - ({"States.Timeout"} if waits else set())
    assert repeated >= failures or repeated == {"States.ALL"}


def test_who_waits_for_an_owner_does_so_for_a_time() -> None:
    """When it is over, or nobody keeps the wait alive, a step says what becomes of the run."""
    (task,) = (each for each in states("Task").values() if each["Resource"] == WAITING)
    (catch,) = task["Catch"]

    assert task["TimeoutSecondsPath"] == "$.step.seconds"
    assert task["HeartbeatSecondsPath"] == "$.step.heartbeat"
    assert {"States.Timeout", "States.HeartbeatTimeout"} < set(catch["ErrorEquals"])
    assert catch["Next"] == task["Next"] == "Step"
    assert "States.Timeout" not in str(task["Retry"])


@pytest.mark.parametrize(
    "name", [n for n, s in definition()["States"].items() if s["Type"] in {"Task", "Map"}]
)
def test_every_failure_ends_in_a_state_with_a_reason(name: str) -> None:
    """What is not repeated goes to FailSync, and FailSync itself to the end."""
    (catch,) = definition()["States"][name]["Catch"]

    assert catch["ErrorEquals"] == ["States.ALL"]
    assert catch["Next"] == ("Failed" if name == "FailSync" else "FailSync")


def test_it_carries_ids_only() -> None:
    """No task is handed more than ids, the stream's name, and what went wrong.

    The token is the state machine's own: who waits for an owner keeps it.
    """
    handed = {key for task in states("Task").values() for key in handed_to(task)}

    assert handed == {
        "action",
        "owner.$",
        "integration_id.$",
        "sync_id.$",
        "execution.$",
        "stream.$",
        "failure.$",
        "token.$",
    }


def test_only_what_the_local_engine_runs_faithfully_is_used() -> None:
    """JSONPath, inline maps, no nested executions."""
    text = str(definition())

    assert "QueryLanguage" not in text
    assert "DISTRIBUTED" not in text
    assert "startExecution" not in text


def test_every_substitution_is_used_and_given() -> None:
    """The definition and the template name the same functions."""
    used = {function_of(task) for task in states("Task").values()}

    assert used == set(SUBSTITUTIONS)
