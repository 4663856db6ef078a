"""The queue of incremental syncs."""

import json

from tidemark.domain.integrations import IntegrationKey
from tidemark.wire import Wire


class SqsQueue:
    """Sends ids, nothing else, to the workers' queue."""

    def __init__(self, wire: Wire, url: str) -> None:
        """Send to the queue at a URL."""
        self._wire = wire
        self._url = url

    def send(self, key: IntegrationKey, sync_id: str) -> None:
        """Send one message."""
        message = {
            "owner": key.owner,
            "integration_id": key.integration_id,
            "sync_id": sync_id,
        }
        body = {"QueueUrl": self._url, "MessageBody": json.dumps(message)}
        self._wire.call("SendMessage", body)
