"""Writing to the ledger beside syncs: inside the month's bucket, told in the journal, never locked.

Whoever locks a period or deletes an integration sets the mark first and then waits for the writers
in the months to leave; whoever writes enters first and then looks for the mark. So neither misses
the other.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tidemark.domain.accounts import PeriodLock
from tidemark.domain.history import OWNER, Action
from tidemark.domain.ids import new_id
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.journal import Chunk, Noted
from tidemark.domain.moments import month_of
from tidemark.domain.months import writer
from tidemark.domain.ports import Accounts, Clock, Integrations, Journal, Ledger, Months
from tidemark.domain.transactions import Origin, State, Transaction, changed_by
from tidemark.errors import Conflict, NotFound, StaleVersion
from tidemark.services.find import holds_transactions

AT_WORK = timedelta(seconds=60)
"""How long one write may take: longer than any function that answers requests may run."""

_LONGEST_HISTORY = 200_000


@dataclass(frozen=True)
class Amend:
    """Writes what owners and files say. Raises Conflict ``period_locked`` where that is locked."""

    ledger: Ledger
    journal: Journal
    months: Months
    accounts: Accounts
    integrations: Integrations
    clock: Clock

    def change(
        self,
        key: IntegrationKey,
        stored: Transaction,
        changed: Transaction,
        action: Action,
        actor: str = OWNER,
    ) -> Transaction | None:
        """Write a changed transaction, with its history; None if somebody else was faster.

        ``stored`` must have been read with its history.

        Raises:
            NotFound: the integration is gone.
            Conflict: ``period_locked``, or ``too_many_changes``.
        """
        with self._writing(key, [stored, changed]) as until:
            now = self.clock.now()
            written = changed_by(stored, changed, action, now, actor)
            _refuse_endless(written)
            by, ids = _import_of(actor), (stored.id,)
            chunk = Chunk(now, by, key.integration_id, ids, _noted_as(changed), until)
            at = self._told(
                key, chunk, lambda _at: self.ledger.replace(key, written, stored.revision)
            )
            return None if at is None else written

    def forget(self, key: IntegrationKey, stored: Transaction, actor: str = OWNER) -> bool:
        """Remove a transaction without a trace; False if somebody else was faster.

        Raises:
            NotFound, Conflict: as ``change``.
        """
        with self._writing(key, [stored]) as until:
            by, ids, now = _import_of(actor), (stored.id,), self.clock.now()
            chunk = Chunk(now, by, key.integration_id, ids, Noted.REMOVED, until)
            at = self._told(
                key, chunk, lambda _at: self.ledger.forget(key, stored.id, stored.revision)
            )
            return at is not None

    def add(
        self, key: IntegrationKey, new: Sequence[Transaction], until: datetime | None = None
    ) -> list[Transaction]:
        """Write new transactions of one import, and give them with the moment that they got.

        The ids must be known to be new. ``until`` (UTC) is when the caller has to give up.

        Raises:
            NotFound, Conflict: as ``change``; nothing was written.
            StoreUnavailable: some may be written, some not.
        """
        with self._writing(key, new, until) as last:
            ids = tuple(each.id for each in new)
            by = new[0].import_id
            chunk = Chunk(self.clock.now(), by, key.integration_id, ids, Noted.ADDED, last)
            noted = self.journal.note(key.owner, chunk)
            written = [replace(each, imported_at=noted.at) for each in new]
            self.ledger.add(key, written)
            self.journal.finish(key.owner, noted.number)
            return written

    def past_the_lock(
        self, key: IntegrationKey, stored: Transaction | None, accepted: Transaction
    ) -> Transaction | None:
        """Write what the owner takes into a locked period all the same: only what was held.

        ``stored`` is what the ledger has of it; without it, or with a tombstone, ``accepted`` is
        added, with the moment that it got. None if somebody else was faster.

        Raises:
            NotFound: the integration is gone.
            Conflict: ``not_locked``: a sync may write it; ``busy``: the lock is just being set.
        """
        new = stored is None or stored.state is State.DELETED
        action, by = (Noted.ADDED, accepted.import_id) if new else (Noted.MODIFIED, "")
        expected = stored.revision if stored else 0

        def as_of(at: datetime) -> Transaction:
            return replace(accepted, imported_at=at) if new else accepted

        rows = [accepted] if stored is None else [stored, accepted]
        with self._writing(key, rows, past_the_lock=True) as until:
            ids, now = (accepted.id,), self.clock.now()
            chunk = Chunk(now, by, key.integration_id, ids, action, until)
            at = self._told(key, chunk, lambda at: self.ledger.replace(key, as_of(at), expected))
            return None if at is None else as_of(at)

    def revert(
        self, key: IntegrationKey, stored: Sequence[Transaction], import_id: str
    ) -> list[str]:
        """Remove what one sync or import brought: tombstones of a source's, no trace of others.

        Gives the ids of those that somebody else was faster with. Read with their histories.

        Raises:
            NotFound, Conflict: as ``change``; nothing was written.
        """
        with self._writing(key, stored) as until:
            ids, now = tuple(each.id for each in stored), self.clock.now()
            chunk = Chunk(now, import_id, key.integration_id, ids, Noted.REMOVED, until)
            noted = self.journal.note(key.owner, chunk)
            missed = [each.id for each in stored if not self._reverted(key, each, noted)]
            self.journal.finish(key.owner, noted.number)
            if missed:
                there = replace(chunk, transaction_ids=tuple(missed), action=Noted.MODIFIED)
                self.journal.note(key.owner, replace(there, done=True))
            return missed

    def _reverted(self, key: IntegrationKey, stored: Transaction, noted: Chunk) -> bool:
        """Remove one that an import brought; False if somebody else was faster."""
        try:
            if stored.origin is not Origin.SOURCE:
                self.ledger.forget(key, stored.id, stored.revision)
                return True
            buried = changed_by(
                stored, stored.tombstone(), Action.REVERTED, noted.at, noted.import_id
            )
            self.ledger.replace(key, buried, stored.revision)
        except StaleVersion:
            return False
        return True

    @contextmanager
    def _writing(
        self,
        key: IntegrationKey,
        rows: Iterable[Transaction],
        until: datetime | None = None,
        *,
        past_the_lock: bool = False,
    ) -> Iterator[datetime]:
        """Be a writer in the months of transactions, if that may be; give until when."""
        times = [row.facts.occurred_at for row in rows]
        months = sorted({month_of(each) for each in times})
        now = self.clock.now()
        last = until or now + AT_WORK
        me = writer(new_id("edit", now), last)
        self.months.enter(key, months, me)
        try:
            self._refuse(key, times, past_the_lock=past_the_lock)
            yield last
        finally:
            self.months.leave(key, months, me)

    def refuse_locked(self, owner: str, times: Iterable[datetime]) -> None:
        """Refuse to change what lies in the owner's locked period. Raises Conflict."""
        if _holds(self.accounts.get(owner).lock, times):
            raise Conflict("This lies in a locked period; unlock it first.", "period_locked")

    def _refuse(
        self, key: IntegrationKey, times: Iterable[datetime], *, past_the_lock: bool
    ) -> None:
        """Refuse to write to what is locked, or gone; past the lock, to what is not locked."""
        integration = self.integrations.get(key)
        if integration is None or not holds_transactions(integration):
            raise NotFound
        if not past_the_lock:
            self.refuse_locked(key.owner, times)
            return
        lock = self.accounts.get(key.owner).lock
        if lock is None or not _holds(lock, times):
            raise Conflict("This period is not locked: sync missing imports it.", "not_locked")
        if not lock.sealed:
            raise Conflict("The period is just being locked; try again.", "busy")

    def _told(
        self, key: IntegrationKey, chunk: Chunk, write: Callable[[datetime], None]
    ) -> datetime | None:
        """Note a change and make it as of the moment that it got, which is given.

        None, and nothing noted, if somebody else was faster.
        """
        noted = self.journal.note(key.owner, chunk)
        try:
            write(noted.at)
        except StaleVersion:
            self.journal.void(key.owner, noted.number)
            return None
        self.journal.finish(key.owner, noted.number)
        return noted.at


def _holds(lock: PeriodLock | None, times: Iterable[datetime]) -> bool:
    """Tell whether any of some moments is locked."""
    return lock is not None and any(lock.holds(each) for each in times)


def _import_of(actor: str) -> str:
    """Give the import that a change belongs to: none if the owner made it by hand."""
    return "" if actor == OWNER else actor


def _noted_as(changed: Transaction) -> Noted:
    """Say what a change is to those who follow the journal."""
    return Noted.REMOVED if changed.state is State.DELETED else Noted.MODIFIED


def _refuse_endless(written: Transaction) -> None:
    """Refuse a history that an item could not hold."""
    told = [[change.before, change.after] for change in written.history or ()]
    if len(json.dumps(told)) > _LONGEST_HISTORY:
        raise Conflict("This transaction was changed too often.", "too_many_changes")
