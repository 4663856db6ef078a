"""The queues: of incremental syncs, and of work on files."""

import json

from tidemark.domain.imports import FileJob
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


class SqsFilesQueue:
    """Sends ids, nothing else; S3 itself tells the same queue of uploads."""

    def __init__(self, wire: Wire, url: str) -> None:
        """Send to the queue at a URL."""
        self._wire = wire
        self._url = url

    def send(self, job: FileJob) -> None:
        """Send one message."""
        message = {"owner": job.owner, "job": job.kind.value, "id": job.id}
        body = {"QueueUrl": self._url, "MessageBody": json.dumps(message)}
        self._wire.call("SendMessage", body)

    def show_again(self, receipt: str, seconds: int) -> None:
        """Change when the message is seen again."""
        body = {"QueueUrl": self._url, "ReceiptHandle": receipt, "VisibilityTimeout": seconds}
        self._wire.call("ChangeMessageVisibility", body)
