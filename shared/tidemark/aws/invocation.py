"""What a Lambda invocation is to the services: a worker with an end, and events with ids."""

from datetime import datetime, timedelta
from types import TracebackType
from typing import NotRequired, Protocol, Self, TypedDict

from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.steps import Outcome, StepResult, Worker
from tidemark.errors import TidemarkError, Unexpected

_RESERVE = timedelta(seconds=20)
"""What a step leaves of its time, for the last commit and for letting go."""


class Context(Protocol):
    """The part of the Lambda context that is used."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Give how long this invocation may still run."""


class SyncEvent(TypedDict):
    """Which sync of which integration: all that queue messages and executions carry."""

    owner: str
    integration_id: str
    sync_id: str


_HEARTBEAT = 7_200
"""Seconds that a wait for an owner outlives the dispatcher, which sends the heartbeats."""


class StepAnswer(TypedDict):
    """How a step ended, for the state machine's Choice and Wait.

    ``heartbeat`` goes with a wait for the owner, and is shorter than ``seconds``.
    """

    outcome: str
    seconds: int
    heartbeat: NotRequired[int]


class Discreet:
    """Lets errors out of a function as they are if they are ours, else by their kind alone.

    What a function raises is kept in its log and in the history of the state machine.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(error, Exception) and not isinstance(error, TidemarkError):
            raise Unexpected(type(error).__name__) from None


def key_of(event: SyncEvent) -> IntegrationKey:
    """Read which integration an event is about."""
    return IntegrationKey(event["owner"], event["integration_id"])


def worker_of(context: Context, now: datetime, part: str = "") -> Worker:
    """Name this invocation (and the part of it that works) and say when it is gone for good."""
    remaining = timedelta(milliseconds=context.get_remaining_time_in_millis())
    return Worker(f"{context.aws_request_id}:{part}", now + remaining)


def budget_of(context: Context) -> timedelta:
    """Give how long a step of this invocation may read."""
    remaining = timedelta(milliseconds=context.get_remaining_time_in_millis())
    return max(remaining - _RESERVE, remaining / 2)


def answer_of(result: StepResult, now: datetime) -> StepAnswer:
    """Put a step's result into what the state machine reads; waits are at least a second."""
    waits = (result.wait_until - now).total_seconds() if result.wait_until else 0
    seconds = max(1, int(waits + 0.999))
    if result.outcome is not Outcome.ASK_USER:
        return StepAnswer(outcome=result.outcome.value, seconds=seconds)
    return StepAnswer(
        outcome=result.outcome.value, seconds=seconds + 1, heartbeat=min(_HEARTBEAT, seconds)
    )
