"""The stores that hold the ledger itself: transactions, journal, months, and who may write.

Every store keeps one owner's things apart from another's by ``IntegrationKey`` or ``owner``. Reads
that decide something are strongly consistent. Times are aware UTC.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from tidemark.domain.consents import Present
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.journal import Chunk
from tidemark.domain.months import Month
from tidemark.domain.pages import Window
from tidemark.domain.syncs import Lease, Run
from tidemark.domain.transactions import Known, Transaction


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a list sorted by time: after this transaction, in the list's direction."""

    occurred_at: datetime
    transaction_id: str


class Ledger(Protocol):
    """The transactions, one item each."""

    def is_empty(self, key: IntegrationKey) -> bool:
        """Tell whether the integration has no item at all, tombstones included (strong)."""

    def known_between(
        self, key: IntegrationKey, since: datetime, until: datetime
    ) -> dict[str, Known]:
        """Give all items, tombstones too, from ``since`` to ``until`` inclusive (strong).

        They are told in short (``Known.in_short``).
        """

    def known_by_id(self, key: IntegrationKey, ids: Collection[str]) -> dict[str, Known]:
        """Give those of the ids that exist, tombstones too (strong)."""

    def add(self, key: IntegrationKey, transactions: Sequence[Transaction]) -> None:
        """Write new transactions in bulk, without conditions: the caller holds the lease.

        Raises:
            ValueError: an id is named twice; nothing was sent.
            StoreUnavailable: some may be written, some not; the caller must not checkpoint.
        """

    def replace(self, key: IntegrationKey, transaction: Transaction, expected: int) -> None:
        """Write one transaction in place of revision ``expected``; 0: where there is none.

        ``raw`` None leaves what is stored, except in a tombstone, which has none; so does
        ``history``. Details are replaced: give what ``get`` or ``get_many`` gave.

        Raises:
            StaleVersion: when it has another revision, or is gone.
        """

    def forget(self, key: IntegrationKey, transaction_id: str, expected: int) -> None:
        """Remove one item without a trace. Raises StaleVersion like ``replace``."""

    def get(self, key: IntegrationKey, transaction_id: str) -> Transaction | None:
        """Give one transaction with everything that is kept of it (strong)."""

    def get_many(self, key: IntegrationKey, ids: Collection[str]) -> dict[str, Transaction]:
        """Give those of the ids that exist, with everything but ``raw``."""

    def last_from_source(self, key: IntegrationKey, before: datetime) -> datetime | None:
        """Give the time of the last transaction of origin source before a moment (strong).

        Tombstones count: the source had it. Those whose time the owner changed do not.
        """

    def newest_first(
        self, key: IntegrationKey, window: Window, after: Place | None
    ) -> Iterator[Transaction]:
        """Go through the transactions of a window (``until`` exclusive), newest first, lazily.

        By the time that counts; ties are in descending order of id. Without ``raw``, ``details``
        and ``history``: see ``get_many``.
        """

    def oldest_first(
        self, key: IntegrationKey, window: Window, after: Place | None
    ) -> Iterator[Transaction]:
        """The same in the other direction."""

    def amounts(self, key: IntegrationKey, window: Window) -> Iterator[tuple[str, Decimal]]:
        """Go through clean asset and amount of each leg that counts in a window (strong).

        Those of active transactions count, in the owner's wording; ``until`` is exclusive.
        """

    def ids(self, key: IntegrationKey, limit: int) -> list[str]:
        """Give the ids of up to ``limit`` items, tombstones too (strong)."""

    def erase(self, key: IntegrationKey, ids: Collection[str]) -> None:
        """Delete items for good, whatever they hold."""


