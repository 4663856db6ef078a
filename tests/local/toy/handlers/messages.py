"""Takes messages; those that say so fail."""

import os
from typing import Any

import boto3

_database = boto3.client("dynamodb")


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Record what came, and report which failed."""
    bodies = [record["body"] for record in event["Records"]]
    for body in bodies:
        _database.update_item(
            TableName=os.environ["RECORDS_TABLE"],
            Key={"what": {"S": body}},
            UpdateExpression="ADD times :one SET together = :batch",
            ExpressionAttributeValues={":one": {"N": "1"}, ":batch": {"N": str(len(bodies))}},
        )
    failed = [r["messageId"] for r in event["Records"] if r["body"].startswith("bad")]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}
