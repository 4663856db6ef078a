"""Events: what happened to what an owner has, by ids and states, kept for 30 days."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tidemark.domain.ids import digest_of, new_id, ulid
from tidemark.domain.moments import spell

KEPT = timedelta(days=30)
"""How long an event can be read."""

PREFIX = "evt"
TEST = "webhook.test"
EVERYTHING = "*"

TYPES = frozenset(
    {
        *(f"integration.{each}" for each in ("created", "updated", "status_changed", "deleted")),
        "integration.consent_expiring",
        *(f"sync.{each}" for each in ("created", "started", "waiting_for_user", "resumed")),
        "sync.succeeded",
        *(f"sync.{each}" for each in ("partial", "rate_limited", "failed", "canceled")),
        *(f"sync.{each}" for each in ("reverting", "reverted")),
        "transactions.changed",
        *(f"issue.{each}" for each in ("opened", "updated", "resolved", "dismissed")),
        *(f"import.{each}" for each in ("created", "checking", "ready", "committing")),
        *(f"import.{each}" for each in ("committed", "failed", "reverting", "reverted")),
        *(f"export.{each}" for each in ("created", "running", "done", "failed")),
        "balance_check.finished",
        *("account.updated", "account.licence_changed", "period_lock.changed"),
        *(f"possible_duplicate.{each}" for each in ("opened", "merged", "dismissed", "resolved")),
        *(f"held_transaction.{each}" for each in ("held", "rejected", "released")),
        *(f"webhook_endpoint.{each}" for each in ("created", "updated", "disabled", "deleted")),
        TEST,
    }
)
"""All types there are. More may be added: receivers leave alone what they do not know."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a change means: a type, whose, and the ids and states that belong to it."""

    type: str
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """One event. ``data`` holds ids, states and counts: no amounts, no words, no secrets."""

    owner: str
    id: str
    type: str
    occurred_at: datetime
    data: Mapping[str, object] = field(default_factory=dict)

    @property
    def integration(self) -> str | None:
        """Give the integration that it is about, if it is about one."""
        found = self.data.get("integration")
        return found if isinstance(found, str) else None

    @property
    def body(self) -> dict[str, object]:
        """Give what owners and their receivers see."""
        return {
            "id": self.id,
            "type": self.type,
            "occurred_at": spell(self.occurred_at),
            "data": dict(self.data),
        }

    def kept(self, now: datetime) -> bool:
        """Tell whether it can still be read."""
        return now < self.occurred_at + KEPT


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event comes from: the change by its name, and what of it, counted from 0.

    ``order`` grows with each change of the same table.
    """

    change: str
    order: int
    number: int

    @property
    def low(self) -> int:
        """Give 80 bits that sort by the order, then by the number, and differ between tables."""
        mark = int(digest_of(self.change)[:5], 16)
        return (self.order % 2**56) << 24 | (self.number % 2**4) << 20 | mark


def event_of(owner: str, told: Told, at: datetime, place: Place) -> Event:
    """Make the event that a change always makes, however often the change is told."""
    return Event(owner, ulid(PREFIX, at, place.low), told.type, at, told.data)


def trial_of(owner: str, endpoint_id: str, now: datetime) -> Event:
    """Make the event that tries an endpoint."""
    return Event(owner, new_id(PREFIX, now), TEST, now, {"endpoint": endpoint_id})


def first_id(at: datetime) -> str:
    """Give the lowest id of an event of a moment or later."""
    return ulid(PREFIX, at, 0)


def matches(patterns: Iterable[str], event_type: str) -> bool:
    """Tell whether a type is asked for: by name, by all that begin so (``sync.*``), or by all."""
    return any(
        pattern in (EVERYTHING, event_type)
        or (pattern.endswith(".*") and event_type.startswith(pattern[:-1]))
        for pattern in patterns
    )


def is_pattern(text: str) -> bool:
    """Tell whether a text asks for any event that there is."""
    return any(matches([text], each) for each in TYPES)
