"""Signatures of Standard Webhooks: HMAC-SHA-256 over id, time and body.

github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime


def signed_headers(
    event_id: str, now: datetime, body: bytes, secrets: Sequence[bytes]
) -> dict[str, str]:
    """Give the three headers; with several secrets there are as many signatures."""
    seconds = str(int(now.timestamp()))
    signatures = " ".join(_signature(secret, event_id, seconds, body) for secret in secrets)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": seconds,
        "webhook-signature": signatures,
    }


def _signature(secret: bytes, event_id: str, seconds: str, body: bytes) -> str:
    """Sign with one secret."""
    message = f"{event_id}.{seconds}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(secret, message, hashlib.sha256)).decode()}"
