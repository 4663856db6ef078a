"""The stores beside the ledger in memory."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from tidemark.domain.balances import Snapshot
from tidemark.domain.coverage import StreamCoverage
from tidemark.domain.held import Held
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.issues import Issue, IssueState
from tidemark.domain.moments import EARLIEST
from tidemark.domain.pages import Unread
from tidemark.domain.syncs import Sync
from tidemark.domain.transactions import Found
from tidemark.errors import NotFound, StaleVersion

_NEVER = EARLIEST


class MemorySyncs:
    """Records of syncs in a dictionary."""

    def __init__(self) -> None:
        """Start empty."""
        self.items: dict[tuple[str, str], Sync] = {}

    def put(self, sync: Sync) -> None:
        """Write a record."""
        self.items[sync.key.owner, sync.id] = sync

    def note(self, sync: Sync) -> None:
        """Write one that has not ended."""
        stored = self.get(sync.key.owner, sync.id)
        if stored is None or not stored.status.final:
            self.put(sync)

    def get(self, owner: str, sync_id: str) -> Sync | None:
        """Give one."""
        return self.items.get((owner, sync_id))

    def newest_first(self, owner: str, before: str | None) -> Iterator[Sync]:
        """List backwards."""
        own = sorted((place for place in self.items if place[0] == owner), reverse=True)
        return (self.items[place] for place in own if before is None or place[1] < before)


class MemoryCoverage:
    """Coverage in a dictionary."""

    def __init__(self) -> None:
        """Start empty."""
        self.items: dict[IntegrationKey, tuple[dict[str, StreamCoverage], int]] = {}

    def read(self, key: IntegrationKey) -> tuple[dict[str, StreamCoverage], int]:
        """Give coverage and version."""
        streams, version = self.items.get(key, ({}, 0))
        return dict(streams), version

    def write(
        self, key: IntegrationKey, streams: Mapping[str, StreamCoverage], expected: int
    ) -> None:
        """Write over the expected version."""
        if self.read(key)[1] != expected:
            raise StaleVersion("the coverage was changed in between")
        self.items[key] = (dict(streams), expected + 1)

    def erase(self, key: IntegrationKey) -> None:
        """Remove it."""
        self.items.pop(key, None)


class MemoryParked:
    """Parked records in dictionaries."""

    def __init__(self) -> None:
        """Start empty."""
        self.unread_rows: dict[IntegrationKey, dict[str, tuple[Unread, str]]] = {}
        self.pending_rows: dict[IntegrationKey, dict[str, tuple[Found, str]]] = {}
        self.held_rows: dict[IntegrationKey, dict[str, Held]] = {}

    def park_unread(self, key: IntegrationKey, rows: Sequence[Unread], sync_id: str) -> None:
        """Keep rows, each once."""
        parked = self.unread_rows.setdefault(key, {})
        parked.update({row.id: (row, sync_id) for row in rows})

    def unread(self, key: IntegrationKey) -> list[tuple[Unread, str]]:
        """Give rows in the order of their ids."""
        return [row for _, row in sorted(self.unread_rows.get(key, {}).items())]

    def settle_unread(self, key: IntegrationKey, ids: Iterable[str]) -> None:
        """Drop rows."""
        for each in ids:
            self.unread_rows.get(key, {}).pop(each, None)

    def park_pending(self, key: IntegrationKey, pending: Sequence[Found], sync_id: str) -> None:
        """Keep pending ones, each once."""
        parked = self.pending_rows.setdefault(key, {})
        parked.update({found.id: (found, sync_id) for found in pending})

    def drop_pending_but(self, key: IntegrationKey, sync_id: str) -> None:
        """Drop those of other syncs."""
        kept = self.pending_rows.get(key, {}).items()
        self.pending_rows[key] = {each: row for each, row in kept if row[1] == sync_id}

    def pending(self, key: IntegrationKey) -> list[Found]:
        """Give pending ones in the order of their ids."""
        return [found for _, (found, _) in sorted(self.pending_rows.get(key, {}).items())]

    def hold(self, key: IntegrationKey, rows: Sequence[Held]) -> None:
        """Keep held ones, each once."""
        self.held_rows.setdefault(key, {}).update({row.id: row for row in rows})

    def held(self, key: IntegrationKey) -> list[Held]:
        """Give held ones in the order of their ids."""
        return [row for _, row in sorted(self.held_rows.get(key, {}).items())]

    def let_go(self, key: IntegrationKey, ids: Iterable[str]) -> None:
        """Drop held ones."""
        for each in ids:
            self.held_rows.get(key, {}).pop(each, None)

    def erase(self, key: IntegrationKey) -> None:
        """Remove all."""
        self.held_rows.pop(key, None)
        self.unread_rows.pop(key, None)
        self.pending_rows.pop(key, None)


_DISMISSED = IssueState.DISMISSED


class MemoryIssues:
    """Issues in a dictionary."""

    def __init__(self) -> None:
        """Start empty."""
        self.items: dict[tuple[str, str], Issue] = {}

    def open(self, owner: str, issue: Issue) -> None:
        """Open, refresh or reopen."""
        stored = self.items.get((owner, issue.id))
        if stored is not None and (stored.state, stored.cause) == (_DISMISSED, issue.cause):
            return
        reopened = stored is None or stored.state is not IssueState.OPEN
        opened_at = issue.opened_at if reopened or stored is None else stored.opened_at
        self.items[owner, issue.id] = replace(
            issue, state=IssueState.OPEN, opened_at=opened_at, closed_at=None
        )

    def resolve(self, owner: str, issue_id: str, at: datetime) -> None:
        """Close one that is not resolved yet."""
        stored = self.items.get((owner, issue_id))
        if stored is not None and stored.state is not IssueState.RESOLVED:
            self._close(owner, stored, IssueState.RESOLVED, at)

    def of_owner(self, owner: str) -> list[Issue]:
        """Give all, newest first."""
        own = (issue for (who, _), issue in self.items.items() if who == owner)
        return sorted(own, key=lambda issue: (issue.opened_at, issue.id), reverse=True)

    def dismiss(self, owner: str, issue_id: str, at: datetime) -> Issue:
        """Close by the owner's word."""
        stored = self.items.get((owner, issue_id))
        if stored is None:
            raise NotFound
        if stored.state is not IssueState.OPEN:
            return stored
        return self._close(owner, stored, IssueState.DISMISSED, at)

    def _close(self, owner: str, issue: Issue, state: IssueState, at: datetime) -> Issue:
        """Close an issue in one of two ways."""
        closed = replace(issue, state=state, closed_at=at)
        self.items[owner, issue.id] = closed
        return closed

    def erase(self, owner: str, integration_id: str) -> None:
        """Remove an integration's."""
        for place, issue in list(self.items.items()):
            if place[0] == owner and issue.integration_id == integration_id:
                del self.items[place]


class MemorySnapshots:
    """Snapshots in a dictionary."""

    def __init__(self) -> None:
        """Start empty."""
        self.items: dict[IntegrationKey, dict[datetime, Snapshot]] = {}

    def put(self, key: IntegrationKey, snapshot: Snapshot) -> None:
        """Keep one."""
        self.items.setdefault(key, {})[snapshot.as_of] = snapshot

    def last(self, key: IntegrationKey, at: datetime | None = None) -> Snapshot | None:
        """Give the newest, up to a moment."""
        kept = self.items.get(key, {})
        return kept.get(max((each for each in kept if at is None or each <= at), default=_NEVER))

    def first_since(self, key: IntegrationKey, since: datetime) -> Snapshot | None:
        """Give the first from a moment on."""
        kept = self.items.get(key, {})
        return kept.get(min((each for each in kept if each >= since), default=_NEVER))

    def erase(self, key: IntegrationKey) -> None:
        """Remove all."""
        self.items.pop(key, None)
