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

from tidemark.domain.history import OWNER, Action
from tidemark.domain.ids import new_id
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.journal import Chunk, Noted
from tidemark.domain.moments import month_of
from tidemark.domain.months import writer
from tidemark.domain.ports import Accounts, Clock, Integrations, Journal, Ledger, Months
from tidemark.domain.transactions import State, Transaction, changed_by
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
            noted = _noted_as(changed)
            by = "" if actor == OWNER else actor
            chunk = Chunk(now, by, key.integration_id, (stored.id,), noted, until)
            done = self._told(
                key, chunk, lambda: self.ledger.replace(key, written, stored.revision)
            )
            return written if done else None

    def forget(self, key: IntegrationKey, stored: Transaction, actor: str = OWNER) -> bool:
        """Remove a transaction without a trace; False if somebody else was faster.

        Raises:
            NotFound, Conflict: as ``change``.
        """
        with self._writing(key, [stored]) as until:
            by = "" if actor == OWNER else actor
            removed = Noted.REMOVED
            chunk = Chunk(self.clock.now(), by, key.integration_id, (stored.id,), removed, until)
            return self._told(
                key, chunk, lambda: self.ledger.forget(key, stored.id, stored.revision)
            )

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

    @contextmanager
    def _writing(
        self, key: IntegrationKey, rows: Iterable[Transaction], until: datetime | None = None
    ) -> Iterator[datetime]:
        """Be a writer in the months of transactions, if that may be; give until when."""
        times = [row.facts.occurred_at for row in rows]
        months = sorted({month_of(each) for each in times})
        now = self.clock.now()
        last = until or now + AT_WORK
        me = writer(new_id("edit", now), last)
        self.months.enter(key, months, me)
        try:
            self._refuse(key, times)
            yield last
        finally:
            self.months.leave(key, months, me)

    def _refuse(self, key: IntegrationKey, times: Iterable[datetime]) -> None:
        """Refuse to write to what is locked, or gone."""
        integration = self.integrations.get(key)
        if integration is None or not holds_transactions(integration):
            raise NotFound
        lock = self.accounts.get(key.owner).lock
        if lock is not None and any(lock.holds(each) for each in times):
            raise Conflict("This lies in a locked period; unlock it first.", "period_locked")

    def _told(self, key: IntegrationKey, chunk: Chunk, write: Callable[[], None]) -> bool:
        """Note a change and make it; False, and nothing noted, if somebody else was faster."""
        noted = self.journal.note(key.owner, chunk)
        try:
            write()
        except StaleVersion:
            self.journal.void(key.owner, noted.number)
            return False
        self.journal.finish(key.owner, noted.number)
        return True


def _noted_as(changed: Transaction) -> Noted:
    """Say what a change is to those who follow the journal."""
    return Noted.REMOVED if changed.state is State.DELETED else Noted.MODIFIED


def _refuse_endless(written: Transaction) -> None:
    """Refuse a history that an item could not hold."""
    told = [[change.before, change.after] for change in written.history or ()]
    if len(json.dumps(told)) > _LONGEST_HISTORY:
        raise Conflict("This transaction was changed too often.", "too_many_changes")
