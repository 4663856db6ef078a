"""Signatures, read by the reference library of Standard Webhooks."""

import base64
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tests import canaries
from tidemark.services.keep_endpoints import spell_secret
from tidemark.webhooks.signing import signed_headers

OLD, NEW = (canaries.make(name).encode()[:32] for name in ("old", "new"))
BODY = '{"type":"sync.failed","data":{"x":"é"}}'.encode()


def headers(*secrets: bytes) -> dict[str, str]:
    """Sign now: the library refuses what is older than five minutes."""
    return signed_headers("evt_1", datetime.now(UTC), BODY, secrets)


def test_the_reference_library_verifies_it() -> None:
    """With the secret as it is told to the owner."""
    assert Webhook(spell_secret(NEW)).verify(BODY, headers(NEW)) == {
        "type": "sync.failed",
        "data": {"x": "é"},
    }


def test_both_secrets_verify_while_one_is_replaced() -> None:
    """Two signatures, separated by a space."""
    signed = headers(NEW, OLD)
    assert len(signed["webhook-signature"].split(" ")) == 2
    for secret in (OLD, NEW):
        Webhook(spell_secret(secret)).verify(BODY, signed)


@pytest.mark.parametrize("change", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_nothing_of_it_can_be_changed(change: str) -> None:
    """Id, time and signature belong together, and to the body."""
    signed = headers(NEW)
    other = {"webhook-timestamp": str(int(signed["webhook-timestamp"]) + 1)}.get(change, "v1,AA==")
    with pytest.raises(WebhookVerificationError):
        Webhook(spell_secret(NEW)).verify(BODY, {**signed, change: other})
    with pytest.raises(WebhookVerificationError):
        Webhook(spell_secret(NEW)).verify(BODY + b" ", signed)


def test_a_secret_is_spelled_as_the_specification_says() -> None:
    """Its bytes in Base64 after whsec_."""
    spelled = spell_secret(bytes(range(32)))
    assert spelled.startswith("whsec_")
    assert base64.b64decode(spelled.removeprefix("whsec_")) == bytes(range(32))
