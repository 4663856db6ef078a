"""Buckets on this machine: what moto's CloudFormation leaves out, and what moto's S3 does not mind.

Like ``moto_hooks`` this module knows moto's insides (written for moto 5.2). moto drops a bucket's
notifications, and takes files from everybody, whatever a signed form says of them.
"""

from collections.abc import Mapping
from typing import Any

from moto.s3.models import s3_backends

from local.moto_hooks import ACCOUNT

PARTITION = "aws"


def notify_of_uploads(bucket: str, properties: Mapping[str, Any]) -> None:
    """Have a bucket send messages as its NotificationConfiguration says; queues alone are known."""
    configured = properties.get("NotificationConfiguration", {})
    queues = [_queue(each) for each in configured.get("QueueConfigurations", [])]
    backend = s3_backends[ACCOUNT][PARTITION]
    backend.put_bucket_notification_configuration(bucket, {"QueueConfiguration": queues})


def exists(bucket: str) -> bool:
    """Tell whether there is such a bucket."""
    return bucket in s3_backends[ACCOUNT][PARTITION].buckets


def _queue(configured: Mapping[str, Any]) -> dict[str, Any]:
    """Spell one queue's configuration as the API of S3 does."""
    rules = configured.get("Filter", {}).get("S3Key", {}).get("Rules", [])
    return {
        "Queue": configured["Queue"],
        "Event": [configured["Event"]],
        "Filter": {"S3Key": {"FilterRule": rules}},
    }
