"""Who may do what: the roles of the transformed template."""

import re

import pytest

from tests.architecture.stack import (
    FUNCTION,
    KEY,
    ROLE,
    all_of,
    as_list,
    properties,
    roles_allowed,
    statements,
    target,
)

DELIVERS = "DeliverWebhooksFunctionRole"
READERS = {"SyncIntegrationFunctionRole", "ResyncStepFunctionRole", "CheckBalancesFunctionRole"}
# The actions of X-Ray and of log delivery know no resources.
MANAGED = {"AWSLambdaBasicExecutionRole", "AWSXrayWriteOnlyAccess"}
WITHOUT_RESOURCES = {"DeliverLogs"}
# All objects of one kind: their names end in ids.
STREAMS = re.compile(r"\{'Fn::Sub': '\$\{\w+Table\.Arn\}/stream/\*'\}")
OPENERS = {"owner", "integration"}, {"owner", "endpoint"}
OBJECTS = re.compile(r"\{'Fn::Sub': '\$\{FilesBucket\.Arn\}/(uploads|exports)/\*'\}")


def test_each_function_has_a_role_of_its_own() -> None:
    """What one function may do, no other may because of it."""
    roles = [target(function["Properties"]["Role"]) for function in all_of(FUNCTION).values()]

    assert len(roles) == len(set(roles))


@pytest.mark.parametrize("role", all_of(ROLE))
def test_no_role_may_do_everything(role: str) -> None:
    """Actions are named one by one."""
    for statement in statements(role):
        assert not [action for action in as_list(statement["Action"]) if "*" in action]


@pytest.mark.parametrize("role", all_of(ROLE))
def test_no_role_reaches_everything(role: str) -> None:
    """Resources are named one by one, where the actions know any."""
    for statement in statements(role):
        if statement.get("Sid") not in WITHOUT_RESOURCES:
            reached = [str(resource) for resource in as_list(statement["Resource"])]
            known = (OBJECTS, STREAMS)
            wide = [r for r in reached if "*" in r and not any(k.fullmatch(r) for k in known)]
            assert not wide


@pytest.mark.parametrize("role", all_of(ROLE))
def test_managed_policies_are_the_two_without_data(role: str) -> None:
    """AWS's own policies are only for logs and traces."""
    managed = properties(role).get("ManagedPolicyArns", [])

    assert {arn.rpartition("/")[2] for arn in managed} <= MANAGED


def contexts(role: str, action: str) -> list[set[str]]:
    """Give what an encryption context has to name for a role, for each grant of an action."""
    return [
        {name.removeprefix("kms:EncryptionContext:") for name in statement["Condition"]["Null"]}
        for statement in statements(role)
        if action in as_list(statement["Action"])
    ]


def test_only_those_who_call_a_source_or_a_receiver_open_secrets() -> None:
    """Decrypt is for syncs, and for deliveries: each can open its own kind alone."""
    assert roles_allowed("kms:Decrypt") == {*READERS, DELIVERS}
    for role in READERS:
        assert contexts(role, "kms:Decrypt") == [{"owner", "integration"}]
    assert contexts(DELIVERS, "kms:Decrypt") == [{"owner", "endpoint"}]


def test_only_the_api_seals_credentials_and_it_cannot_open_them() -> None:
    """Encrypt is for the function that owners hand their keys to."""
    assert roles_allowed("kms:Encrypt") == {"ApiFunctionRole"}


def test_who_answers_for_an_owner_is_known() -> None:
    """The API wakes executions with answers, the dispatcher when the time is over."""
    assert roles_allowed("states:SendTaskSuccess") == {"ApiFunctionRole", "DispatchFunctionRole"}
    assert roles_allowed("states:SendTaskHeartbeat") == {"DispatchFunctionRole"}
    assert roles_allowed("states:SendTaskFailure") == set()


def test_who_keeps_tokens_does_nothing_else() -> None:
    """The function that is handed them reaches the table of runs alone."""
    (statement,) = statements("AskOwnerFunctionRole")
    assert set(as_list(statement["Action"])) == {"dynamodb:GetItem", "dynamodb:UpdateItem"}
    assert target(statement["Resource"]) == "RunsTable"


