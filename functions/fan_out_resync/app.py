"""Plans the partitions of a long sync, and hands it over to a new execution in time."""

from typing import Literal, TypedDict

from aws_lambda_powertools import Logger

from tidemark import wiring
from tidemark.aws.invocation import Context, Discreet, SyncEvent, key_of, worker_of

logger = Logger()


class FanOutEvent(SyncEvent):
    """What to do for which sync, in which execution of the state machine (from 1)."""

    action: Literal["plan", "hand_over"]
    execution: int


class Partition(SyncEvent):
    """One stream of one sync."""

    stream: str


class Plan(TypedDict):
    """What is left to read, and how much of it at a time."""

    partitions: list[Partition]
    max_concurrency: int


@logger.inject_lambda_context
def handler(event: FanOutEvent, context: Context) -> Plan:
    """Begin the run, or go on with it, and name the streams that are left to read."""
    with Discreet():
        if event["action"] == "hand_over":
            return _hand_over(event)
        return _plan(event, context)


def _hand_over(event: FanOutEvent) -> Plan:
    """Start the next execution; nothing is left to read in this one."""
    wiring.workflow().start(key_of(event), event["sync_id"], event["execution"] + 1)
    return Plan(partitions=[], max_concurrency=1)


def _plan(event: FanOutEvent, context: Context) -> Plan:
    """Name what is left to read."""
    key, sync_id = key_of(event), event["sync_id"]
    worker = worker_of(context, wiring.clock().now())
    streams = wiring.sync_step().plan(key, sync_id, worker, event["execution"])
    named = SyncEvent(owner=key.owner, integration_id=key.integration_id, sync_id=sync_id)
    return Plan(
        partitions=[Partition(**named, stream=stream) for stream in streams], max_concurrency=1
    )
