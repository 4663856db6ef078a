"""Has transactions valued: those of integrations that changed, and every few minutes."""

import json
from datetime import datetime
from typing import TypedDict

from aws_lambda_powertools import Logger

from tidemark import wiring
from tidemark.aws.batches import Record, Undone, undone
from tidemark.aws.invocation import Context, Discreet, budget_of
from tidemark.domain.integrations import IntegrationKey

logger = Logger()


class Asked(TypedDict, total=False):
    """A batch of SQS records; a tick of the schedule has none."""

    Records: list[Record]


class Filled(TypedDict):
    """How many sheets of closes a tick asked for."""

    asked: int


@logger.inject_lambda_context
def handler(event: Asked, context: Context) -> Undone | Filled:
    """Look at the integrations that a batch names, or fetch what is due."""
    until = wiring.clock().now() + budget_of(context)
    if "Records" not in event:
        with Discreet():
            return {"asked": wiring.value_transactions().due(until)}
    records = event["Records"]
    return undone(records, (_done(record, until) for record in records))


def _done(record: Record, until: datetime) -> bool:
    """Look at one integration; tell whether the message is done with."""
    try:
        named = json.loads(record["body"])
        key = IntegrationKey(named["owner"], named["integration_id"])
        wiring.value_transactions().integration(key, until)
    except Exception as error:  # noqa: BLE001 - one bad message must not take the batch with it
        kind = type(error).__name__
        logger.error("valuing failed", extra={"kind": kind})  # noqa: TRY400 - no text of it
        return False
    return True
