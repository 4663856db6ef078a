"""Issues: what an owner should know or do about an integration."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tidemark.domain.ids import digest_of, fingerprint


class IssueType(StrEnum):
    """What an issue is about."""

    UNREAD_ROWS = "unread_rows"
    SOURCE_CHANGED = "source_changed"
    BALANCE_MISMATCH = "balance_mismatch"
    CALCULATION_BUG = "calculation_bug"
    POSSIBLE_DUPLICATE = "possible_duplicate"
    KEY_RIGHTS = "key_rights"
    RECONNECT_REQUIRED = "reconnect_required"
    CONSENT_EXPIRING = "consent_expiring"
    HISTORY_TRUNCATED = "history_truncated"
    HELD_TRANSACTIONS = "held_transactions"


class IssueState(StrEnum):
    """Whether something is left to do."""

    OPEN = "open"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue. What it is about is always the same issue: it reopens, it does not multiply.

    ``cause`` tells what it is open for now from what it was open for before: a dismissed one opens
    anew for another.
    """

    id: str
    integration_id: str
    type: IssueType
    message: str
    opened_at: datetime
    state: IssueState = IssueState.OPEN
    closed_at: datetime | None = None
    subject: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    cause: str = ""


def issue_id(integration_id: str, issue_type: IssueType, subject: str = "") -> str:
    """Give the id that an issue about this always has."""
    return f"iss_{fingerprint(integration_id, issue_type, subject)}"


def cause_of(*facts: object) -> str:
    """Give a short text that differs where any of some facts does."""
    return digest_of(repr(facts))
