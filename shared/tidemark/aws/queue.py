"""The queues: of incremental syncs, of work on files, of integrations to value, of deliveries."""

import json
import math
from datetime import timedelta

from tidemark.domain.imports import FileJob
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.webhooks import Delivery
from tidemark.wire import Wire

_LONGEST_DELAY = 900


class SqsQueue:
    """Sends ids, nothing else, to the workers' queue."""

    def __init__(self, wire: Wire, url: str) -> None:
        """Send to the queue at a URL."""
        self._wire = wire
        self._url = url

    def send(self, key: IntegrationKey, sync_id: str, delay: timedelta = timedelta(0)) -> None:
        """Send one message; SQS takes delays in whole seconds, up to 15 minutes."""
        message = {
            "owner": key.owner,
            "integration_id": key.integration_id,
            "sync_id": sync_id,
        }
        body: dict[str, object] = {"QueueUrl": self._url, "MessageBody": json.dumps(message)}
        if delay:
            body["DelaySeconds"] = _seconds(delay)
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


class SqsWebhooksQueue:
    """Sends ids, nothing else, to those who deliver."""

    def __init__(self, wire: Wire, url: str) -> None:
        """Send to the queue at a URL."""
        self._wire = wire
        self._url = url

    def send(self, delivery: Delivery, delay: timedelta = timedelta(0)) -> None:
        """Send one message; a longer wait is taken in parts."""
        message = {
            "owner": delivery.owner,
            "event": delivery.event_id,
            "endpoint": delivery.endpoint_id,
        }
        body: dict[str, object] = {"QueueUrl": self._url, "MessageBody": json.dumps(message)}
        if delay:
            body["DelaySeconds"] = _seconds(delay)
        self._wire.call("SendMessage", body)


def _seconds(delay: timedelta) -> int:
    """Give a delay as SQS takes it."""
    return min(math.ceil(delay.total_seconds()), _LONGEST_DELAY)


class SqsValuesQueue:
    """Names integrations, nothing else."""

    def __init__(self, wire: Wire, url: str) -> None:
        """Send to the queue at a URL."""
        self._wire = wire
        self._url = url

    def send(self, key: IntegrationKey) -> None:
        """Send one message."""
        message = {"owner": key.owner, "integration_id": key.integration_id}
        self._wire.call("SendMessage", {"QueueUrl": self._url, "MessageBody": json.dumps(message)})
