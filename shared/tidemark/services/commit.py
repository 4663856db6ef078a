"""Writing pages to the ledger: data first, then the checkpoint.

Whatever happens in between, the next attempt finds what was written by time and by id, and goes on
from the last checkpoint. Pages are written under the integration's lease.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tidemark.domain.issues import Issue, IssueType, issue_id
from tidemark.domain.journal import Chunk
from tidemark.domain.legs import merge_legs
from tidemark.domain.moments import month_of, parse, spell
from tidemark.domain.months import writer
from tidemark.domain.pages import Page
from tidemark.domain.ports import Clock, Issues, Journal, Ledger, Months, Parked, Runs, Source
from tidemark.domain.sorting import Rules, Sorted, sort_out
from tidemark.domain.syncs import Counts, Lease, Run, StreamProgress
from tidemark.domain.transactions import Found, Known, Transaction, imported, merge, merge_raw
from tidemark.errors import StaleVersion

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
    unread_ids: frozenset[str]
    _own: set[str] = field(default_factory=set)
    _entered: set[str] = field(default_factory=set)

    @property
    def run(self) -> Run:
        """Give the run as of the last checkpoint."""
        return self.lease.run

    def write(self, pages: Sequence[Page], progress: StreamProgress) -> None:
        """Write pages and note how far the stream has come (``progress`` without their counts).

        Raises:
            RateLimited: the details of new transactions cannot be read now; nothing was written.
            LeaseLost: somebody stopped this run.
            StoreUnavailable: the database does not keep up; nothing was checkpointed.
        """
        found = _joined(pages)
        asked = [each for each in found.values() if self.rules.asked_for(each)]
        wanted = [each for each in asked if not self.rules.before_start(each)]
        todo = sort_out(wanted, self._known(wanted), self.rules, self.run)
        at = self._moment()
        self._put(self._detailed(todo), at)
        self._park(pages, found)
        counts = replace(todo.counts.plus(_reading(pages)), before_start=len(asked) - len(wanted))
        self._checkpoint(pages, replace(progress, counts=progress.counts.plus(counts)), at)

    def close(self) -> None:
        """Leave the months that were written to."""
        if self._entered:
            self.books.months.leave(self.lease.key, sorted(self._entered), self._name)
            self._entered.clear()

    @property
    def _name(self) -> str:
        """Name this writer in the month buckets."""
        return writer(f"{self.run.sync_id}:{self.lease.fence}", self.lease.until)

    def _known(self, wanted: Sequence[Found]) -> Mapping[str, Known]:
        """Look up what is there: by time, and what seems new by id, for its time may have moved."""
        if not wanted:
            return {}
        if self.fresh:
            again = {each.id for each in wanted} & self._own
            return self.books.ledger.known_by_id(self.lease.key, again) if again else {}
        times = [each.occurred_at for each in wanted]
        known = self.books.ledger.known_between(self.lease.key, min(times), max(times))
        unknown = [each.id for each in wanted if each.id not in known]
        if unknown:
            known = {**known, **self.books.ledger.known_by_id(self.lease.key, unknown)}
        return known

    def _detailed(self, todo: Sorted) -> Sorted:
        """Have the source add details to what is about to be written."""
        fresh = [*todo.new, *(found for found, _ in todo.revive)]
        if fresh and self.run.waits < _ENRICH_TRIES:
            detailed = {each.id: each for each in self.source.enrich(fresh)}
            todo.new = [detailed[each.id] for each in todo.new]
            todo.revive = [(detailed[found.id], known) for found, known in todo.revive]
        return todo

    def _put(self, todo: Sorted, at: datetime) -> None:
        """Write what is new, took on legs, or came back; tell of what the source changed."""
        by = self.run.sync_id
        new = [imported(found, at=at, by=by) for found in todo.new]
        revived = [
            imported(found, at=at, by=by, revision=known.revision + 1)
            for found, known in todo.revive
        ]
        self._enter([*new, *revived], todo.grow)
        self._note(at, [each.id for each in (*new, *revived)])
        self.books.ledger.add(self.lease.key, new)
        self._own.update(each.id for each in new)
        for each in revived:
            self._replace(each, each.revision - 1)
        for found, known in todo.grow:
            self._grow(found, known)
        for found, _ in todo.changed:
            self._tell_changed(found)

    def _moment(self) -> datetime:
        """Give the moment of this commit: after that of the last one."""
        last = self.run.checkpointed_at
        now = self.books.clock.now()
        return now if last is None else max(now, last + _TICK)

    def _enter(self, written: Iterable[Transaction], grow: Iterable[tuple[Found, Known]]) -> None:
        """Enter the months that are about to be written to."""
        months = {month_of(each.occurred_at) for each in written}
        for found, known in grow:
            months |= {month_of(found.occurred_at), month_of(parse(known.occurred_at))}
        if missing := sorted(months - self._entered):
            self.books.months.enter(self.lease.key, missing, self._name)
            self._entered.update(missing)

    def _note(self, at: datetime, ids: Sequence[str]) -> None:
        """Note in the journal what is about to be written."""
        if ids:
            key = self.lease.key
            chunk = Chunk(at, self.run.sync_id, key.integration_id, tuple(ids))
            self.books.journal.note(key.owner, chunk)

    def _replace(self, transaction: Transaction, expected: int) -> bool:
        """Write over a revision; if the owner was quicker, the owner's word stands."""
        try:
            self.books.ledger.replace(self.lease.key, transaction, expected)
        except StaleVersion:
            return False
        return True

    def _grow(self, found: Found, known: Known) -> None:
        """Add legs that came late to the transaction they belong to."""
        stored = self.books.ledger.get(self.lease.key, known.id)
        if stored is None:
            return
        self._replace(
            replace(
                stored,
                legs=merge_legs(stored.legs, found.legs),
                occurred_at=min(stored.occurred_at, found.occurred_at),
                details={**found.details, **stored.details},
                raw=merge_raw(stored.raw or "", found.raw),
                revision=stored.revision + 1,
            ),
            stored.revision,
        )

    def _tell_changed(self, found: Found) -> None:
        """Open an issue: the source tells another amount, sign or asset than what is stored."""
        integration = self.lease.key.integration_id
        issue = Issue(
            id=issue_id(integration, IssueType.SOURCE_CHANGED, found.id),
            integration_id=integration,
            type=IssueType.SOURCE_CHANGED,
            message="The source now tells other amounts than those stored.",
            opened_at=self.books.clock.now(),
            subject=found.id,
            details={"occurred_at": spell(found.occurred_at)},
        )
        self.books.issues.open(self.lease.key.owner, issue)

    def _park(self, pages: Sequence[Page], found: Mapping[str, Found]) -> None:
        """Keep what was not understood or not settled; drop what is understood now."""
        key, sync_id = self.lease.key, self.run.sync_id
        if unread := [row for page in pages for row in page.unread]:
            self.books.parked.park_unread(key, unread, sync_id)
        if pending := [each for page in pages for each in page.pending]:
            self.books.parked.park_pending(key, pending, sync_id)
        if self.unread_ids:
            read = {leg.id for each in found.values() for leg in each.legs} & self.unread_ids
            self.books.parked.settle_unread(key, read)

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
            wait_until=None,
        )
        self.lease = self.books.runs.checkpoint(self.lease, run)


def _joined(pages: Sequence[Page]) -> dict[str, Found]:
    """Join the pages' transactions: parts of one event become one."""
    joined: dict[str, Found] = {}
    for page in pages:
        for found in page.transactions:
            first = joined.get(found.id)
            joined[found.id] = found if first is None or first == found else merge(first, found)
    return joined


def _reading(pages: Sequence[Page]) -> Counts:
    """Count what was read."""
    return Counts(
        pages=len(pages),
        read=sum(page.read for page in pages),
        unreadable=sum(len(page.unread) for page in pages),
    )
