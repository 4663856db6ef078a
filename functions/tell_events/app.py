"""Tells what changed: reads the streams of the tables, keeps events, and asks for deliveries."""

from typing import Any, TypedDict

from aws_lambda_powertools import Logger

from tidemark import wiring
from tidemark.aws.invocation import Context
from tidemark.services.tell_events import Known

logger = Logger()


class Told(TypedDict):
    """The part of a stream's record that only streams have."""

    SequenceNumber: str


class Record(TypedDict):
    """One change of one item. Besides what is named here it has the item, before and after."""

    eventID: str
    eventSourceARN: str
    dynamodb: Told


class Batch(TypedDict):
    """A batch of one stream's records, in order."""

    Records: list[Record]


class Failure(TypedDict):
    """The record from which on the batch is to come again."""

    itemIdentifier: str


@logger.inject_lambda_context
def handler(event: Batch, context: Context) -> dict[str, list[Failure]]:
    """Tell each change in order; from the first one that fails on, they come again."""
    del context
    known: Known = {}
    for record in event["Records"]:
        if not _told(record, known):
            failed = record["dynamodb"]["SequenceNumber"]
            return {"batchItemFailures": [{"itemIdentifier": failed}]}
    return {"batchItemFailures": []}


def _told(record: Any, known: Known) -> bool:  # noqa: ANN401 - the item in it is of any shape
    """Tell one change; say whether that is done."""
    try:
        wiring.tell_events().tell(wiring.changes().read(record), known)
    except Exception as error:  # noqa: BLE001 - the changes before it are not to be told again
        facts = {"kind": type(error).__name__, "record": record.get("eventID")}
        logger.error("a change was not told", extra=facts)  # noqa: TRY400 - no text of it
        return False
    return True
