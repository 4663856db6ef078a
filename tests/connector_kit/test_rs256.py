"""Tokens of an application: as documented, and signed once for half an hour."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from tidemark.connector_kit import rs256
from tidemark.domain.consents import Application
from tidemark.errors import NotConfigured

NOW = datetime(2026, 1, 15, 12, 17, tzinfo=UTC)


def read(part: str) -> dict[str, object]:
    """Read a part of a token."""
    value: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=="))
    return value


def test_a_token_is_as_documented() -> None:
    """Header, claims, and a signature of both."""
    signed: list[bytes] = []

    def sign(content: bytes) -> bytes:
        signed.append(content)
        return b"\xfb\xff"

    token = rs256.token(Application("app", sign=sign), "issuer", "audience", NOW)
    head, claims, signature = token.split(".")
    at = int(NOW.replace(minute=0).timestamp())

    assert read(head) == {"typ": "JWT", "alg": "RS256", "kid": "app"}
    assert read(claims) == {"iss": "issuer", "aud": "audience", "iat": at, "exp": at + 3600}
    assert signature == "-_8"
    assert signed == [f"{head}.{claims}".encode()]


def test_it_is_signed_once_for_half_an_hour() -> None:
    """It never expires within the next half an hour, and a new one is begun after this one."""
    calls: list[bytes] = []
    application = Application("app", sign=lambda content: calls.append(content) or b"x")
    tokens = {
        rs256.token(application, "issuer", "audience", NOW + timedelta(minutes=minutes))
        for minutes in range(40)
    }

    assert len(calls) == len(tokens) == 2


@pytest.mark.parametrize("application", [None, Application("app", "a secret")])
def test_without_a_key_there_is_none(application: Application | None) -> None:
    """The deployment is not registered."""
    with pytest.raises(NotConfigured):
        rs256.token(application, "issuer", "audience", NOW)
