"""Asks moto's DynamoDB for all sorts of things; prints the answers. ``quick``: with our hooks.

A process of its own, since hooks stay in a process for good.
"""

import json
import random
import sys
import zlib
from typing import Any

import boto3
from moto import mock_aws

from local.moto_speed import hook_speed

_WORDS = ["", "a", "Z", "ä", "é", "z", "\U0001f600", "0", "00", "10", "9"]


def main(quick: bool) -> None:  # noqa: FBT001
    """Print the answers."""
    if quick:
        hook_speed()
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-central-1")
        _fill(client)
        for line in _answers(client):
            sys.stdout.write(json.dumps(line, sort_keys=True, default=repr) + "\n")


def _fill(client: Any) -> None:  # noqa: ANN401 (boto3's clients are made at run time)
    """Make a table with a local and a global index, and 150 items in three partitions."""
    schema = [{"AttributeName": "pk", "KeyType": "HASH"}]
    client.create_table(
        TableName="t",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[*schema, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": n, "AttributeType": "S"} for n in ("pk", "sk", "at")
        ],
        LocalSecondaryIndexes=[
            {
                "IndexName": "by_time",
                "KeySchema": [*schema, {"AttributeName": "at", "KeyType": "RANGE"}],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["n", "m", "gone"]},
            }
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "all",
                "KeySchema": [{"AttributeName": "at", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    )
    chance = random.Random(7)
    for number in range(150):
        client.put_item(TableName="t", Item=_item(chance, number))


def _item(chance: random.Random, number: int) -> dict[str, Any]:
    """Make an item with a value of each type."""
    item: dict[str, Any] = {
        "pk": {"S": f"p{number % 3}"},
        "sk": {"S": f"{chance.choice(_WORDS)}{number}"},
        "n": {"N": str(chance.choice(["0", "-1.50", "1000", "12345678901234567890"]))},
        "packed": {"B": zlib.compress(str(number).encode())},
        "m": {"M": {"l": {"L": [{"N": "1"}, {"NULL": True}, {"BOOL": False}]}}},
        "ss": {"SS": ["b", "a"]},
        "bs": {"BS": [b"x", b"\xff"]},
    }
    if chance.random() < 0.8:
        item["at"] = {"S": f"2025-01-{chance.randint(1, 9):02}"}
    return item


def _answers(client: Any) -> Any:  # noqa: ANN401
    """Ask: forwards, backwards, in pages, between, projected, by key; give what came."""
    value = {":p": {"S": "p1"}, ":a": {"S": "2025-01-03"}, ":b": {"S": "2025-01-06"}}
    by_pk = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": value[":p"]}}
    between = {
        "IndexName": "by_time",
        "KeyConditionExpression": "pk = :p AND #at BETWEEN :a AND :b",
        "ExpressionAttributeNames": {"#at": "at"},
        "ExpressionAttributeValues": value,
    }
    nobody = {**by_pk, "ExpressionAttributeValues": {":p": {"S": "nobody"}}}
    asked = [by_pk, between, nobody, {**by_pk, "IndexName": "by_time"}]
    asked += [{**one, "ScanIndexForward": False} for one in asked]
    asked += [{**one, "Limit": 4} for one in asked]
    asked += [{**by_pk, "ProjectionExpression": "sk, packed, gone"}]
    asked += [{**by_pk, "ProjectionExpression": "m.l[0]"}, {**by_pk, "Select": "COUNT"}]
    asked += [{**by_pk, "ConsistentRead": True, "ReturnConsumedCapacity": "TOTAL"}]
    for one in asked:
        yield from _pages(client, one)
    key = {"pk": {"S": "p0"}, "sk": client.query(TableName="t", **by_pk)["Items"][0]["sk"]}
    yield client.get_item(TableName="t", Key=key).get("Item")
    found = client.scan(TableName="t", Limit=7)["Items"]
    keys = [{"pk": item["pk"], "sk": item["sk"]} for item in found]
    got = client.batch_get_item(RequestItems={"t": {"Keys": keys}})
    yield sorted(got["Responses"]["t"], key=repr)


def _pages(client: Any, asked: dict[str, Any]) -> Any:  # noqa: ANN401
    """Walk all pages of a query."""
    place: dict[str, Any] = {}
    while True:
        page = client.query(TableName="t", **asked, **place)
        page.pop("ResponseMetadata")
        yield page
        if "LastEvaluatedKey" not in page:
            return
        place = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


if __name__ == "__main__":
    main(sys.argv[1:] == ["quick"])
