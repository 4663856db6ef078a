"""The state machine of long syncs."""

import json

from tidemark.domain.integrations import IntegrationKey
from tidemark.wire import CallRefused, Wire

_OVER = {"InvalidToken", "TaskDoesNotExist", "TaskTimedOut"}
"""What is said of a token that nobody waits with any more."""


class StepFunctionsWorkflow:
    """Starts executions whose names say which they are, so that each starts once."""

    def __init__(self, wire: Wire, state_machine_arn: str) -> None:
        """Start executions of a state machine."""
        self._wire = wire
        self._arn = state_machine_arn

    def start(self, key: IntegrationKey, sync_id: str, execution: int) -> bool:
        """Start one; of one that is running nobody hears, one that has ended says so."""
        given = {
            "owner": key.owner,
            "integration_id": key.integration_id,
            "sync_id": sync_id,
            "execution": execution,
        }
        body = {
            "stateMachineArn": self._arn,
            "name": f"{sync_id}-{execution}",
            "input": json.dumps(given),
        }
        try:
            self._wire.call("StartExecution", body)
        except CallRefused as error:
            if error.kind != "ExecutionAlreadyExists":
                raise
            return False
        return True

    def wake(self, token: str) -> bool:
        """Let the task succeed: what it is about, the run says."""
        return self._tell("SendTaskSuccess", {"taskToken": token, "output": "{}"})

    def beat(self, token: str) -> bool:
        """Send the task's heartbeat."""
        return self._tell("SendTaskHeartbeat", {"taskToken": token})

    def _tell(self, operation: str, body: dict[str, str]) -> bool:
        """Tell a task that waits; False if none does."""
        try:
            self._wire.call(operation, body)
        except CallRefused as error:
            if error.kind not in _OVER:
                raise
            return False
        return True
