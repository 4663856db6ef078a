"""Integrations: connections of an owner to sources."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from tidemark.domain.moments import latest
from tidemark.domain.waits import PendingConsent

_TICK = timedelta(microseconds=1)


class IntegrationKind(StrEnum):
    """What an integration connects to."""

    EXCHANGE = "exchange"
    WALLET = "wallet"
    BANK = "bank"
    MANUAL = "manual"


class Status(StrEnum):
    """How an integration is doing."""

    INITIALIZING = "initializing"
    SYNCING = "syncing"
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    RATE_LIMITED = "rate_limited"
    WAITING_FOR_USER = "waiting_for_user"
    RECONNECT_REQUIRED = "reconnect_required"
    INVALID_CREDENTIALS = "invalid_credentials"
    PAUSED = "paused"
    DEACTIVATED = "deactivated"
    ERROR = "error"


class DeletedPolicy(StrEnum):
    """What an incremental sync does with a transaction that the owner deleted."""

    STAY_DELETED = "stay_deleted"
    REAPPEAR = "reappear"


class ImportMode(StrEnum):
    """How much an API reads when files are already there."""

    ALL = "all"
    SINCE_LAST_TRANSACTION = "since_last_transaction"


@dataclass(frozen=True, slots=True)
class IntegrationKey:
    """Whose integration: the partition of everything that belongs to it."""

    owner: str
    integration_id: str

    @property
    def text(self) -> str:
        """Spell the partition key. Ids are made by the server and hold no ``#``."""
        return f"{self.owner}#{self.integration_id}"


OUTCOME_FIELDS = frozenset(
    {
        "status",
        "status_reason",
        "key_rights",
        "history_from",
        "last_attempt_at",
        "last_success_at",
        "retry_at",
        "rights_checked_at",
        "consent_expires_at",
        "consent_warned",
    }
)
"""What syncs write of an integration, whatever its owner changes in the same moment."""

FIRED_FIELDS = frozenset({"scheduled_for", "fired_at"})
"""What the schedule writes of an integration, each turn of its slot once."""


@dataclass(frozen=True, slots=True)
class Integration:
    """One integration as it is kept.

    ``status`` is what the last run left; ``paused`` and ``deactivated`` are the owner's own.
    ``sealed`` are the encrypted credentials (None for manual ones), ``sealed_hint`` a keyed
    fingerprint by which the same credential is recognised. ``version`` counts changes from 1.
    ``import_since`` is the time of the last transaction that was there when the source was added,
    if its owner wants only what came later. ``scheduled_for`` is the beginning of the slot that was
    last used, ``fired_at`` are the last four moments at which the schedule started a sync.
    ``rights_checked_at`` is when the source last said what the key may do, if that was after it was
    connected.
    ``extra`` of a bank names it; ``accounts`` are those that its owner consented to, by their
    stable names, ``granted_at`` is when, ``consent_expires_at`` until when, ``pending`` is a
    consent that was asked for. ``consent_warned`` is how many days ahead its owner was last told.
    ``unshared`` are those of the ``accounts`` that its consent lacks, each with since when.
    """

    key: IntegrationKey
    connector: str
    kind: IntegrationKind
    name: str
    created_at: datetime
    group: str | None = None
    start_date: datetime | None = None
    import_mode: ImportMode = ImportMode.ALL
    import_since: datetime | None = None
    deleted: DeletedPolicy = DeletedPolicy.STAY_DELETED
    status: Status = Status.INITIALIZING
    status_reason: str | None = None
    paused: bool = False
    deactivated: bool = False
    key_rights: str = "unknown"
    history_from: datetime | None = None
    last_attempt_at: datetime | None = None
    last_success_at: datetime | None = None
    retry_at: datetime | None = None
    rights_checked_at: datetime | None = None
    sealed: bytes | None = None
    sealed_hint: str | None = None
    deleting: bool = False
    version: int = 1
    scheduled_for: datetime | None = None
    fired_at: tuple[datetime, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)
    accounts: tuple[str, ...] = ()
    granted_at: datetime | None = None
    consent_expires_at: datetime | None = None
    consent_warned: int | None = None
    pending: PendingConsent | None = None
    unshared: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Give the id that owners see."""
        return self.key.integration_id

    @property
    def reads_from(self) -> datetime | None:
        """Give the earliest moment that is imported; None means the complete history."""
        after = None if self.import_since is None else self.import_since + _TICK
        return latest(self.start_date, after)


def changed(integration: Integration, outcome: Mapping[str, object]) -> Integration:
    """Give an integration with some of the ``OUTCOME_FIELDS`` as a sync left them."""
    fields: dict[str, Any] = dict(outcome)
    return replace(integration, **fields)
