"""The state machine of long syncs."""

import json

from tidemark.domain.integrations import IntegrationKey
from tidemark.wire import CallRefused, Wire


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
