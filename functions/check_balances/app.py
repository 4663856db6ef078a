"""Compares what the source says is there with what the transactions add up to."""

from aws_lambda_powertools import Logger

from tidemark import wiring
from tidemark.aws.invocation import (
    Context,
    Discreet,
    StepAnswer,
    SyncEvent,
    answer_of,
    key_of,
    worker_of,
)

logger = Logger()


@logger.inject_lambda_context
def handler(event: SyncEvent, context: Context) -> StepAnswer:
    """Take a snapshot of both balances, or say how long the source asks to wait."""
    with Discreet():
        clock = wiring.clock()
        worker = worker_of(context, clock.now())
        result = wiring.check_balances().check(key_of(event), event["sync_id"], worker)
        return answer_of(result, clock.now())
