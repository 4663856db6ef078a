"""Delivers events to receivers; the messages of a batch overlap: a slow one holds up few."""

import json

from aws_lambda_powertools import Logger

from tidemark import wiring
from tidemark.aws.batches import Batch, Record, Undone, overlapping
from tidemark.aws.invocation import Context

logger = Logger()


@logger.inject_lambda_context
def handler(event: Batch, context: Context) -> Undone:
    """Look at each delivery; messages that failed come again, the others do not."""
    del context
    return overlapping(event["Records"], _done)


def _done(record: Record) -> bool:
    """Look at one delivery; tell whether its message is done with."""
    try:
        asked = json.loads(record["body"])
        wiring.deliver_webhooks().deliver(asked["owner"], asked["event"], asked["endpoint"])
    except Exception as error:  # noqa: BLE001 - one bad message must not take the batch with it
        kind = type(error).__name__
        logger.error("a delivery failed", extra={"kind": kind})  # noqa: TRY400 - no text of it
        return False
    return True
