"""The states that owners come back from their banks with: signed, and good for one consent.

A state names owner, integration and a nonce; the nonce is kept with the consent that was asked
for, so that a state is good only as long as that is waited for, and only once.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from tidemark.domain.asking import ForgedState
from tidemark.domain.integrations import IntegrationKey

_PURPOSE = b"tidemark states of consents, version 1"
_MAC = 32
_LONGEST = 4_096


@dataclass(frozen=True)
class ConsentStates:
    """Signs and reads states. ``key`` gives the deployment's key, asked only when needed."""

    key: Callable[[], bytes]

    def sign(self, key: IntegrationKey, nonce: str) -> str:
        """Write a state."""
        said = [key.owner, key.integration_id, nonce]
        payload = json.dumps(said, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._mac(payload) + payload).decode().rstrip("=")

    def read(self, state: str) -> tuple[IntegrationKey, str]:
        """Give whose state it is, and its nonce.

        Raises:
            ForgedState: it was not signed by this deployment, for this purpose.
        """
        data = _decode(state)
        payload = data[_MAC:]
        if not hmac.compare_digest(data[:_MAC], self._mac(payload)):
            refuse_state()
        owner, integration_id, nonce = json.loads(payload)
        return IntegrationKey(owner, integration_id), nonce

    def _mac(self, payload: bytes) -> bytes:
        """Sign with a key of this purpose alone."""
        own = hmac.digest(self.key(), _PURPOSE, hashlib.sha256)
        return hmac.digest(own, payload, hashlib.sha256)


def refuse_state() -> NoReturn:
    """Refuse a state, whatever is wrong with it: who made it up learns nothing."""
    raise ForgedState("This link is not good any more. Reconnect the bank to get another.")


def _decode(state: str) -> bytes:
    """Read the spelling of a state."""
    if not 0 < len(state) <= _LONGEST:
        refuse_state()
    try:
        return base64.b64decode(state + "=" * (-len(state) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        refuse_state()
