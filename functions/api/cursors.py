"""Cursors: opaque, signed, and good only for the list they were made for."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from tidemark.domain import moments
from tidemark.errors import FieldError, Invalid

_MAC = 16


@dataclass(frozen=True)
class Cursors:
    """Writes and reads cursors. ``key`` gives the signing key; it is asked only when needed."""

    key: Callable[[], bytes]

    def write(self, listing: Sequence[object], place: Sequence[object]) -> str:
        """Write where a list goes on. ``listing`` is whose list it is, which, and its filters."""
        payload = json.dumps(_plain(place), separators=(",", ":")).encode()
        return _encode(self._mac(listing, payload) + payload)

    def read(self, listing: Sequence[object], cursor: str) -> list[Any]:
        """Read a cursor that was written for the same list.

        Raises:
            Invalid: code ``invalid_cursor``.
        """
        data = _decode(cursor)
        payload = data[_MAC:]
        if not hmac.compare_digest(data[:_MAC], self._mac(listing, payload)):
            _refuse()
        place: list[Any] = json.loads(payload)
        return place

    def _mac(self, listing: Sequence[object], payload: bytes) -> bytes:
        """Sign a payload for one list."""
        said = json.dumps(_plain(listing)).encode()
        message = len(said).to_bytes(4) + said + payload
        return hmac.digest(self.key(), message, hashlib.sha256)[:_MAC]


def _plain(value: object) -> object:
    """Give a value as JSON can hold it; times as fixed-width text."""
    if isinstance(value, datetime):
        return moments.spell(value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def _encode(data: bytes) -> str:
    """Spell bytes so that they need no escape in a URL."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    """Read what ``_encode`` spelled, in no other spelling."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        _refuse()
    return data if _encode(data) == text else _refuse()


def _refuse() -> NoReturn:
    """Say that a cursor is none of ours, or of another list."""
    error = FieldError("/query/cursor", "This cursor does not belong to this list.")
    raise Invalid("The cursor is not valid.", [error], "invalid_cursor")
