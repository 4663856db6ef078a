"""Brings a sync to its one end, whatever it was that went before."""

from typing import NotRequired, TypedDict

from aws_lambda_powertools import Logger

from tidemark import wiring
from tidemark.aws.invocation import Context, Discreet, SyncEvent, key_of, worker_of
from tidemark.domain.syncs import Problem

logger = Logger()


class Caught(TypedDict):
    """What the state machine caught."""

    Error: str
    Cause: NotRequired[str]


class FinishEvent(SyncEvent):
    """Which sync ends, and the failure that ends it, if one does."""

    failure: NotRequired[Caught]


@logger.inject_lambda_context
def handler(event: FinishEvent, context: Context) -> dict[str, str]:
    """End the sync and say how it ended."""
    with Discreet():
        caught = event.get("failure")
        worker = worker_of(context, wiring.clock().now())
        status = wiring.finish_sync().finish(
            key_of(event), event["sync_id"], worker, _problem(caught) if caught else None
        )
        return {"status": status.value if status else "not_ours"}


def _problem(caught: Caught) -> Problem:
    """Put a caught error into words; its cause stays in the logs, it may name internals."""
    logger.error("sync failed", extra={"kind": caught["Error"]})
    return Problem(
        "internal_error",
        "The sync failed inside Tidemark before everything was read.",
        "Start it again; it goes on from what is there.",
    )
