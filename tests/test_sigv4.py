"""Signatures are those that botocore makes."""

import re

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials

from tidemark import sigv4
from tidemark.credentials import Credentials
from tidemark.domain.moments import parse

_SIGNED_AT = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z")


@pytest.mark.parametrize("token", [None, "session/token=="])
@pytest.mark.parametrize("body", [b"{}", '{"name":"é"}'.encode(), b"x" * 100_000])
def test_signs_as_botocore_does(token: str | None, body: bytes) -> None:
    """With and without a session token, whatever the body."""
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "T.Query"}
    url = "https://dynamodb.eu-central-1.amazonaws.com/"
    theirs = AWSRequest("POST", url, headers=headers, data=body)
    signer = SigV4Auth(ReadOnlyCredentials("AKID", "secret", token), "dynamodb", "eu-central-1")
    signer.add_auth(theirs)
    match = _SIGNED_AT.fullmatch(theirs.headers["X-Amz-Date"])
    assert match is not None
    year, month, day, hour, minute, second = match.groups()

    ours = sigv4.signed(
        {**headers, "Host": "dynamodb.eu-central-1.amazonaws.com"},
        body,
        credentials=Credentials("AKID", "secret", token),
        scope=sigv4.Scope("eu-central-1", "dynamodb"),
        now=parse(f"{year}-{month}-{day}T{hour}:{minute}:{second}Z"),
    )

    assert ours["Authorization"] == theirs.headers["Authorization"]
    assert ours.get("X-Amz-Security-Token") == token
