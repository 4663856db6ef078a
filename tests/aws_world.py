"""Worlds over the real stores, keys, queue and state machine, as moto plays them."""

import json
from typing import Any

from tests.played import QUEUE_URL, STATE_MACHINE_ARN, wire_to
from tests.stores.stores import in_dynamodb
from tests.world import World
from tidemark.aws.queue import SqsQueue
from tidemark.aws.vault import KmsVault
from tidemark.aws.workflow import StepFunctionsWorkflow
from tidemark.wire import KMS, SQS, STEP_FUNCTIONS

_NOTHING = {"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}


def make_state_machine() -> None:
    """Make the state machine; moto does not execute it here."""
    wire_to(STEP_FUNCTIONS).call(
        "CreateStateMachine",
        {
            "name": STATE_MACHINE_ARN.rpartition(":")[2],
            "definition": json.dumps(_NOTHING),
            "roleArn": "arn:aws:iam::123456789012:role/resync",
        },
    )


def world_on_aws(**more: Any) -> World:  # noqa: ANN401 - what worlds take
    """Give a world over everything real; ``more`` goes to it."""
    stores: dict[str, Any] = {
        name: store for name, store in vars(in_dynamodb()).items() if name != "idempotency"
    }
    outside: dict[str, Any] = {
        "vault": KmsVault(wire_to(KMS), "alias/credentials"),
        "queue": SqsQueue(wire_to(SQS), QUEUE_URL),
        "workflow": StepFunctionsWorkflow(wire_to(STEP_FUNCTIONS), STATE_MACHINE_ARN),
    }
    return World(**{**stores, **outside, **more})
