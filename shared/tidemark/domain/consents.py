"""Consents: what an owner grants at a bank's own page, and what a bank may ask for in between."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Need(StrEnum):
    """What a source needs of its owner before it can be read on."""

    CONSENT = "consent"
    OTP = "otp"
    CONFIRMATION = "confirmation"


@dataclass(frozen=True, slots=True)
class Present:
    """An owner who is there while a sync reads: banks then do not count it as unattended."""

    ip: str = field(repr=False)
    agent: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an owner answered: a one-time password, or (None) that it was confirmed elsewhere."""

    otp: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Link:
    """Where an owner grants consent, until when (UTC), and what to keep for the way back."""

    url: str
    until: datetime
    keep: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Granted:
    """A consent: the credentials to use from now on, the accounts by their stable names."""

    credentials: Mapping[str, str] = field(repr=False)
    accounts: frozenset[str]
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Application:
    """How a deployment names itself to an aggregator: never an owner's, never in a ledger.

    ``sign`` makes an RS256 signature (PKCS #1 v1.5, SHA-256) where the aggregator wants one.
    """

    id: str
    secret: str = field(default="", repr=False)
    sign: Callable[[bytes], bytes] | None = field(default=None, repr=False)


class Applications(Protocol):
    """The deployment's own names at aggregators."""

    def get(self, connector: str) -> Application:
        """Give one. Raises NotConfigured: the deployment has none for this connector."""


class Quota(Protocol):
    """How often accounts were read with nobody there, in the last 24 hours."""

    def take(self, account: str, scope: str, most: int) -> None:
        """Count one reading of an account's ``scope``, of ``most`` in any 24 hours.

        Raises:
            RateLimited: they are used up; it says when the next one is free.
        """

    def told(self, account: str, scope: str, remaining: int, resets_at: datetime) -> None:
        """Note what the aggregator itself says is left until a moment (UTC)."""
