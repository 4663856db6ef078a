"""Every place where the local server reaches into moto, the emulator of AWS, and why.

Only this module knows moto's insides (written for moto 5.2). Nothing here changes what the
product sees, except where moto would answer otherwise than AWS does.
"""

import json
import threading
import types
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from moto.awslambda.models import LambdaFunction
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sqs.models import Queue
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.exec import execute_state
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_callback as token_wait,
)
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import (
    WaitFunction,
)
from moto.stepfunctions.parser.asl.eval.callback import callback
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from local.clock import ProductClock, ProductEvent
from local.template import REGION
from local.workers import Outcome

ACCOUNT = DEFAULT_ACCOUNT_ID

_counting = threading.Lock()

type Foreign = Any  # something of moto's, or JSON: neither has types


class Invoke(Protocol):
    """Runs a function by its ARN or name, and gives its outcome unless that is not waited for."""

    def __call__(self, function: str, payload: bytes, *, waits: bool) -> Outcome:
        """Run the function."""


class ExecutionsWaiting:
    """Which executions of state machines wait, by ARN: for a person, or for a time."""

    def __init__(self) -> None:
        self.for_person: Counter[str] = Counter()
        self.for_time: Counter[str] = Counter()

    def at_all(self, arn: str) -> bool:
        """Tell whether an execution waits for anything."""
        return self.for_person[arn] + self.for_time[arn] > 0


def hook_queues() -> None:
    """Delete messages under the queue's lock; moto loses one that is sent at the same moment."""

    def delete_message(queue: Queue, receipt_handle: str) -> None:
        with queue._messages_lock:  # noqa: SLF001
            original(queue, receipt_handle)

    original = Queue.delete_message
    replace(Queue, "delete_message", delete_message)


def hook_invocations(invoke: Invoke) -> None:
    """Let every invocation reach our workers; moto would start Docker.

    Step Functions would besides make a client for each task and go through HTTP to itself.
    """

    def by_lambda(
        function: LambdaFunction,
        body: str | bytes,
        request_headers: Foreign,
        response_headers: dict[str, str],
    ) -> str | bytes:
        payload = body.encode() if isinstance(body, str) else body
        waits = request_headers.get("X-Amz-Invocation-Type", "RequestResponse") != "Event"
        outcome = invoke(function.function_arn, payload or b"{}", waits=waits)
        if outcome.failed:
            response_headers["x-amz-function-error"] = "Unhandled"
        return outcome.payload

    def by_state_machine(parameters: dict[str, Any], **_: Foreign) -> dict[str, Any]:
        outcome = invoke(parameters["FunctionName"], parameters["Payload"], waits=True)
        answer: dict[str, Any] = {"StatusCode": 200, "Payload": json.loads(outcome.payload)}
        return answer | ({"FunctionError": "Unhandled"} if outcome.failed else {})

    replace(LambdaFunction, "invoke", by_lambda)
    replace(lambda_eval_utils, "_invoke_lambda_function", by_state_machine)


def hook_time(clock: ProductClock, waiting: ExecutionsWaiting) -> None:
    """Let state machines live in the product's time: waits, retries, timeouts, heartbeats.

    moto sleeps in the system's time, so that nothing could move it on. While an execution waits
    for a time or for a person, that is counted. An answer that comes before the wait with its
    heartbeats begins would be missed until the next of them.
    """

    def wait_interval(_: WaitFunction, env: Foreign, wait_seconds: int) -> None:
        with _counted(waiting.for_time, env):
            clock.wait_until(clock.time() + wait_seconds, over=lambda: not env.is_running())

    def wait_for_token(task: Foreign, env: Foreign, *rest: Foreign, **named: Foreign) -> Foreign:
        given = named["callback_endpoint"].get_outcome()
        if given is not None:
            return given
        with _counted(waiting.for_person, env):
            return original(task, env, *rest, **named)

    def retry(retrier: Foreign, env: Foreign) -> None:
        with _counted(waiting.for_time, env):
            retry_when_due(retrier, env)

    retry_when_due = retrier_decl.RetrierDecl._eval_body  # noqa: SLF001
    replace(retrier_decl.RetrierDecl, "_eval_body", retry)
    callbacks = token_wait.StateTaskServiceCallback
    original = callbacks._eval_wait_for_task_token  # noqa: SLF001
    replace(callbacks, "_eval_wait_for_task_token", wait_for_token)
    replace(WaitFunction, "_wait_interval", wait_interval)
    ProductEvent.clock = clock
    replace(callback, "Event", ProductEvent)
    replace(execute_state, "threading", types.SimpleNamespace(Event=ProductEvent))
    replace(retrier_decl, "time", types.SimpleNamespace(sleep=clock.sleep))


def running_executions() -> set[str]:
    """Give the ARNs of the executions that have not ended."""
    machines = stepfunctions_parser_backends[ACCOUNT][REGION].state_machines
    return {
        execution.execution_arn
        for machine in machines
        for execution in machine.executions
        if execution.status == "RUNNING"
    }


def start_execution(machine_arn: str, name: str, payload: str) -> None:
    """Start an execution of a state machine."""
    backend = stepfunctions_parser_backends[ACCOUNT][REGION]
    backend.start_execution(machine_arn, name=name, execution_input=payload)


def replace(owner: object, name: str, by: object) -> None:
    """Put something of ours in place of something of moto's."""
    setattr(owner, name, by)


@contextmanager
def _counted(counter: Counter[str], env: Foreign) -> Iterator[None]:
    """Count an execution, known by its environment, while something lasts."""
    arn: str = env.states.context_object.context_object_data["Execution"]["Id"]
    with _counting:
        counter[arn] += 1
    try:
        yield
    finally:
        with _counting:
            counter[arn] -= 1
