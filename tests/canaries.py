"""Canaries: secrets that are planted in tests, and the forms in which one may come to light.

Whatever a test takes for a secret is planted once, here or where it is made. After each test
``tests/conftest.py`` looks for all of them in everything that was written out.
"""

import base64
import json
import secrets
from collections.abc import Iterator
from functools import cache
from urllib.parse import quote

from local.sources.bitcoin_wallet import PUBLIC_KEY
from local.sources.kraken import KEY, SECRET

API_KEY, API_SECRET = "canary-key", "canary-secret"
"""What tests give where any credentials will do."""

_SHORTEST = 8

_planted: set[str] = set()


class TooShort(ValueError):
    """A canary that might be found by chance."""


def plant(*given: str) -> None:
    """Look out for secrets from now on."""
    if any(len(secret) < _SHORTEST for secret in given):
        raise TooShort
    _planted.update(given)


def make(name: str) -> str:
    """Make a secret that nobody else has, and plant it."""
    secret = f"canary-{name}-{secrets.token_hex(12)}"
    plant(secret)
    return secret


def make_base64(name: str) -> str:
    """Make one that is Base64, as signing secrets are; what it holds is planted, too."""
    inner = make(name)
    secret = base64.b64encode(inner.encode()).decode()
    plant(secret)
    return secret


def found_in(text: str) -> list[str]:
    """Name the planted secrets that a text holds in any form, by their beginnings."""
    plain, lower = text, text.lower()
    return sorted(
        f"{secret[:6]}..."
        for secret in _planted
        if any(form in plain for form in _forms(secret)) or secret.encode().hex() in lower
    )


@cache
def _forms(secret: str) -> frozenset[str]:
    """Give the texts that give a secret away: plain, in JSON, in a URL, in Base64."""
    spelled = {secret, json.dumps(secret)[1:-1], quote(secret, safe=""), quote(secret, safe="/")}
    lower = {quote(secret, safe="").replace(f"%{n:02X}", f"%{n:02x}") for n in b"/+=:"}
    return frozenset({*spelled, *lower, *_in_base64(secret)})


def _in_base64(secret: str) -> Iterator[str]:
    """Give what every Base64 text has in it that holds the secret, wherever it lies."""
    for before in range(3):
        padded = b"\0" * before + secret.encode()
        whole = len(padded) // 3 * 4
        first = 4 if before else 0
        for altchars in (b"+/", b"-_"):
            yield base64.b64encode(padded, altchars).decode()[first:whole]


plant(KEY, SECRET, base64.b64decode(SECRET).decode(), PUBLIC_KEY, API_KEY, API_SECRET)
