"""The issue that transactions are held: open as long as the owner has to decide on any."""

from datetime import datetime

from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.issues import Issue, IssueType, cause_of, issue_id
from tidemark.domain.ports import Issues, Parked


def settle_held_issue(parked: Parked, issues: Issues, key: IntegrationKey, now: datetime) -> None:
    """Open, refresh or close the issue of an integration, as of now (UTC)."""
    waiting = [each for each in parked.held(key) if not each.rejected]
    subject = issue_id(key.integration_id, IssueType.HELD_TRANSACTIONS)
    if not waiting:
        issues.resolve(key.owner, subject, now)
        return
    issue = Issue(
        id=subject,
        integration_id=key.integration_id,
        type=IssueType.HELD_TRANSACTIONS,
        message=f"{len(waiting)} transactions for a locked period wait for your decision.",
        opened_at=now,
        details={"count": str(len(waiting)), "first_id": waiting[0].id},
        cause=cause_of(*sorted(each.id for each in waiting)),
    )
    issues.open(key.owner, issue)
