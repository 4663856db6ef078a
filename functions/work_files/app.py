"""Works on files and imports: what owners asked for, and what S3 tells of uploads."""

from typing import TypedDict

from aws_lambda_powertools import Logger

from tidemark import wiring
from tidemark.aws.file_messages import asked_in
from tidemark.aws.invocation import Context, budget_of
from tidemark.errors import TidemarkError

logger = Logger()


_FIRST_WAIT, _LONGEST_WAIT, _TIMES = 30, 1800, 4
"""After how many seconds a message that failed comes again, and how that grows each time."""


class Attributes(TypedDict):
    """What SQS tells of a message."""

    ApproximateReceiveCount: str


class Record(TypedDict):
    """The part of an SQS record that is used."""

    messageId: str
    receiptHandle: str
    body: str
    attributes: Attributes


class Batch(TypedDict):
    """A batch of SQS records."""

    Records: list[Record]


class Failure(TypedDict):
    """A message to be delivered again."""

    itemIdentifier: str


@logger.inject_lambda_context
def handler(event: Batch, context: Context) -> dict[str, list[Failure]]:
    """Work on each message; those that failed are delivered again, the others are not."""
    failed = [record for record in event["Records"] if not _done(record, context)]
    for record in failed:
        _hurry(record)
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}


def _done(record: Record, context: Context) -> bool:
    """Do what one message asks for; tell whether the message is done with."""
    try:
        for asked in asked_in(record["body"]):
            wiring.work_files().work(asked, wiring.clock().now() + budget_of(context))
    except Exception as error:  # noqa: BLE001 - one bad message must not take the batch with it
        kind = type(error).__name__
        logger.error("work on a file failed", extra={"kind": kind})  # noqa: TRY400 - no text of it
        return False
    return True


def _hurry(record: Record) -> None:
    """Have a message come again soon, not only when a whole run might be over."""
    times = int(record["attributes"]["ApproximateReceiveCount"])
    wait = min(_LONGEST_WAIT, _FIRST_WAIT * _TIMES ** (times - 1))
    try:
        wiring.files_queue().show_again(record["receiptHandle"], wait)
    except TidemarkError as error:
        logger.warning("a message comes again late", extra={"kind": error.code})
