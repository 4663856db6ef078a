"""The deployment's applications: a signature that checks, a secret that is read once, or none."""

import base64
import json
from typing import Any

import jwt
import pytest

from tests.canaries import plant
from tests.played import wire_to
from tidemark.aws.applications import AwsApplications
from tidemark.errors import NotConfigured
from tidemark.wire import SERVICES, Wire

PAIR = {"secret_id": "the id", "secret_key": "canary-application-secret"}
PARAMETER = "/tidemark/gocardless"
plant(PAIR["secret_key"])


def wire(service: str) -> Wire:
    """Speak to a service that moto plays."""
    return wire_to(SERVICES[service])


def applications(key: str = "", parameter: str = "") -> AwsApplications:
    """Give what a deployment with these settings has."""
    return AwsApplications(wire, enable_banking=("the id", key), gocardless=parameter)


def put(value: str) -> None:
    """Keep a text in the parameter."""
    body = {"Name": PARAMETER, "Value": value, "Type": "SecureString", "Overwrite": True}
    wire("ssm").call("PutParameter", body)


@pytest.fixture
def key(aws: None) -> dict[str, Any]:
    """Make a key that only signs."""
    del aws
    kind = {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}
    metadata: dict[str, Any] = wire("kms").call("CreateKey", kind)["KeyMetadata"]
    return metadata


def test_kms_signs_for_enable_banking(key: dict[str, Any]) -> None:
    """The signature is one that JWT libraries accept (RS256)."""
    application = applications(key["Arn"]).get("enable_banking")
    assert application.sign is not None
    head = base64.urlsafe_b64encode(b'{"alg":"RS256","typ":"JWT"}').decode().rstrip("=")
    text = f"{head}.{base64.urlsafe_b64encode(b'{}').decode().rstrip('=')}"
    signature = base64.urlsafe_b64encode(application.sign(text.encode())).decode().rstrip("=")
    public = wire("kms").call("GetPublicKey", {"KeyId": key["Arn"]})["PublicKey"]
    pem = f"-----BEGIN PUBLIC KEY-----\n{public}\n-----END PUBLIC KEY-----\n"

    assert application.id == "the id"
    assert jwt.decode(f"{text}.{signature}", pem, algorithms=["RS256"]) == {}
    assert applications(key["Arn"]).get("enable_banking").secret == ""


@pytest.mark.usefixtures("aws")
def test_a_key_that_is_not_there_is_said() -> None:
    """Whoever connects a bank is told that the deployment is not ready, and nothing more."""
    application = applications("arn:aws:kms:eu-central-1:123456789012:key/none")
    sign = application.get("enable_banking").sign
    assert sign is not None

    with pytest.raises(NotConfigured) as caught:
        sign(b"text")

    assert "key/none" not in str(caught.value)


@pytest.mark.usefixtures("aws")
def test_the_secret_is_read_once() -> None:
    """The same application is given each time, however the parameter changes."""
    put(json.dumps(PAIR))
    mine = applications(parameter=PARAMETER)

    first = mine.get("gocardless")
    put("changed")

    assert (first.id, first.secret) == ("the id", PAIR["secret_key"])
    assert mine.get("gocardless") is first
    assert PAIR["secret_key"] not in repr(first)


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    "value", ["", "[]", "null", '{"secret_id": "x"}', '{"secret_id": 1, "secret_key": 2}']
)
def test_a_parameter_that_is_not_as_it_should_be_is_said(value: str) -> None:
    """Missing, no JSON, or half of it: the message holds nothing of it."""
    if value:
        put(value)

    with pytest.raises(NotConfigured, match="gocardless"):
        applications(parameter=PARAMETER).get("gocardless")


@pytest.mark.parametrize("connector", ["enable_banking", "gocardless", "kraken"])
def test_what_was_not_set_up_is_said(connector: str) -> None:
    """Nothing is asked of AWS."""
    with pytest.raises(NotConfigured, match="is not registered with"):
        applications().get(connector)
