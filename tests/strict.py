"""Refuses what AWS refuses and moto takes."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from tests.aws_calls import Listener, body_of, refusal
from tests.tables import TABLES, key_of

_MOST_WRITES, _MOST_READS, _MOST_DIGITS = 25, 100, 38
_LONGEST_MESSAGE = 256 * 1024
_WORD = re.compile(r"[#:]\w+")
_BETWEEN = re.compile(r"BETWEEN (:\w+) AND (:\w+)")


class Strict(Listener):
    """As strict as AWS, for every call that a test makes."""

    def before(self, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
        """Refuse a call that AWS would refuse."""
        service, _, action = operation.partition(".")
        if service == "dynamodb":
            faults = _dynamodb_faults(action, body_of(request))
            return refusal("ValidationException") if any(faults) else None
        if action in {"SendMessage", "StartExecution"} and _is_long(request):
            return refusal("InvalidParameterValue")
        return None


def _is_long(request: AWSPreparedRequest) -> bool:
    """Tell whether a message or an input is longer than may be."""
    body = body_of(request)
    text = body.get("MessageBody", "") + body.get("input", "")
    return len(text.encode()) > _LONGEST_MESSAGE


def _dynamodb_faults(action: str, body: dict[str, Any]) -> Iterator[bool]:
    """Look for what AWS would refuse."""
    yield any(_is_long_number(number) for number in _numbers(body))
    yield _mentions(body) != _given(body)
    yield _goes_backwards(body)
    for table, requests in body.get("RequestItems", {}).items():
        keys = list(_keys(action, table, requests))
        yield len(set(keys)) != len(keys)
        yield len(keys) > (_MOST_WRITES if action == "BatchWriteItem" else _MOST_READS)


def _keys(action: str, table: str, requests: Any) -> Iterator[str]:  # noqa: ANN401  # raw JSON
    """Give the key of each item that a batch names."""
    names = key_of(table) if table in TABLES else []
    if action == "BatchGetItem":
        items: Iterable[dict[str, Any]] = requests["Keys"]
    else:
        writes = (next(iter(request.values())) for request in requests)
        items = (write.get("Item") or write.get("Key") for write in writes)
    for item in items:
        yield json.dumps([item.get(name) for name in names] if names else item)


def _numbers(value: object) -> Iterator[str]:
    """Give all numbers in a body."""
    if isinstance(value, dict):
        if value.keys() == {"N"} and isinstance(value["N"], str):
            yield value["N"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _numbers(each)


def _is_long_number(number: str) -> bool:
    """Tell whether a number has more digits than DynamoDB keeps."""
    return len(number.lstrip("-").replace(".", "").strip("0")) > _MOST_DIGITS


def _goes_backwards(body: dict[str, Any]) -> bool:
    """Tell whether the end of a range of keys lies before its beginning."""
    found = _BETWEEN.search(body.get("KeyConditionExpression", ""))
    values = body.get("ExpressionAttributeValues", {})
    return found is not None and values[found[2]]["S"] < values[found[1]]["S"]


def _mentions(body: dict[str, Any]) -> set[str]:
    """Give the names and values that expressions mention."""
    bodies = [body, *(each for each in body.get("RequestItems", {}).values())]
    return {
        word
        for each in bodies
        if isinstance(each, dict)
        for name, text in each.items()
        if name.endswith("Expression")
        for word in _WORD.findall(text)
    }


def _given(body: dict[str, Any]) -> set[str]:
    """Give the names and values that a body defines."""
    bodies = [body, *(each for each in body.get("RequestItems", {}).values())]
    return {
        word
        for each in bodies
        if isinstance(each, dict)
        for words in ("ExpressionAttributeNames", "ExpressionAttributeValues")
        for word in each.get(words, {})
    }
