"""Webhooks: where owners want to be told of events, and how each delivery is doing.

After the specification of Standard Webhooks (github.com/standard-webhooks/standard-webhooks).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MOST_ENDPOINTS = 10
"""How many endpoints an owner may have."""

PREFIX = "whe"
DAY = timedelta(hours=24)
"""How long a delivery is tried, and how long a secret that was replaced still signs."""

CLAIM = timedelta(seconds=60)
"""How long a worker that delivers keeps others away: much longer than a delivery may take."""

REST = timedelta(seconds=60)
"""How long an endpoint that did not answer in time is left alone, for others' sake."""

PATIENCE = timedelta(days=5)
"""How long an endpoint may fail without a break before it is disabled."""

_SECOND, _MINUTE, _HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
_PAUSES = (5 * _SECOND, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 14 * _HOUR)
_JITTER = 10
_KEPT_ATTEMPTS = 50


class DisabledReason(StrEnum):
    """Why an endpoint gets nothing any more."""

    GONE = "gone"
    FAILING = "failing"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an owner wants to be told.

    ``sealed`` is the encrypted secret; until ``previous_until`` (UTC) the one before, ``previous``,
    signs too. ``failing_since`` is set from the first failure on until something arrives.
    ``rest_until``: nothing is sent before. ``version`` counts changes by its owner, from 1.
    """

    owner: str
    id: str
    url: str
    event_types: tuple[str, ...]
    created_at: datetime
    sealed: bytes
    description: str | None = None
    enabled: bool = True
    disabled_reason: DisabledReason | None = None
    previous: bytes | None = None
    previous_until: datetime | None = None
    rotated_at: datetime | None = None
    failing_since: datetime | None = None
    rest_until: datetime | None = None
    version: int = 1

    def secrets(self, now: datetime) -> tuple[bytes, ...]:
        """Give the sealed secrets that sign now."""
        old = self.previous if self.previous_until and now < self.previous_until else None
        return (self.sealed,) if old is None else (self.sealed, old)


class DeliveryState(StrEnum):
    """Where a delivery stands. Canceled: its endpoint is disabled or gone."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELED = "canceled"


class Failure(StrEnum):
    """Why an attempt failed, in a word. What the receiver said is not kept."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    NOT_RESOLVED = "not_resolved"
    FORBIDDEN_ADDRESS = "forbidden_address"
    TLS = "tls"
    BAD_ANSWER = "bad_answer"
    STATUS = "status"
    SECRET = "secret"  # noqa: S105 - the word for a secret that cannot be opened


@dataclass(frozen=True, slots=True)
class Answered:
    """How a receiver took a delivery: the HTTP status, or why there is none."""

    status: int | None = None
    failure: Failure | None = None
    retry_after: timedelta | None = None

    @property
    def gone(self) -> bool:
        """Tell whether the receiver wants nothing any more."""
        return self.status == _GONE


_GONE = 410


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt: when (UTC), and how the receiver took it."""

    at: datetime
    status: int | None = None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one endpoint.

    ``next_at`` is when it is tried next; whoever tries it moves that on first, so that nobody else
    does. It is tried until ``until``. ``tries`` counts attempts since it was last asked for,
    ``attempts`` are the last ones of all.
    """

    owner: str
    event_id: str
    endpoint_id: str
    next_at: datetime
    until: datetime
    expires_at: datetime
    state: DeliveryState = DeliveryState.PENDING
    tries: int = 0
    attempts: tuple[Attempt, ...] = ()

    def with_attempt(self, attempt: Attempt) -> tuple[Attempt, ...]:
        """Give the attempts with one more; the first ones are let go."""
        return (*self.attempts, attempt)[-_KEPT_ATTEMPTS:]


def next_try(
    tries: int, now: datetime, until: datetime, wait: timedelta | None, chance: float
) -> datetime | None:
    """Say when to try again after so many tries, the last of them now; None: it is given up.

    Pauses grow by the specification's example, each up to a tenth longer by ``chance`` (0 to 1);
    ``wait`` is what the receiver asks for. The last try is at the end of the day, ``until``.
    """
    if now >= until:
        return None
    pause = _PAUSES[min(max(tries, 1), len(_PAUSES)) - 1]
    longer = pause * int(chance * 1000) / (1000 * _JITTER)
    return min(until, now + max(pause + longer, wait or timedelta(0)))
