"""Who may call the local API: bearer tokens signed with a key that everybody knows.

A deployment verifies the tokens of the issuer that its parameters name. Here there is no issuer,
so tokens are signed with a development key that lies open in this file; it opens nothing but a
server on the machine that runs it.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import jwt

ISSUER = "https://issuer.local.invalid"
AUDIENCE = "tidemark"
LOCAL_DEVELOPMENT_KEY = "tidemark-local-development-key-that-everybody-knows"
_ALGORITHM = "HS256"
_LIFETIME = timedelta(days=30)

type Claims = dict[str, object]


def token(owner: str, scope: str = "read write") -> str:
    """Make a bearer token for an owner, good for thirty days on any local server."""
    now = datetime.now(UTC)
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": owner, "scope": scope}
    times = {"iat": now, "exp": now + _LIFETIME}
    return jwt.encode(claims | times, LOCAL_DEVELOPMENT_KEY, algorithm=_ALGORITHM)


def claims_of(bearer: str, issuer: str, audience: Iterable[str]) -> Claims | None:
    """Give the claims of a token, or None when it is not one that the API accepts.

    Lifetimes are looked at in the system's time: the clock that moves is the product's, not the
    one of whoever issues tokens.
    """
    try:
        return jwt.decode(
            bearer,
            LOCAL_DEVELOPMENT_KEY,
            algorithms=[_ALGORITHM],
            issuer=issuer,
            audience=list(audience),
            options={"require": ["exp", "iss", "aud", "sub"]},
        )
    except jwt.InvalidTokenError:
        return None
