"""The roles of template.yaml, as the local server holds functions to them."""

from pathlib import Path

import pytest

from local.roles import Grant, Roles
from local.template import of_type, read

ROOT = Path(__file__).resolve().parents[2]
SIGNED = "AWS4-HMAC-SHA256 Credential={}/20260115/eu-central-1/dynamodb/aws4_request, Signature=x"
HERE = "arn:aws:{}:eu-central-1:123456789012:"
TABLES, KEYS = HERE.format("dynamodb") + "table/", HERE.format("kms") + "key/"
ROLES = Roles(
    {
        "reader": (
            Grant(("dynamodb:Query",), (f"{TABLES}things", f"{TABLES}things/index/by_time")),
            Grant(("kms:Decrypt",), (f"{KEYS}k1",), frozenset({"owner"})),
        )
    }
)


def refusal(target: str, body: dict[str, object], caller: str = "reader") -> str | None:
    """Ask whether a call is refused."""
    return ROLES.refuse(SIGNED.format(caller), target, body)


def test_what_the_role_allows_is_done() -> None:
    """On the table, and on the index that it names."""
    assert refusal("DynamoDB_20120810.Query", {"TableName": "things"}) is None
    assert (
        refusal("DynamoDB_20120810.Query", {"TableName": "things", "IndexName": "by_time"}) is None
    )


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ("DynamoDB_20120810.PutItem", {"TableName": "things"}),
        ("DynamoDB_20120810.Query", {"TableName": "others"}),
        ("DynamoDB_20120810.Query", {"TableName": "things", "IndexName": "by_name"}),
        ("DynamoDB_20120810.BatchWriteItem", {"RequestItems": {"things": []}}),
        ("AmazonSQS.SendMessage", {"QueueUrl": "http://sqs/123456789012/sync"}),
        ("AWSStepFunctions.StartExecution", {"stateMachineArn": "arn:aws:states:x"}),
        ("AWSStepFunctions.SendTaskSuccess", {"taskToken": "x", "output": "{}"}),
    ],
)
def test_all_else_is_refused(target: str, body: dict[str, object]) -> None:
    """Another action, another table, another index, another service."""
    assert "reader may not" in (refusal(target, body) or "")


def test_a_demanded_encryption_context_has_to_be_there() -> None:
    """As the policies of the credentials' key ask for."""
    bound: dict[str, object] = {"KeyId": "k1", "EncryptionContext": {"owner": "a"}}

    assert refusal("TrentService.Decrypt", bound) is None
    assert refusal("TrentService.Decrypt", {"KeyId": "k1"}) is not None


def test_only_functions_have_roles() -> None:
    """People and moto itself may do everything here."""
    assert refusal("DynamoDB_20120810.Scan", {"TableName": "things"}, caller="local") is None


def test_every_function_of_the_template_has_grants() -> None:
    """Whatever it is for, it keeps something in a table."""
    roles = Roles.of(read(ROOT, {}), lambda value: value)

    assert len(roles.grants) == len(list(of_type(read(ROOT, {}), "AWS::Lambda::Function"))) >= 10
    assert all(roles.grants.values())
