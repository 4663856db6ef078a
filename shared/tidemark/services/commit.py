"""Writing pages to the ledger: data first, then the checkpoint.

Whatever happens in between, the next attempt finds what was written by time and by id, and goes on
from the last checkpoint. Pages are written under the integration's lease.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tidemark.domain.journal import Chunk, Noted
from tidemark.domain.moments import month_of, parse
from tidemark.domain.months import writer
from tidemark.domain.pages import Page
from tidemark.domain.ports import (
    Accounts,
    Clock,
    Issues,
    Journal,
    Ledger,
    Months,
    Parked,
    Runs,
    Source,
)
from tidemark.domain.reading import counted, joined
from tidemark.domain.sorting import Rules, Sorted, sort_out, was_counted
from tidemark.domain.syncs import Lease, Run, StreamProgress
from tidemark.domain.transactions import Found, Known, State, Transaction, grown, imported, restored
from tidemark.errors import LeaseLost, StaleVersion
from tidemark.services.parking import Beside
from tidemark.services.source_changes import SourceChanges

_TICK = timedelta(microseconds=1)
_ENRICH_TRIES = 2
"""After so many waits in a row without a commit, transactions are kept without their details."""


@dataclass(frozen=True)
class Books:
    """The stores that a sync writes to."""

    ledger: Ledger
    journal: Journal
    months: Months
    runs: Runs
    parked: Parked
    issues: Issues
    accounts: Accounts
    clock: Clock


@dataclass
class Writer:
    """Writes the pages of one step, under one lease.

    ``fresh`` says that the integration had no item when the step began: then what this step wrote
    is all there is, and nothing needs to be looked up.
    """

    books: Books
    source: Source
    rules: Rules
    lease: Lease
    fresh: bool
    beside: Beside
    _own: set[str] = field(default_factory=set)
    _entered: set[str] = field(default_factory=set)
    _noted: Chunk | None = None

    @property
    def run(self) -> Run:
        """Give the run as of the last checkpoint."""
        return self.lease.run

    @property
    def held(self) -> int:
        """Count what this run was the first to hold: it counts no such one again."""
        return sum(was_counted(each, self.run) for each in self.beside.held.values())

    def is_to_stop(self) -> bool:
        """Look whether a cancel was asked for. Raises LeaseLost: somebody stopped this run."""
        run = self.books.runs.current(self.lease.key)
        if run is None or run.sync_id != self.run.sync_id:
            raise LeaseLost("the run was stopped")
        return run.cancel_requested

    def write(self, pages: Sequence[Page], progress: StreamProgress) -> None:
        """Write pages and note how far the stream has come (``progress`` without their counts).

        Raises:
            RateLimited: the details of new transactions cannot be read now; nothing was written.
            LeaseLost: somebody stopped this run.
            StoreUnavailable: the database does not keep up; nothing was checkpointed.
        """
        found = joined(pages)
        asked = [each for each in found.values() if self.rules.asked_for(each)]
        wanted = [each for each in asked if not self.rules.before_start(each)]
        known = self._known(wanted)
        todo = sort_out(wanted, known, replace(self.rules, held=self.beside.held), self.run)
        at = self._put(self._detailed(todo), self._moment())
        self.beside.park(pages, found, self.run.sync_id)
        self.beside.hold(todo, known, self.run.sync_id, at)
        if self.beside.changed:
            self._changes.settle(self.lease.key, self.beside.changed, wanted, known)
        counts = replace(todo.counts.plus(counted(pages)), before_start=len(asked) - len(wanted))
        self._checkpoint(pages, replace(progress, counts=progress.counts.plus(counts)), at)

    def close(self) -> None:
        """Leave the months that were written to, and say that nothing noted is left to write."""
        if self._noted is not None:
            self.books.journal.finish(self.lease.key.owner, self._noted.number)
            self._noted = None
        if self._entered:
            self.books.months.leave(self.lease.key, sorted(self._entered), self._name)
            self._entered.clear()

    @property
    def _changes(self) -> SourceChanges:
        """Give what tells of changes at the source."""
        return SourceChanges(self.books.issues, self.books.clock)

    @property
    def _name(self) -> str:
        """Name this writer in the month buckets."""
        return writer(f"{self.run.sync_id}:{self.lease.fence}", self.lease.until)

    def _known(self, wanted: Sequence[Found]) -> Mapping[str, Known]:
        """Look up what is there: by time, in short, and whatever is not as it was then by id.

        What seems new may be there too: its time may have moved.
        """
        if not wanted:
            return {}
        if self.fresh:
            again = {each.id for each in wanted} & self._own
            return self.books.ledger.known_by_id(self.lease.key, again) if again else {}
        times = [each.occurred_at for each in wanted]
        known = self.books.ledger.known_between(self.lease.key, min(times), max(times))
        digests = {k.id: k.digest for k in known.values() if k.state != State.DELETED}
        unsure = [each.id for each in wanted if digests.get(each.id) != each.digest]
        unsure += self.beside.held.keys() & known.keys()
        if unsure:
            sure = {name: known[name] for name in known.keys() - unsure}
            known = {**sure, **self.books.ledger.known_by_id(self.lease.key, set(unsure))}
        return known

    def _detailed(self, todo: Sorted) -> Sorted:
        """Have the source add details to what is about to be written."""
        held = [found for found, _ in todo.held if found.id not in self.beside.held]
        fresh = [*todo.new, *(found for found, _ in todo.revive), *held]
        if fresh and self.run.waits < _ENRICH_TRIES:
            detailed = {each.id: each for each in self.source.enrich(fresh)}
            todo.new = [detailed[each.id] for each in todo.new]
            todo.revive = [(detailed[found.id], known) for found, known in todo.revive]
            todo.held = [(detailed.get(found.id, found), why) for found, why in todo.held]
        return todo

    def _put(self, todo: Sorted, moment: datetime) -> datetime:
        """Write what is new, took on legs, or came back; give the moment that it got."""
        self._enter(todo)
        fresh = [each.id for each in (*todo.new, *(found for found, _ in todo.revive))]
        at = self._note(Noted.ADDED, fresh, moment)
        by = self.run.sync_id
        self.books.ledger.add(self.lease.key, [imported(found, at=at, by=by) for found in todo.new])
        self._own.update(each.id for each in todo.new)
        if todo.revive:
            self._revive(todo.revive, at)
        at = self._note(Noted.MODIFIED, [known.id for _, known in todo.grow], at)
        for found, known in todo.grow:
            self._grow(found, known, at)
        for found, known in todo.changed:
            self._changes.tell(self.lease.key, found, known)
        return at

    def _moment(self) -> datetime:
        """Give the moment of this commit: after that of the last one."""
        last = self.run.checkpointed_at
        now = self.books.clock.now()
        return now if last is None else max(now, last + _TICK)

    def _enter(self, todo: Sorted) -> None:
        """Enter the months that are about to be written to."""
        months = {month_of(found.occurred_at) for found in todo.new}
        for found, known in (*todo.grow, *todo.revive):
            months |= {month_of(found.occurred_at), month_of(parse(known.occurred_at))}
        if missing := sorted(months - self._entered):
            self.books.months.enter(self.lease.key, missing, self._name)
            self._entered.update(missing)

    def _note(self, action: Noted, ids: Sequence[str], moment: datetime) -> datetime:
        """Note in the journal what is about to be written; give the moment that it got."""
        if not ids:
            return moment
        key, until = self.lease.key, self.lease.until
        chunk = Chunk(moment, self.run.sync_id, key.integration_id, tuple(ids), action, until)
        self._noted = self.books.journal.note(key.owner, chunk)
        return self._noted.at

    def _revive(self, todo: Sequence[tuple[Found, Known]], at: datetime) -> None:
        """Make tombstones transactions again."""
        by = self.run.sync_id
        stored = self.books.ledger.get_many(self.lease.key, [known.id for _, known in todo])
        for found, known in todo:
            if known.id in stored:
                fresh = restored(stored[known.id], found, at=at, by=by, actor=by)
                self._replace(fresh, known.revision)

    def _replace(self, transaction: Transaction, expected: int) -> None:
        """Write over a revision; if the owner was quicker, the owner's word stands."""
        with suppress(StaleVersion):
            self.books.ledger.replace(self.lease.key, transaction, expected)

    def _grow(self, found: Found, known: Known, at: datetime) -> None:
        """Add legs that came late to the transaction they belong to."""
        stored = self.books.ledger.get(self.lease.key, known.id)
        if stored is not None and stored.revision == known.revision:
            self._replace(grown(stored, found, at=at, actor=self.run.sync_id), stored.revision)

    def _checkpoint(self, pages: Sequence[Page], progress: StreamProgress, at: datetime) -> None:
        """Keep how far the run is, if it is still ours."""
        warnings = [*self.run.warnings, *(text for page in pages for text in page.warnings)]
        run = replace(
            self.run.with_stream(progress),
            checkpointed_at=at,
            touched_at=at,
            nonce=self.source.nonce,
            warnings=tuple(dict.fromkeys(warnings))[:20],
            waits=0,
            answers=0,
            wait_until=None,
        )
        self.lease = self.books.runs.checkpoint(self.lease, run)
