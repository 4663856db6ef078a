"""Issues about what stands between a source and its ledger: its credentials, its memory."""

from collections.abc import Mapping
from datetime import datetime

from tidemark.domain.coverage import StreamCoverage
from tidemark.domain.integrations import Integration, IntegrationKey, IntegrationKind, Status
from tidemark.domain.issues import Issue, IssueType, cause_of, issue_id
from tidemark.domain.moments import spell
from tidemark.domain.ports import Issues
from tidemark.domain.readiness import hidden_before, shown_from
from tidemark.domain.syncs import Problem, Sync, SyncStatus

_ABOUT = {
    "invalid_credentials": IssueType.RECONNECT_REQUIRED,
    "credentials_unreadable": IssueType.RECONNECT_REQUIRED,
    "key_not_read_only": IssueType.KEY_RIGHTS,
    "missing_permission": IssueType.KEY_RIGHTS,
}
_RIGHTS = {"key_not_read_only": "remove", "missing_permission": "add"}
_GOING = {Status.HEALTHY, Status.DEGRADED, Status.INITIALIZING}
"""While it is so, no issue about the credentials is open."""


def settle_credentials_issue(
    issues: Issues, integration: Integration, sync: Sync, now: datetime
) -> None:
    """Open the issue of credentials that do not let a sync read; close it when one has read.

    ``integration`` is as it was before the sync ended. Banks have a consent in place of
    credentials: what is told of that is not settled here.
    """
    if integration.kind is IntegrationKind.BANK:
        return
    if sync.problem is not None and sync.problem.code in _ABOUT:
        open_credentials_issue(issues, integration.key, sync.problem, now)
    elif (
        sync.status in {SyncStatus.SUCCEEDED, SyncStatus.PARTIAL}
        and integration.status not in _GOING
    ):
        close_credentials_issues(issues, sync.key, now)


def open_credentials_issue(
    issues: Issues, key: IntegrationKey, problem: Problem, now: datetime
) -> None:
    """Tell of credentials that are not accepted."""
    issues.open(key.owner, _refused(key.integration_id, problem, now))


def close_credentials_issues(issues: Issues, key: IntegrationKey, now: datetime) -> None:
    """Close what was told of credentials: they are accepted."""
    for about in sorted(set(_ABOUT.values())):
        issues.resolve(key.owner, issue_id(key.integration_id, about), now)


def settle_history_issue(
    issues: Issues, integration: Integration, streams: Mapping[str, StreamCoverage], now: datetime
) -> None:
    """Open, refresh or close the issue that a source shows less than is wanted.

    Other credentials close that of a key. A bank's limit may go with any sync: where there is none,
    there may have been one before.
    """
    if integration.kind is not IntegrationKind.BANK and shown_from(integration, streams) is None:
        return
    hidden = hidden_before(integration, streams)
    if hidden is None:
        close_history_issue(issues, integration.key, now)
        return
    issue = Issue(
        id=issue_id(integration.id, IssueType.HISTORY_TRUNCATED),
        integration_id=integration.id,
        type=IssueType.HISTORY_TRUNCATED,
        message="The source does not show the whole history that is wanted; a file may fill it in.",
        opened_at=now,
        details={"available_from": spell(hidden)},
        cause=cause_of(spell(hidden)),
    )
    issues.open(integration.key.owner, issue)


def close_history_issue(issues: Issues, key: IntegrationKey, now: datetime) -> None:
    """Close the issue: nothing that is wanted is hidden."""
    issues.resolve(key.owner, issue_id(key.integration_id, IssueType.HISTORY_TRUNCATED), now)


def _refused(integration_id: str, problem: Problem, now: datetime) -> Issue:
    """Say why credentials are of no use, and which rights to change."""
    about = _ABOUT[problem.code]
    details = {"code": problem.code, "next_step": problem.next_step}
    if problem.rights:
        details[_RIGHTS[problem.code]] = ", ".join(problem.rights)
    return Issue(
        id=issue_id(integration_id, about),
        integration_id=integration_id,
        type=about,
        message=problem.message,
        opened_at=now,
        details=details,
        cause=cause_of(problem.code, problem.rights),
    )
