"""Whose request it is: the token's subject, made safe to be part of a key."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from functions.api.refusals import Unauthenticated

_LONGEST = 255
_LONGEST_KEY = 1024
_SAFE = "!$&'()*+,-./:;<=>?@[]^_`{|}~\" \\"
"""All printable ASCII but ``#``, which separates the parts of keys, and ``%``, which escapes."""


def owner_of(claims: Mapping[str, Any]) -> str:
    """Give the owner of a token's claims. No two subjects give the same owner.

    Raises:
        Unauthenticated: when there is no subject, or it is too long.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST:
        raise Unauthenticated("The token does not say whose request this is.")
    owner = quote(subject, safe=_SAFE, errors="surrogatepass")
    if len(owner) > _LONGEST_KEY:
        raise Unauthenticated("The token's subject is too long.")
    return owner
