"""Secrets of endpoints in KMS, and deliveries in SQS, as moto plays them."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests import canaries
from tests.aws_calls import Recorder, listening
from tests.played import WEBHOOKS_QUEUE_URL, wire_to
from tidemark.aws.queue import SqsWebhooksQueue
from tidemark.aws.secret_vault import KmsSecretVault
from tidemark.aws.vault import KmsVault
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.webhooks import Delivery
from tidemark.errors import VaultError
from tidemark.wire import KMS, SQS

SECRET = canaries.make("webhook").encode()
NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
DELIVERY = Delivery("alice", "evt_1", "whe_1", NOW, NOW, NOW)

pytestmark = pytest.mark.usefixtures("aws")


def vault() -> KmsSecretVault:
    """Give the vault."""
    return KmsSecretVault(wire_to(KMS), "alias/credentials")


def test_opens_what_was_sealed_for_the_same_endpoint() -> None:
    """And what it keeps does not give the secret away."""
    sealed = vault().seal("alice", "whe_1", SECRET)
    assert vault().open("alice", "whe_1", sealed) == SECRET
    assert canaries.found_in(sealed.decode("latin-1")) == []


@pytest.mark.parametrize(
    ("owner", "endpoint"), [("bob", "whe_1"), ("alice", "whe_2"), ("alice", "")]
)
def test_opens_nothing_that_was_moved(owner: str, endpoint: str) -> None:
    """From another owner's item, or another endpoint's."""
    sealed = vault().seal("alice", "whe_1", SECRET)
    with pytest.raises(VaultError):
        vault().open(owner, endpoint, sealed)


def test_neither_vault_opens_what_the_other_sealed() -> None:
    """Their contexts name other things, and so do the roles' rights."""
    credentials, key = KmsVault(wire_to(KMS), "alias/credentials"), IntegrationKey("alice", "whe_1")
    with pytest.raises(VaultError):
        credentials.open(key, vault().seal("alice", "whe_1", SECRET))
    with pytest.raises(VaultError):
        vault().open("alice", "whe_1", credentials.seal(key, {"api_key": "x"}))
    with pytest.raises(VaultError):
        vault().open("alice", "whe_1", b"\x02 from another time")


def test_asks_for_deliveries_by_ids_with_delays_that_sqs_takes() -> None:
    """At once without one; whole seconds, up to 15 minutes."""
    queue = SqsWebhooksQueue(wire_to(SQS), WEBHOOKS_QUEUE_URL)
    with listening(Recorder()) as recorder:
        for seconds in (0, 4.2, 90_000):
            queue.send(DELIVERY, timedelta(seconds=seconds))
    sent = recorder.of("sqs.SendMessage")
    assert [each.get("DelaySeconds") for each in sent] == [None, 5, 900]
    assert {each["MessageBody"] for each in sent} == {
        json.dumps({"owner": "alice", "event": "evt_1", "endpoint": "whe_1"})
    }