def test_secrets_are_bound_to_owner_and_integration_or_endpoint() -> None:
    """Neither Encrypt nor Decrypt is allowed without the context."""
    guarded = [
        statement["Condition"]["Null"]
        for role in {*READERS, DELIVERS, "ApiFunctionRole"}
        for statement in statements(role)
        if {"kms:Encrypt", "kms:Decrypt"} & set(as_list(statement["Action"]))
    ]

    assert len(guarded) == len(READERS) + 3
    for names in guarded:
        assert {name.rpartition(":")[2] for name in names} in OPENERS
        assert set(names.values()) == {"false"}


def test_changes_are_read_by_one_function_that_reads_no_table() -> None:
    """What it may do with tables is to put events and deliveries, and to ask for endpoints."""
    assert roles_allowed("dynamodb:GetRecords") == {"TellEventsFunctionRole"}
    assert "TellEventsFunctionRole" not in roles_allowed("dynamodb:GetItem")
    assert not contexts("TellEventsFunctionRole", "kms:Decrypt")


def test_only_the_api_signs_cursors() -> None:
    """GenerateMac is for lists."""
    assert roles_allowed("kms:GenerateMac") == {"ApiFunctionRole"}


@pytest.mark.parametrize("action", ["kms:Sign", "ssm:GetParameter"])
def test_only_those_who_call_sources_name_the_deployment_to_them(action: str) -> None:
    """The API asks for consents, syncs and checks read with them."""
    assert roles_allowed(action) == {*READERS, "ApiFunctionRole"}


def test_files_are_touched_by_two_functions_alone() -> None:
    """The API signs uploads and downloads; the worker reads what came and writes what goes."""
    rights = {
        (role, action.removeprefix("s3:"), found[1])
        for role in all_of(ROLE)
        for statement in statements(role)
        for action in as_list(statement["Action"])
        for found in [OBJECTS.fullmatch(str(statement["Resource"]))]
        if found
    }

    assert rights == {
        ("ApiFunctionRole", "PutObject", "uploads"),
        ("ApiFunctionRole", "GetObject", "exports"),
        ("WorkFilesFunctionRole", "GetObject", "uploads"),
        ("WorkFilesFunctionRole", "PutObject", "exports"),
    }
    assert roles_allowed("s3:ListBucket") == {"WorkFilesFunctionRole"}


def test_uploads_alone_are_told_to_the_files_queue() -> None:
    """S3 may send for this account's bucket, and its name is what the policy spells."""
    (statement,) = properties("FilesQueuePolicy")["PolicyDocument"]["Statement"]
    source = statement["Condition"]["ArnEquals"]["aws:SourceArn"]["Fn::Sub"]
    name = properties("FilesBucket")["BucketName"]["Fn::Sub"]

    assert statement["Principal"] == {"Service": "s3.amazonaws.com"}
    assert statement["Action"] == "sqs:SendMessage"
    assert statement["Condition"]["StringEquals"] == {
        "aws:SourceAccount": {"Ref": "AWS::AccountId"}
    }
    assert source == [f"arn:${{AWS::Partition}}:s3:::{name[0]}", name[1]]


def test_nothing_reaches_a_bucket_unencrypted() -> None:
    """Plain HTTP and old TLS are refused to everybody."""
    policy = properties("FilesBucketPolicy")["PolicyDocument"]["Statement"]

    assert {statement["Effect"] for statement in policy} == {"Deny"}
    assert [statement["Condition"] for statement in policy] == [
        {"Bool": {"aws:SecureTransport": "false"}},
        {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
    ]
    for statement in policy:
        assert (statement["Principal"], statement["Action"]) == ("*", "s3:*")
        assert len(statement["Resource"]) == 2


def test_keys_of_owners_data_are_left_to_roles_alone() -> None:
    """The key policies of the two data keys name the account, and no service."""
    for name in ("CredentialsKey", "CursorKey"):
        (statement,) = properties(name)["KeyPolicy"]["Statement"]
        assert set(statement["Principal"]) == {"AWS"}


def test_symmetric_keys_rotate() -> None:
    """Every key that can be rotated is."""
    for key in all_of(KEY).values():
        symmetric = "KeySpec" not in key["Properties"]
        assert key["Properties"].get("EnableKeyRotation", False) is symmetric


def test_roles_are_for_one_service_each() -> None:
    """A role is assumed by the service that it is for."""
    for role in all_of(ROLE).values():
        (statement,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert len(as_list(statement["Principal"]["Service"])) == 1
