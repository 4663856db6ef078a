"""The played AWS refuses what AWS refuses."""

from typing import Any

import pytest

from tests.played import QUEUE_URL, wire_to
from tidemark.wire import DYNAMODB, SQS, CallRefused


def put(name: str, **values: Any) -> dict[str, Any]:  # noqa: ANN401  # raw attributes
    """Make a request to write an item."""
    key = {"integration_key": {"S": "a#i"}, "transaction_id": {"S": name}}
    return {"PutRequest": {"Item": {**key, **values}}}


@pytest.mark.parametrize(
    "requests",
    [
        [put("A"), put("A", legs={"S": "[]"})],
        [put(f"T{n}") for n in range(26)],
        [put("A", revision={"N": "1" * 39})],
        [put("A", deep={"L": [{"M": {"n": {"N": "0.1234567890123456789012345678901234567891"}}}]})],
    ],
)
def test_refuses_batches_that_aws_refuses(aws: None, requests: list[dict[str, Any]]) -> None:
    """One key twice, more than twenty-five, too many digits."""
    del aws
    with pytest.raises(CallRefused, match="ValidationException"):
        wire_to(DYNAMODB).call("BatchWriteItem", {"RequestItems": {"TransactionsTable": requests}})


def test_refuses_words_that_are_missing_or_not_used(aws: None) -> None:
    """In a body, and in each part of a batch that reads."""
    del aws
    key = {"integration_key": {"S": "a#i"}, "transaction_id": {"S": "A"}}
    reading = {"Keys": [key], "ProjectionExpression": "#a", "ExpressionAttributeNames": {"#b": "b"}}
    for operation, body in (
        ("GetItem", {"TableName": "TransactionsTable", "Key": key, "ProjectionExpression": "#a"}),
        ("BatchGetItem", {"RequestItems": {"TransactionsTable": reading}}),
        ("BatchGetItem", {"RequestItems": {"TransactionsTable": {"Keys": [key, key]}}}),
    ):
        with pytest.raises(CallRefused, match="ValidationException"):
            wire_to(DYNAMODB).call(operation, body)


def test_refuses_long_messages(aws: None) -> None:
    """Of more than 256 KB."""
    del aws
    with pytest.raises(CallRefused):
        wire_to(SQS).call("SendMessage", {"QueueUrl": QUEUE_URL, "MessageBody": "x" * 262_145})
