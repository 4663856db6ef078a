"""Credentials, sealed by KMS so that they open only for the same owner and integration.

A sealed credential is a version byte and one or more parts, each a length (two bytes) and a KMS
ciphertext. KMS takes 4,096 bytes at a time; a list of addresses may be longer. The encryption
context names owner, integration, and which part of how many it is, so that parts can neither be
moved nor left out. It shows in CloudTrail and holds nothing but ids.
"""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import batched

from tidemark.domain.integrations import IntegrationKey
from tidemark.errors import VaultError
from tidemark.wire import CallRefused, Wire

_VERSION = b"\x01"
_LENGTH = 2
_PART = 4_000


class KmsVault:
    """Seals and opens with one KMS key. A throttled KMS is StoreUnavailable, not VaultError."""

    def __init__(self, wire: Wire, key_id: str) -> None:
        """Seal with a symmetric key."""
        self._wire = wire
        self._key_id = key_id

    def seal(self, key: IntegrationKey, credentials: Mapping[str, str]) -> bytes:
        """Encrypt credentials for one integration."""
        plain = json.dumps(dict(credentials)).encode()
        parts = [bytes(part) for part in batched(plain, _PART, strict=False)]
        sealed = (
            self._ask("Encrypt", "Plaintext", "CiphertextBlob", part, context)
            for part, context in _in_context(key, parts)
        )
        return _VERSION + b"".join(len(each).to_bytes(_LENGTH) + each for each in sealed)

    def open(self, key: IntegrationKey, sealed: bytes) -> dict[str, str]:
        """Decrypt credentials of the same integration."""
        parts = list(_parts(sealed))
        plain = b"".join(
            self._ask("Decrypt", "CiphertextBlob", "Plaintext", part, context)
            for part, context in _in_context(key, parts)
        )
        credentials: dict[str, str] = json.loads(plain)
        return credentials

    def _ask(
        self, operation: str, given: str, wanted: str, data: bytes, context: Mapping[str, str]
    ) -> bytes:
        """Let KMS encrypt or decrypt; its refusal is told without its words."""
        body = {
            "KeyId": self._key_id,
            "EncryptionContext": context,
            given: base64.b64encode(data).decode(),
        }
        try:
            return base64.b64decode(self._wire.call(operation, body)[wanted])
        except CallRefused as error:
            raise VaultError(f"KMS would not {operation.lower()}: {error.kind}") from None


def _in_context(
    key: IntegrationKey, parts: Sequence[bytes]
) -> Iterator[tuple[bytes, dict[str, str]]]:
    """Give each part with what it is bound to."""
    for number, part in enumerate(parts, 1):
        yield (
            part,
            {
                "owner": key.owner,
                "integration": key.integration_id,
                "part": f"{number}/{len(parts)}",
            },
        )


def _parts(sealed: bytes) -> Iterator[bytes]:
    """Take a sealed credential apart. Raises VaultError."""
    if sealed[:1] != _VERSION or len(sealed) == len(_VERSION):
        raise VaultError("the credentials are of an unknown version")
    at = len(_VERSION)
    while at < len(sealed):
        start = at + _LENGTH
        at = start + int.from_bytes(sealed[at:start])
        if at > len(sealed) or start == at:
            raise VaultError("the credentials are cut off")
        yield sealed[start:at]
