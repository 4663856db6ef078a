"""The stores beside the ledger: integrations, syncs, coverage, parked records, issues, balances."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from tidemark.domain.accounts import Account
from tidemark.domain.balances import Snapshot
from tidemark.domain.checks import BalanceCheck
from tidemark.domain.coverage import StreamCoverage
from tidemark.domain.held import Held
from tidemark.domain.idempotency import Attempt, StoredAnswer
from tidemark.domain.integrations import Integration, IntegrationKey
from tidemark.domain.issues import Issue
from tidemark.domain.pages import Unread
from tidemark.domain.syncs import Sync
from tidemark.domain.transactions import Found


class Syncs(Protocol):
    """The record of each sync."""

    def put(self, sync: Sync) -> None:
        """Write a record."""

    def note(self, sync: Sync) -> None:
        """Write the record of a sync that goes on; one that has ended stays as it is."""

    def get(self, owner: str, sync_id: str) -> Sync | None:
        """Give one record."""

    def newest_first(self, owner: str, before: str | None) -> Iterator[Sync]:
        """Go through an owner's syncs, newest first, before the id ``before``."""


class Integrations(Protocol):
    """The integrations of owners."""

    def add(self, integration: Integration) -> None:
        """Write a new one."""

    def get(self, key: IntegrationKey) -> Integration | None:
        """Give one (strong)."""

    def of_owner(self, owner: str) -> list[Integration]:
        """Give all of an owner's integrations in the order of their ids."""

    def replace(self, integration: Integration, expected: int) -> None:
        """Write it in place of version ``expected``. Raises StaleVersion.

        The ``OUTCOME_FIELDS`` and ``FIRED_FIELDS`` stay as they are stored: ``note_outcome`` and
        ``note_fired`` alone set them.
        """

    def note_outcome(self, key: IntegrationKey, outcome: Mapping[str, object]) -> None:
        """Set some of the ``OUTCOME_FIELDS``, without a version.

        Nothing happens when the integration is gone. Raises ValueError for other fields.
        """

    def in_slots(self, hour: str, numbers: range) -> Iterator[tuple[int, IntegrationKey]]:
        """Name the integrations that have slots of an hour, each with its slot's number, in order.

        One that just changed may be late.
        """

    def note_fired(self, before: Integration, after: Integration) -> bool:
        """Set the ``FIRED_FIELDS``, unless others did since ``before`` was read: False then."""

    def remove(self, key: IntegrationKey) -> None:
        """Remove it."""


class Watermarks(Protocol):
    """Up to where the slots of each wheel were looked at."""

    def get(self, wheel: str) -> datetime | None:
        """Give the beginning of the last slot (strong); None: nothing came round yet."""

    def move(self, wheel: str, before: datetime | None, after: datetime) -> bool:
        """Move on from where it was read to be; False if others moved it."""


class CoverageStore(Protocol):
    """Coverage per stream of an integration, in one item."""

    def read(self, key: IntegrationKey) -> tuple[dict[str, StreamCoverage], int]:
        """Give coverage per stream and the version (0: none yet), strongly."""

    def write(
        self, key: IntegrationKey, streams: Mapping[str, StreamCoverage], expected: int
    ) -> None:
        """Write it in place of version ``expected``. Raises StaleVersion."""

    def erase(self, key: IntegrationKey) -> None:
        """Remove it."""


class Accounts(Protocol):
    """What is kept of owners as a whole."""

    def get(self, owner: str) -> Account:
        """Give an owner's account (strong); one that nothing was kept of has version 0."""

    def replace(self, account: Account, expected: int) -> None:
        """Write it in place of version ``expected``. Raises StaleVersion.

        When the owner was seen stays as it is stored: ``note_seen`` alone sets it.
        """

    def note_seen(self, owner: str, at: datetime, before: datetime) -> None:
        """Note that an owner was seen, unless that was noted at ``before`` or later."""


class Parked(Protocol):
    """Records beside the ledger: not understood, not settled at the source, or held."""

    def park_unread(self, key: IntegrationKey, rows: Sequence[Unread], sync_id: str) -> None:
        """Keep rows that were not understood; the same row is kept once."""

    def unread(self, key: IntegrationKey) -> list[tuple[Unread, str]]:
        """Give the rows that are not understood, each with the sync that last met it."""

    def settle_unread(self, key: IntegrationKey, ids: Iterable[str]) -> None:
        """Drop rows that are understood now."""

    def park_pending(self, key: IntegrationKey, pending: Sequence[Found], sync_id: str) -> None:
        """Keep transactions that the source has not settled, as this sync met them."""

    def drop_pending_but(self, key: IntegrationKey, sync_id: str) -> None:
        """Drop the pending transactions that this sync did not meet."""

    def pending(self, key: IntegrationKey) -> list[Found]:
        """Give the pending transactions."""

    def hold(self, key: IntegrationKey, rows: Sequence[Held]) -> None:
        """Keep held transactions; of the same one, the last."""

    def held(self, key: IntegrationKey) -> list[Held]:
        """Give the held transactions, rejected ones too, in the order of their ids (strong)."""

    def let_go(self, key: IntegrationKey, ids: Iterable[str]) -> None:
        """Drop held transactions."""

    def erase(self, key: IntegrationKey) -> None:
        """Remove all of it."""


class Issues(Protocol):
    """The inbox of an owner."""

    def open(self, owner: str, issue: Issue) -> None:
        """Open an issue, or refresh the open one; a dismissed one of the same cause stays so."""

    def resolve(self, owner: str, issue_id: str, at: datetime) -> None:
        """Close an issue whose cause is gone, a dismissed one too: it opens anew if that returns.

        Nothing happens when there is none.
        """

    def of_owner(self, owner: str) -> list[Issue]:
        """Give all issues, newest first."""

    def dismiss(self, owner: str, issue_id: str, at: datetime) -> Issue:
        """Close an issue by the owner's word, as long as its cause is the same. Raises NotFound.

        A resolved one stays resolved.
        """

    def erase(self, owner: str, integration_id: str) -> None:
        """Remove an integration's issues."""


class Snapshots(Protocol):
    """Balances as they were found, one snapshot per check."""

    def put(self, key: IntegrationKey, snapshot: Snapshot) -> None:
        """Keep a snapshot."""

    def last(self, key: IntegrationKey, at: datetime | None = None) -> Snapshot | None:
        """Give the newest one, or the newest that was taken at a moment or before."""

    def first_since(self, key: IntegrationKey, since: datetime) -> Snapshot | None:
        """Give the first one that was taken at a moment or later (strong)."""

    def erase(self, key: IntegrationKey) -> None:
        """Remove all of it."""


class BalanceChecks(Protocol):
    """The balance checks that owners asked for."""

    def put(self, check: BalanceCheck) -> None:
        """Keep a new one."""

    def get(self, owner: str, check_id: str) -> BalanceCheck | None:
        """Give one."""


class IdempotencyStore(Protocol):
    """Answers already given, per owner and key. Never used where an answer holds a secret."""

    def begin(self, attempt: Attempt, now: datetime) -> StoredAnswer | None:
        """Take the key for an attempt, or give the answer that the same request got.

        Raises:
            Conflict: code ``in_flight``: the same request is being worked on.
            Invalid: code ``idempotency_key_reused``: the key came with another body.
        """

    def complete(self, attempt: Attempt, answer: StoredAnswer, now: datetime) -> None:
        """Keep the answer, if the key is still this attempt's."""

    def abandon(self, attempt: Attempt) -> None:
        """Let go of the key without an answer, if it is still this attempt's."""
