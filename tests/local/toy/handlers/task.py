"""Does what the event says."""

import os
import threading
import time
from pathlib import Path
from typing import Any

import boto3

_database = boto3.client("dynamodb")


class OwnError(Exception):
    """Something that a state machine catches by its name."""


def handler(event: dict[str, Any], _: object) -> object:
    """Do what ``do`` says."""
    return _ACTIONS[event["do"]](event)


def _record(event: dict[str, Any]) -> object:
    """Keep the event; a token may be answered with at once."""
    if event["what"] == "answered at once":
        boto3.client("stepfunctions").send_task_success(taskToken=event["token"], output="{}")
    item = {name: {"S": value} for name, value in event.items()}
    return _database.put_item(TableName=os.environ["RECORDS_TABLE"], Item=item)["ResponseMetadata"]


def _clock(_: dict[str, Any]) -> float:
    """Tell the product's time."""
    return time.time() + float(Path(os.environ["CLOCK_OFFSET_FILE"]).read_text())


def _mac(_: dict[str, Any]) -> int:
    """Use the key for signing."""
    mac = boto3.client("kms").generate_mac(
        KeyId=os.environ["KEY_ID"], Message=b"m", MacAlgorithm="HMAC_SHA_256"
    )
    return len(mac["Mac"])


def _fail(_: dict[str, Any]) -> object:
    """Fail."""
    raise OwnError("as asked")


def _hang(_: dict[str, Any]) -> object:
    """Never come back."""
    return threading.Event().wait()


_ACTIONS = {
    "record": _record,
    "clock": _clock,
    "mac": _mac,
    "fail": _fail,
    "hang": _hang,
    "environment": lambda _: dict(os.environ),
    "exit": lambda _: os._exit(3),
    "pid": lambda _: os.getpid(),
}
