"""Delivers events to receivers; the messages of a batch overlap: a slow one holds up few."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TypedDict

from aws_lambda_powertools import Logger

from tidemark import wiring
from tidemark.aws.invocation import Context

logger = Logger()


class Record(TypedDict):
    """The part of an SQS record that is used."""

    messageId: str
    body: str


class Batch(TypedDict):
    """A batch of SQS records."""

    Records: list[Record]


class Failure(TypedDict):
    """A message to be delivered again."""

    itemIdentifier: str


@logger.inject_lambda_context
def handler(event: Batch, context: Context) -> dict[str, list[Failure]]:
    """Look at each delivery; messages that failed come again, the others do not."""
    del context
    records = event["Records"]
    with ThreadPoolExecutor(max_workers=max(1, len(records))) as pool:
        done = list(pool.map(_done, records))
    failed = [record for record, ok in zip(records, done, strict=True) if not ok]
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}


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
