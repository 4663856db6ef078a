"""Reads one partition of a long sync, one step at a time."""

from aws_lambda_powertools import Logger

from tidemark import wiring
from tidemark.aws.invocation import (
    Context,
    Discreet,
    StepAnswer,
    SyncEvent,
    answer_of,
    budget_of,
    key_of,
    worker_of,
)

logger = Logger()


class PartitionEvent(SyncEvent):
    """Which stream of which sync."""

    stream: str


@logger.inject_lambda_context
def handler(event: PartitionEvent, context: Context) -> StepAnswer:
    """Read while there is time, and say what comes next."""
    with Discreet():
        clock = wiring.clock()
        result = wiring.sync_step().step(
            key_of(event),
            event["sync_id"],
            worker_of(context, clock.now()),
            budget_of(context),
            event["stream"],
        )
        return answer_of(result, clock.now())
