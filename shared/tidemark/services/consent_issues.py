"""The issues about a bank's consent: each is open exactly as long as it is true."""

from datetime import datetime

from tidemark.domain import moments
from tidemark.domain.integrations import Integration, Status
from tidemark.domain.issues import Issue, IssueType, cause_of, issue_id
from tidemark.domain.ports import Issues

_RECONNECT = "The bank cannot be read any more. Reconnect it, or import a file instead."
_OWNER_NEEDED = "The bank wants to hear from you. Sync it yourself, or import a file instead."


def settle_consent_issues(issues: Issues, integration: Integration, now: datetime) -> None:
    """Open, refresh or close the issues of a bank, as of now (UTC)."""
    for issue_type, found in (
        (IssueType.RECONNECT_REQUIRED, _gone(integration, now)),
        (IssueType.CONSENT_EXPIRING, _expiring(integration, now)),
    ):
        if found is not None:
            issues.open(integration.key.owner, found)
        else:
            subject = issue_id(integration.id, issue_type)
            issues.resolve(integration.key.owner, subject, now)


def _gone(integration: Integration, now: datetime) -> Issue | None:
    """Say that nothing can be read without the owner, if so."""
    if integration.status is not Status.RECONNECT_REQUIRED:
        return None
    asked = integration.status_reason == "owner_needed"
    return Issue(
        id=issue_id(integration.id, IssueType.RECONNECT_REQUIRED),
        integration_id=integration.id,
        type=IssueType.RECONNECT_REQUIRED,
        message=_OWNER_NEEDED if asked else _RECONNECT,
        opened_at=now,
        details={"reason": integration.status_reason or ""},
        cause=cause_of(integration.status_reason),
    )


def _expiring(integration: Integration, now: datetime) -> Issue | None:
    """Say that the consent comes to its end, if the owner was told so."""
    days, until = integration.consent_warned, integration.consent_expires_at
    if days is None or until is None or integration.status is Status.RECONNECT_REQUIRED:
        return None
    return Issue(
        id=issue_id(integration.id, IssueType.CONSENT_EXPIRING),
        integration_id=integration.id,
        type=IssueType.CONSENT_EXPIRING,
        message=f"The bank's consent ends on {until:%Y-%m-%d}. Reconnect the bank before.",
        opened_at=now,
        details={"days": str(days), "expires_at": moments.spell(until)},
        cause=cause_of(days, moments.spell(until)),
    )
