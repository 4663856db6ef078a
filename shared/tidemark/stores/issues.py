"""The inboxes of owners in the Issues table."""

from datetime import datetime

from tidemark.domain import moments
from tidemark.domain.issues import Issue, IssueState
from tidemark.errors import NotFound
from tidemark.stores import bulk
from tidemark.stores.plain import from_plain, to_plain
from tidemark.stores.table import Item, Table, read
from tidemark.wire import ConditionFailed, Wire

_REFRESH = (
    "SET #integration_id = :integration_id, #type = :type, #message = :message,"
    " #subject = :subject, #details = :details, #cause = :cause,"
    " #state = :open, #opened_at = :opened_at"
    " REMOVE #closed_at"
)
_KEEP_TIME = _REFRESH.replace("= :opened_at", "= if_not_exists(#opened_at, :opened_at)")
_ENDS = (IssueState.RESOLVED, IssueState.DISMISSED)
_CLOSE = "SET #state = :state, #closed_at = :at"
_CLOSED = "#state = :resolved OR (#state = :dismissed AND #cause <> :cause)"
_LASTS = "attribute_exists(#state) AND #state <> :state"


class DynamoIssues:
    """Issues, one item each: a cause has always the same id."""

    def __init__(self, wire: Wire, table: str) -> None:
        """Keep issues in a table."""
        self._table = Table(wire, table)

    def open(self, owner: str, issue: Issue) -> None:
        """Open a new one or refresh an open one; if that cannot be, reopen a resolved one."""
        values = to_plain(issue) | {"open": IssueState.OPEN.value}
        key = _key(owner, values.pop("id"))
        for unused in ("state", "closed_at"):
            values.pop(unused, None)
        new_or_open = "attribute_not_exists(#state) OR #state = :open"
        try:
            self._table.update(key, _KEEP_TIME, when=new_or_open, values=values)
        except ConditionFailed:
            self._reopen(key, values)

    def _reopen(self, key: dict[str, str], values: dict[str, object]) -> None:
        """Open a resolved issue anew; a dismissed one only for another cause."""
        values = values | {each.value: each.value for each in _ENDS}
        try:
            self._table.update(key, _REFRESH, when=_CLOSED, values=values)
        except ConditionFailed:
            return

    def resolve(self, owner: str, issue_id: str, at: datetime) -> None:
        """Close an issue whose cause is gone; a dismissed one counts as resolved, too, from now."""
        try:
            resolved = {"state": IssueState.RESOLVED.value, "at": moments.spell(at)}
            self._table.update(_key(owner, issue_id), _CLOSE, when=_LASTS, values=resolved)
        except ConditionFailed:
            return

    def of_owner(self, owner: str) -> list[Issue]:
        """Read an owner's inbox."""
        items = self._table.query("#owner = :owner", {"owner": owner})
        issues = (_issue(item) for item in items)
        return sorted(issues, key=lambda issue: (issue.opened_at, issue.id), reverse=True)

    def dismiss(self, owner: str, issue_id: str, at: datetime) -> Issue:
        """Close an open issue; one that is closed stays as it is."""
        key, state = _key(owner, issue_id), IssueState.DISMISSED.value
        closing = {"state": state, "at": moments.spell(at), "open": IssueState.OPEN.value}
        try:
            return _issue(self._table.update(key, _CLOSE, when="#state = :open", values=closing))
        except ConditionFailed as error:
            if not error.item:
                raise NotFound from None
            return _issue(error.item)

    def erase(self, owner: str, integration_id: str) -> None:
        """Delete an integration's issues."""
        keys = self._table.query(
            "#owner = :owner",
            {"owner": owner, "integration": integration_id},
            only="#integration_id = :integration",
            fields="#owner, #issue_id",
        )
        bulk.erase(self._table, keys)


def _key(owner: str, issue_id: str) -> dict[str, str]:
    """Name an issue's item."""
    return {"owner": owner, "issue_id": issue_id}


def _issue(item: Item) -> Issue:
    """Read an issue."""
    values = read(item)
    return from_plain(Issue, values | {"id": values["issue_id"]})
