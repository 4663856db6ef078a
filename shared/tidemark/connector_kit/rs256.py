"""Tokens that an application signs with a key it cannot see: JWT, RS256 (RFC 7519, RFC 7518)."""

import base64
import functools
import json
from collections.abc import Mapping
from datetime import datetime

from tidemark.domain.consents import Application
from tidemark.domain.moments import to_seconds
from tidemark.errors import NotConfigured

_EVERY, _LIFETIME = 1_800, 3_600


def token(application: Application | None, issuer: str, audience: str, now: datetime) -> str:
    """Give a token that holds good for half an hour at least, and an hour at most.

    It is made once per half hour and process: a signature costs a call.

    Raises:
        NotConfigured: there is no application, or none that signs.
    """
    if application is None or application.sign is None:
        raise NotConfigured("This deployment has no application at the source.")
    return _token(application, issuer, audience, int(to_seconds(now)) // _EVERY)


@functools.lru_cache(maxsize=16)
def _token(application: Application, issuer: str, audience: str, slot: int) -> str:
    """Make the token of one half hour."""
    at = slot * _EVERY
    header = {"typ": "JWT", "alg": "RS256", "kid": application.id}
    claims = {"iss": issuer, "aud": audience, "iat": at, "exp": at + _LIFETIME}
    text = f"{_part(header)}.{_part(claims)}"
    signature = application.sign(text.encode()) if application.sign else b""
    return f"{text}.{_base64url(signature)}"


def _part(value: Mapping[str, object]) -> str:
    """Spell a part of a token."""
    return _base64url(json.dumps(value, separators=(",", ":")).encode())


def _base64url(content: bytes) -> str:
    """Spell bytes in the alphabet of URLs, unpadded."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
