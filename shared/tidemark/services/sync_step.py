"""The heart: one step of one sync.

A step takes the lease, reads pages while there is time, and checkpoints as it goes. The queue's
workers and the state machine drive the same step. How it ends is data, not an exception.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tidemark.domain.consents import Answer
from tidemark.domain.integrations import Integration, IntegrationKey
from tidemark.domain.licences import DEFAULT, Licences
from tidemark.domain.ports import Connectors, CoverageStore, Integrations, Quotas, Source, Vault
from tidemark.domain.setbacks import set_back
from tidemark.domain.steps import Outcome, StepResult, Worker
from tidemark.domain.syncs import Lease
from tidemark.errors import (
    ConsentGone,
    LeaseHeld,
    LeaseLost,
    NotConfigured,
    SourceError,
    TidemarkError,
    VaultError,
)
from tidemark.services.await_owner import AwaitOwner
from tidemark.services.begin_run import Beginning
from tidemark.services.commit import Books, Writer
from tidemark.services.entitlement import Entitlement
from tidemark.services.leasing import leased
from tidemark.services.parking import Beside
from tidemark.services.read_stream import StreamWalk, Walked
from tidemark.services.recheck_rights import RecheckRights
from tidemark.services.source_changes import SourceChanges

STEPS_PER_EXECUTION = 1_500
"""Each costs a state machine about ten events of the 25,000 that an execution may have."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """Until when (UTC) a step reads, and which stream; None: all."""

    deadline: datetime
    stream: str | None


@dataclass(frozen=True)
class SyncStep:
    """Reads integrations, one step at a time."""

    books: Books
    integrations: Integrations
    coverage: CoverageStore
    connectors: Connectors
    vault: Vault
    awaiting: AwaitOwner
    quotas: Quotas
    licences: Licences = DEFAULT

    def step(
        self,
        key: IntegrationKey,
        sync_id: str,
        worker: Worker,
        budget: timedelta,
        stream: str | None = None,
    ) -> StepResult:
        """Work on a sync for as long as ``budget`` allows: on one stream, or on all of them.

        Raises:
            StoreUnavailable: the database does not keep up; the step may be tried again.
        """
        deadline = self.books.clock.now() + budget
        try:
            with leased(self.books.runs, self.books.clock, key, sync_id, worker) as lease:
                return self._work(lease, deadline, stream)
        except LeaseHeld as held:
            return StepResult(Outcome.WAIT, held.until, busy=True)
        except LeaseLost:
            return StepResult(Outcome.STOPPED)

    def plan(self, key: IntegrationKey, sync_id: str, worker: Worker, execution: int) -> list[str]:
        """Begin the run for a new execution of the state machine.

        Gives the streams that are left to read: none if the run is not ours any more.

        Raises:
            LeaseHeld: another worker is just letting go.
        """
        try:
            with leased(self.books.runs, self.books.clock, key, sync_id, worker) as lease:
                return self._plan(lease, execution)
        except LeaseLost:
            return []

    def _plan(self, lease: Lease, execution: int) -> list[str]:
        """Begin the run and note which execution drives it."""
        integration = self.integrations.get(lease.key)
        if integration is None:
            return []
        run = replace(lease.run, executions=max(execution, lease.run.executions), steps=0)
        lease, beginning = replace(lease, run=run), self._beginning(integration)
        if run.waiting is not None and run.window is None:
            self.books.runs.checkpoint(lease, run)
            return list(beginning.facts.streams)
        return [each.name for each in self._begun(lease, beginning).run.streams if not each.done]

    def _work(self, lease: Lease, deadline: datetime, stream: str | None) -> StepResult:
        """Begin the run if this is its first step, and read what is left of it."""
        integration = self.integrations.get(lease.key)
        if integration is None or integration.deleting:
            return StepResult(Outcome.STOPPED)
        if integration.paused or integration.deactivated:
            self.books.runs.request_cancel(lease.key, lease.run.sync_id)
            return StepResult(Outcome.DONE)
        if lease.run.over:
            return StepResult(Outcome.DONE)
        try:
            resumed = self.awaiting.resume(lease, integration)
        except VaultError as error:
            return self._set_back(lease, error, lease.run.nonce)
        if isinstance(resumed, StepResult):
            return resumed
        return self._go_on(*resumed, integration, _Reading(deadline, stream))

    def _go_on(
        self, lease: Lease, answer: Answer | None, integration: Integration, reading: _Reading
    ) -> StepResult:
        """Begin the run or go on with it, nobody being waited for."""
        beginning = self._beginning(integration)
        lease = self._begun(lease, beginning)
        if lease.run.over:
            return StepResult(Outcome.DONE)
        if lease.run.steps > STEPS_PER_EXECUTION:
            return StepResult(Outcome.HAND_OVER)
        return self._visit(lease, beginning, answer, reading)

    def _visit(
        self, lease: Lease, beginning: Beginning, answer: Answer | None, reading: _Reading
    ) -> StepResult:
        """Open the source, give it the answer if there is one, and read."""
        try:
            source = self._opened(lease, beginning)
        except (VaultError, NotConfigured, ConsentGone) as error:
            return self._set_back(lease, error, lease.run.nonce)
        with source:
            try:
                lease = self.awaiting.greet(lease, source, answer)
            except SourceError as error:
                return self._set_back(lease, error, source.nonce)
            return self._read(self._writer(lease, beginning, source), beginning, reading)

    def _opened(self, lease: Lease, beginning: Beginning) -> Source:
        """Open the source: it knows whether an owner who is there makes a difference."""
        sealed, run = beginning.integration.sealed, lease.run
        if sealed is None:
            raise ConsentGone("The bank has not been told that it may be read.")
        return beginning.facts.open(
            self.vault.open(lease.key, sealed),
            nonce=run.nonce,
            present=run.present,
            quota=self.quotas.of(lease.key),
        )

    def _beginning(self, integration: Integration) -> Beginning:
        """Gather what decides how the run begins."""
        facts = self.connectors.get(integration.connector)
        coverage, _ = self.coverage.read(integration.key)
        return Beginning(integration, facts, coverage, self.books.ledger, self.books.parked)

    def _begun(self, lease: Lease, beginning: Beginning) -> Lease:
        """Begin the run if it has not begun, and count the step."""
        run = lease.run
        if run.window is None:
            run = beginning.begin(run, self.books.clock.now())
            self.awaiting.say(run)
        now = self.books.clock.now()
        counted = replace(run, steps=run.steps + 1, touched_at=now, wait_until=None)
        entitlement = Entitlement(self.books, self.licences)
        return entitlement.checkpoint(replace(lease, run=counted), beginning.integration)

    def _read(self, writer: Writer, beginning: Beginning, reading: _Reading) -> StepResult:
        """Walk the streams; leave the months behind in order, however it ends."""
        try:
            self._rights.recheck(beginning.integration, beginning.facts, writer.source)
            return self._walk_all(writer, beginning, reading)
        except SourceError as error:
            return self._set_back(writer.lease, error, writer.source.nonce)
        finally:
            writer.close()

    @property
    def _rights(self) -> RecheckRights:
        """Give what asks again what a key may do."""
        books = self.books
        return RecheckRights(self.integrations, self.coverage, books.issues, books.clock)

    def _writer(self, lease: Lease, beginning: Beginning, source: Source) -> Writer:
        """Open the books for this step."""
        lock = self.books.accounts.get(lease.key.owner).lock
        return Writer(
            self.books,
            source,
            replace(beginning.rules(lease.run), lock=lock),
            lease,
            fresh=self.books.ledger.is_empty(lease.key),
            beside=self._beside(lease.key),
        )

    def _beside(self, key: IntegrationKey) -> Beside:
        """Look up what lies beside the ledger."""
        parked = self.books.parked
        return Beside(
            parked,
            key,
            unread=frozenset(row.id for row, _ in parked.unread(key)),
            held={each.id: each for each in parked.held(key)},
            changed=SourceChanges(self.books.issues, self.books.clock).told(key),
        )

    def _walk_all(self, writer: Writer, beginning: Beginning, reading: _Reading) -> StepResult:
        """Walk each stream that was asked for and is not done yet."""
        for progress in writer.run.streams:
            if reading.stream not in {None, progress.name}:
                continue
            walk = StreamWalk(
                writer=writer,
                stream=progress.name,
                window=beginning.window(writer.run),
                bookmark=beginning.bookmark(writer.run, progress.name),
                deadline=reading.deadline,
            )
            match walk.walk():
                case Walked.CANCELED:
                    return StepResult(Outcome.DONE)
                case Walked.OUT_OF_TIME:
                    return StepResult(Outcome.MORE)
        return StepResult(Outcome.DONE)

    def _set_back(self, lease: Lease, error: TidemarkError, nonce: int) -> StepResult:
        """Keep what the setback means for the run."""
        now = self.books.clock.now()
        run, result = set_back(lease.run, error, now)
        self.books.runs.checkpoint(lease, replace(run, nonce=nonce, touched_at=now))
        if result.outcome is Outcome.ASK_USER:
            self.awaiting.say(run)
        return result
