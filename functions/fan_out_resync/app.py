"""Plans the partitions of a long sync, and hands it over to a new execution in time."""

from typing import Literal, TypedDict

from aws_lambda_powertools import Logger

from tidemark import wiring
from tidemark.aws.invocation import Context, SyncEvent, key_of, worker_of

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
    key, sync_id, execution = key_of(event), event["sync_id"], event["execution"]
    if event["action"] == "hand_over":
        wiring.workflow().start(key, sync_id, execution + 1)
        return Plan(partitions=[], max_concurrency=1)
    worker = worker_of(context, wiring.clock().now())
    streams = wiring.sync_step().plan(key, sync_id, worker, execution)
    return Plan(
        partitions=[
            Partition(
                owner=key.owner, integration_id=key.integration_id, sync_id=sync_id, stream=stream
            )
            for stream in streams
        ],
        max_concurrency=1,
    )
