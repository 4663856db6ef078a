"""The vault: opens only for the same owner and integration, and never tells what is in it."""

import base64
import logging
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.aws_calls import Answering, Recorder, listening, refusal
from tests.fakes import FakeVault
from tests.played import wire_to
from tidemark.aws.vault import KmsVault
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.ports import Vault
from tidemark.errors import StoreUnavailable, VaultError
from tidemark.wire import KMS

KEY = IntegrationKey("alice", "intg_01J00000000000000000000001")
SECRETS = {"api_key": "canary-key", "api_secret": "canary-secret"}


@pytest.fixture
def vault(aws: None) -> KmsVault:
    """Give a vault on a key that moto plays."""
    del aws
    return KmsVault(wire_to(KMS), "alias/credentials")


@pytest.fixture(params=["fake", "kms"])
def any_vault(request: pytest.FixtureRequest) -> Vault:
    """Give a vault in memory, then the real one: what holds for one holds for both."""
    if request.param == "fake":
        return FakeVault()
    made: KmsVault = request.getfixturevalue("vault")
    return made


def test_opens_what_it_sealed(any_vault: Vault) -> None:
    """The sealed form holds nothing that can be read."""
    sealed = any_vault.seal(KEY, SECRETS)

    assert b"canary" not in sealed
    assert any_vault.open(KEY, sealed) == SECRETS


def test_the_sealed_form_says_its_version(vault: KmsVault) -> None:
    """So that another one can follow."""
    assert vault.seal(KEY, SECRETS)[:1] == b"\x01"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(st.dictionaries(st.text(max_size=8), st.text(max_size=9_000), max_size=3))
def test_opens_whatever_it_sealed(vault: KmsVault, credentials: dict[str, str]) -> None:
    """Texts of any characters and of any length, longer than KMS takes at once too."""
    assert vault.open(KEY, vault.seal(KEY, credentials)) == credentials


@pytest.mark.parametrize(
    "other", [replace(KEY, owner="mallory"), replace(KEY, integration_id="intg_2")]
)
def test_does_not_open_for_another(any_vault: Vault, other: IntegrationKey) -> None:
    """A cipher text that was copied to another row stays shut."""
    sealed = any_vault.seal(KEY, SECRETS)

    with pytest.raises(VaultError):
        any_vault.open(other, sealed)


def test_does_not_open_what_was_tampered_with(vault: KmsVault) -> None:
    """Flipped bytes, another version, cut off, parts left out or put in another order."""
    sealed = vault.seal(KEY, {"public_key": "x" * 5_000})
    first = int.from_bytes(sealed[1:3]) + 3
    flipped = bytearray(sealed)
    flipped[-1] ^= 1

    for wrong in (
        b"",
        b"\x01",
        b"\x02" + sealed[1:],
        bytes(flipped),
        sealed[:-1],
        sealed[:2],
        sealed[:first],
        sealed[:1] + sealed[first:] + sealed[1:first],
        b"\x01\x00\x00",
    ):
        with pytest.raises(VaultError):
            vault.open(KEY, wrong)


def test_says_why_without_saying_what(vault: KmsVault) -> None:
    """Denied, disabled: the word of KMS is told, no text that holds a secret."""
    for kind in ("AccessDeniedException", "DisabledException"):
        with listening(Answering("kms.Encrypt", refusal(kind))), pytest.raises(VaultError) as error:
            vault.seal(KEY, SECRETS)
        assert kind in str(error.value)
        assert "canary" not in repr(error.value)


def test_a_throttled_key_is_not_a_broken_secret(vault: KmsVault) -> None:
    """It says: try again later."""
    sealed = vault.seal(KEY, SECRETS)
    throttled = [refusal("ThrottlingException") for _ in range(20)]

    with listening(Answering("kms.Decrypt", *throttled)), pytest.raises(StoreUnavailable):
        vault.open(KEY, sealed)


def test_logs_no_secret_at_any_level(vault: KmsVault, caplog: pytest.LogCaptureFixture) -> None:
    """Neither plain nor as it is sent."""
    caplog.set_level(logging.DEBUG)

    vault.open(KEY, vault.seal(KEY, SECRETS))

    assert "canary" not in caplog.text
    assert base64.b64encode(b"canary-secret").decode()[:12] not in caplog.text
    assert "Credential=" not in caplog.text


def test_asks_kms_in_the_context_of_owner_and_integration(vault: KmsVault) -> None:
    """What is bound is what the roles' policies ask for."""
    with listening(Recorder()) as recorder:
        vault.seal(KEY, SECRETS)

    (call,) = recorder.of("kms.Encrypt")
    assert call["EncryptionContext"] == {
        "owner": "alice",
        "integration": KEY.integration_id,
        "part": "1/1",
    }
