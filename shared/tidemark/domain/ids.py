"""Ids that the server makes: prefixed and sortable by time; and those that name their place."""

import base64
import binascii
import hashlib
import re
import secrets
from datetime import datetime

from tidemark.domain.moments import to_milliseconds

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ULID = re.compile(rf"[{_ALPHABET}]{{26}}")
_TRANSACTION = re.compile(rf"txn_([{_ALPHABET}]{{26}})([A-Za-z0-9_-]+)")


def new_id(prefix: str, now: datetime) -> str:
    """Make an id like ``sync_01J…`` whose text sorts by the time it was made (to the ms)."""
    return ulid(prefix, now, secrets.randbits(80))


def ulid(prefix: str, at: datetime, low: int) -> str:
    """Spell an id: its text sorts by time (to the ms), then by ``low``, a number of 80 bits."""
    number = (to_milliseconds(at) << 80) | low
    return f"{prefix}_" + "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -5, -5))


def is_id(prefix: str, text: str) -> bool:
    """Tell whether a text could be an id that ``new_id`` made."""
    head, _, tail = text.partition("_")
    return head == prefix and _ULID.fullmatch(tail) is not None


def transaction_id(integration_id: str, inner_id: str) -> str:
    """Give the id that owners see: it names the integration and the transaction inside it."""
    encoded = base64.urlsafe_b64encode(inner_id.encode()).decode().rstrip("=")
    return f"txn_{integration_id.removeprefix('intg_')}{encoded}"


def split_transaction_id(text: str) -> tuple[str, str] | None:
    """Give (integration id, inner id), or None when no server made this id."""
    match = _TRANSACTION.fullmatch(text)
    if match is None:
        return None
    encoded = match[2]
    try:
        inner = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    integration_id = f"intg_{match[1]}"
    return (integration_id, inner) if transaction_id(integration_id, inner) == text else None


def fingerprint(*parts: str) -> str:
    """Give 26 characters that stand for the parts: length-prefixed, so no two lists collide."""
    spelled = "".join(f"{len(part)}:{part}" for part in parts)
    number = int.from_bytes(hashlib.sha256(spelled.encode("utf-8", "surrogatepass")).digest()[:17])
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -5, -5))


def digest_of(text: str) -> str:
    """Give a short text that stands for a long one."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
