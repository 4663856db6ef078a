"""Ways: the request of the API that solves something, or shows what there is to solve."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from tidemark.domain.ids import transaction_id
from tidemark.domain.issues import Issue, IssueType


@dataclass(frozen=True, slots=True)
class Way:
    """A method, a path with its query, and the body to send where one is known."""

    method: str
    href: str
    body: Mapping[str, object] | None = None


def listing(what: str, **filters: str) -> Way:
    """Give the way to a list; filters that are empty are left out."""
    given = {name.rstrip("_"): text for name, text in filters.items() if text}
    return Way("GET", f"/v1/{what}" + (f"?{urlencode(given)}" if given else ""))


def acting(integration_id: str, action: str) -> Way:
    """Give the way to do something with an integration."""
    return Way("POST", f"/v1/integrations/{integration_id}/{action}")


def syncing(integration_id: str, mode: str) -> Way:
    """Give the way to sync an integration."""
    return Way("POST", "/v1/syncs", {"integrations": [integration_id], "mode": mode})


def checking(integration_id: str) -> Way:
    """Give the way to have balances checked: what was found names what to try."""
    return Way("POST", "/v1/balance_checks", {"integrations": [integration_id]})


def out_of(issue: Issue) -> Way:
    """Give the way out of an issue."""
    return _OUT_OF[issue.type](issue)


def _pairs(issue: Issue) -> Way:
    """Give the way to decide on possible duplicates."""
    return listing("possible_duplicates", integration=issue.integration_id)


def _held(issue: Issue) -> Way:
    """Give the way to decide on what is held."""
    return listing("held_transactions", integration=issue.integration_id)


def _reading(issue: Issue) -> Way:
    """Give the way to read everything again."""
    return syncing(issue.integration_id, "missing")


def _changed(issue: Issue) -> Way:
    """Give the way to the transaction that an issue is about."""
    name = transaction_id(issue.integration_id, issue.subject)
    return Way("GET", f"/v1/transactions/{name}")


def _sums(issue: Issue) -> Way:
    """Give the way to what is known of a difference."""
    return checking(issue.integration_id)


def _key(issue: Issue) -> Way:
    """Give the way to enter another key."""
    return acting(issue.integration_id, "credentials")


def _connecting(issue: Issue) -> Way:
    """Give the way to connect again."""
    return acting(issue.integration_id, "reconnect")


def _history(issue: Issue) -> Way:
    """Give the way to what was read, and what is not there."""
    return Way("GET", f"/v1/integrations/{issue.integration_id}/coverage")


_OUT_OF: Mapping[IssueType, Callable[[Issue], Way]] = {
    IssueType.UNREAD_ROWS: _reading,
    IssueType.SOURCE_CHANGED: _changed,
    IssueType.BALANCE_MISMATCH: _sums,
    IssueType.CALCULATION_BUG: _sums,
    IssueType.POSSIBLE_DUPLICATE: _pairs,
    IssueType.KEY_RIGHTS: _key,
    IssueType.RECONNECT_REQUIRED: _connecting,
    IssueType.CONSENT_EXPIRING: _connecting,
    IssueType.HISTORY_TRUNCATED: _history,
    IssueType.HELD_TRANSACTIONS: _held,
}
