"""Syncs integrations from the queue, checks balances and rights, and goes on with deletions.

The messages of one batch overlap in a thread pool.
"""

import json

from aws_lambda_powertools import Logger

from tidemark import wiring
from tidemark.aws.batches import Batch, Record, Undone, overlapping
from tidemark.aws.invocation import Context, SyncEvent, budget_of, key_of, worker_of
from tidemark.services.check_on_demand import is_check
from tidemark.services.check_rights import RECHECK
from tidemark.services.delete_integration import DELETION

logger = Logger()


@logger.inject_lambda_context
def handler(event: Batch, context: Context) -> Undone:
    """Work on each message; those that failed are delivered again, the others are not."""
    return overlapping(event["Records"], lambda record: _drive(record, context))


def _drive(record: Record, context: Context) -> bool:
    """Do what one message asks for; tell whether the message is done with."""
    try:
        event: SyncEvent = json.loads(record["body"])
        now = wiring.clock().now()
        if event["sync_id"] == DELETION:
            wiring.delete_integration().go_on(key_of(event), now + budget_of(context))
            return True
        worker = worker_of(context, now, record["messageId"])
        if event["sync_id"] == RECHECK:
            wiring.check_rights().work(key_of(event), worker)
        elif is_check(event["sync_id"]):
            wiring.check_on_demand().work(key_of(event), event["sync_id"], worker)
        else:
            wiring.drive_sync().drive(key_of(event), event["sync_id"], worker, budget_of(context))
    except Exception as error:  # noqa: BLE001 - one bad message must not take the batch with it
        kind = type(error).__name__
        logger.error("sync message failed", extra={"kind": kind})  # noqa: TRY400 - no text of it
        return False
    return True
