"""Batches of SQS messages: worked on one by one, of which those that failed are delivered again."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypedDict


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


class Undone(TypedDict):
    """The answer to a batch: what is to be delivered again."""

    batchItemFailures: list[Failure]


def overlapping(records: Sequence[Record], work: Callable[[Record], bool]) -> Undone:
    """Work on all messages at once, in threads; ``work`` tells whether one is done with."""
    with ThreadPoolExecutor(max_workers=max(1, len(records))) as pool:
        return undone(records, pool.map(work, records))


def undone(records: Sequence[Record], done: Iterable[bool]) -> Undone:
    """Name the messages that are not done with."""
    failed = [record for record, ok in zip(records, done, strict=True) if not ok]
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}
