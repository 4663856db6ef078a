"""Secrets of webhook endpoints, sealed by KMS so that they open only for the same endpoint.

The encryption context names owner and endpoint, where that of credentials names the integration:
a role that may open the one kind cannot open the other. Before the ciphertext is a version byte.
"""

import base64

from tidemark.errors import VaultError
from tidemark.wire import CallRefused, Wire

_VERSION = b"\x01"


class KmsSecretVault:
    """Seals and opens with one KMS key. A throttled KMS is StoreUnavailable, not VaultError."""

    def __init__(self, wire: Wire, key_id: str) -> None:
        """Seal with a symmetric key."""
        self._wire = wire
        self._key_id = key_id

    def seal(self, owner: str, endpoint_id: str, secret: bytes) -> bytes:
        """Encrypt a secret for one endpoint."""
        given = {"Plaintext": base64.b64encode(secret).decode()}
        return _VERSION + self._ask("Encrypt", owner, endpoint_id, given, "CiphertextBlob")

    def open(self, owner: str, endpoint_id: str, sealed: bytes) -> bytes:
        """Decrypt a secret of the same endpoint."""
        if sealed[:1] != _VERSION:
            raise VaultError("the secret is of an unknown version")
        given = {"CiphertextBlob": base64.b64encode(sealed[1:]).decode()}
        return self._ask("Decrypt", owner, endpoint_id, given, "Plaintext")

    def _ask(
        self, operation: str, owner: str, endpoint_id: str, given: dict[str, str], wanted: str
    ) -> bytes:
        """Let KMS encrypt or decrypt; its refusal is told without its words."""
        context = {"owner": owner, "endpoint": endpoint_id}
        body = {"KeyId": self._key_id, "EncryptionContext": context, **given}
        try:
            return base64.b64decode(self._wire.call(operation, body)[wanted])
        except CallRefused as error:
            raise VaultError(f"KMS would not {operation.lower()}: {error.kind}") from None