class Journal(Protocol):
    """The journals of owners. Reads are strong: what was noted is seen."""

    def note(self, owner: str, chunk: Chunk) -> Chunk:
        """Note what is about to be written, as the next chunk of the owner.

        Gives it with its number, and with the moment it got: ``at``, or later if needed.
        """

    def finish(self, owner: str, number: int) -> None:
        """Note that all of a chunk is written."""

    def void(self, owner: str, number: int) -> None:
        """Note that nothing of a chunk was written, nor will be: it names nothing any more."""

    def newest_first(self, owner: str, before: int | None) -> Iterator[Chunk]:
        """Go through the chunks, newest first, before a number, lazily."""

    def oldest_first(self, owner: str, after: int) -> Iterator[Chunk]:
        """Go through the chunks after a number, oldest first, lazily."""

    def of_import(self, owner: str, import_id: str) -> Iterator[Chunk]:
        """Go through the chunks of one sync or import, oldest first, lazily."""


class Months(Protocol):
    """The month buckets of an integration."""

    def enter(self, key: IntegrationKey, months: Iterable[str], writer: str) -> None:
        """Add a writer to months and raise their versions, before anything is written there."""

    def leave(self, key: IntegrationKey, months: Iterable[str], writer: str) -> None:
        """Remove a writer from months and raise their versions."""

    def read(self, key: IntegrationKey) -> list[Month]:
        """Give all months, in order (strong)."""

    def read_one(self, key: IntegrationKey, month: str) -> Month:
        """Give one month (strong); version 0 if nobody ever wrote there."""

    def store(self, key: IntegrationKey, month: Month) -> bool:
        """Store totals computed at ``month.version``; False if the version has changed."""

    def note_valued(self, key: IntegrationKey, month: Month, quote: str) -> None:
        """Note that the closes of a month, as it was read, were asked for; no version is raised."""

    def drop(self, key: IntegrationKey, month: str, writers: Collection[str]) -> None:
        """Remove writers that died there, and raise the version, in one write."""

    def erase(self, key: IntegrationKey) -> None:
        """Remove all months of an integration."""


class Runs(Protocol):
    """The lease item of each integration: which run is current, who is at work, how far it is."""

    def claim(self, run: Run, now: datetime) -> Run:
        """Make a run the integration's current one, or give the one that already is."""

    def current(self, key: IntegrationKey) -> Run | None:
        """Give the current run (strong), or None."""

    def acquire(
        self, key: IntegrationKey, sync_id: str, worker: str, *, now: datetime, until: datetime
    ) -> Lease:
        """Take the lease for a run; ``worker`` names one invocation and is never used again.

        Asking again with the same name takes it anew, with a higher fence.

        Raises:
            LeaseHeld: another worker's lease has not run out.
            LeaseLost: the run is not the current one (any more).
        """

    def borrow(self, key: IntegrationKey, worker: str, *, now: datetime, until: datetime) -> bool:
        """Take the lease without a run, so that nobody works meanwhile.

        False when there is a current run, or a lease that has not run out.
        """

    def give_back(self, key: IntegrationKey, worker: str) -> None:
        """Let go of a lease that was borrowed, if it is still ours."""

    def checkpoint(self, lease: Lease, run: Run) -> Lease:
        """Keep how far the run is; the lease that comes back tells of a requested cancel.

        Raises:
            LeaseLost: the fence was raised, or the lease was taken over.
        """

    def release(self, lease: Lease) -> None:
        """Let go of the lease, if it is still ours; the run stays the current one."""

    def finish(self, lease: Lease) -> None:
        """Let go of the lease and of the claim: the integration is free for the next run.

        Raises:
            LeaseLost: like ``checkpoint``.
        """

    def request_cancel(self, key: IntegrationKey, sync_id: str) -> bool:
        """Ask the run to stop at its next page; False if it is not the current one."""

    def ask_too(self, key: IntegrationKey, sync_id: str, present: Present | None) -> Run | None:
        """Make the schedule's run its owner's, too, who is ``present``; None if it is over."""

    def interrupt(self, key: IntegrationKey) -> None:
        """Raise the fence and drop the claim: whoever is at work can keep nothing more."""

    def busy_until(self, key: IntegrationKey, now: datetime) -> datetime | None:
        """Give until when a worker may still write, or None when nobody can."""

    def abandoned(self, before: datetime) -> Iterator[Run]:
        """Give the current runs that showed no sign of life since a moment."""

    def erase(self, key: IntegrationKey) -> None:
        """Remove the lease item."""
