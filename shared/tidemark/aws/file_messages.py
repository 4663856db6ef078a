"""Messages of the files queue: our own, and what S3 tells of uploads.

docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

import json
from collections.abc import Iterator
from urllib.parse import unquote_plus

from tidemark.domain.imports import FileJob, JobKind, Uploaded

_CREATED = "ObjectCreated:"


def asked_in(body: str) -> Iterator[FileJob | Uploaded]:
    """Read what a message asks for; S3's word that the queue was found asks for nothing.

    Raises:
        ValueError, KeyError, TypeError: it is no such message.
    """
    message = json.loads(body)
    if message.get("Event") == "s3:TestEvent":
        return
    if "Records" not in message:
        yield FileJob(message["owner"], JobKind(message["job"]), message["id"])
        return
    for record in message["Records"]:
        if record["eventName"].startswith(_CREATED):
            yield Uploaded(unquote_plus(record["s3"]["object"]["key"]))
