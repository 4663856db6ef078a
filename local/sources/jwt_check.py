"""Checks the token that an application shows to Enable Banking (RS256, "API reference")."""

from datetime import datetime, timedelta
from typing import Any

import jwt
from jwt.types import Options

ISSUER, AUDIENCE = "enablebanking.com", "api.enablebanking.com"
_LONGEST, _LEEWAY = timedelta(hours=24), timedelta(seconds=120)
_SIGNATURE_ALONE: Options = {
    "verify_exp": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
}


def wrong_with(
    authorization: str | None, now: datetime, application: str | None, public_key: str | None
) -> str | None:
    """Say what is wrong with a token, by the server's clock; None when nothing is.

    The signature is checked where the public key (PEM) is known, the application's id where that
    is.
    """
    token = (authorization or "").removeprefix("Bearer ")
    try:
        header = jwt.get_unverified_header(token)
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return "the token cannot be read"
    if header.get("alg") != "RS256" or not header.get("kid"):
        return "the token's header is not as documented"
    if application is not None and header["kid"] != application:
        return "the application is not known"
    if public_key is not None and not _is_signed(token, public_key):
        return "the signature is wrong"
    return _wrong_claims(claims, now)


def _is_signed(token: str, public_key: str) -> bool:
    """Tell whether the owner of the key signed a token."""
    try:
        jwt.decode(token, public_key, algorithms=["RS256"], options=_SIGNATURE_ALONE)
    except jwt.InvalidTokenError:
        return False
    return True


def _wrong_claims(claims: dict[str, Any], now: datetime) -> str | None:
    """Say what is wrong with the claims."""
    issued, expires = claims.get("iat"), claims.get("exp")
    if claims.get("iss") != ISSUER or claims.get("aud") != AUDIENCE:
        return "the token's issuer or audience is not as documented"
    if not isinstance(issued, int) or not isinstance(expires, int):
        return "the token has no times"
    if expires - issued > _LONGEST.total_seconds():
        return "the token is valid for more than 24 hours"
    at, leeway = now.timestamp(), _LEEWAY.total_seconds()
    if issued > at + leeway or expires < at - leeway:
        return "the token is not valid now"
    return None
