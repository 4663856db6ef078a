"""Starting, joining, watching and canceling syncs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from tidemark.domain.consents import Need, Present
from tidemark.domain.ids import is_id, new_id
from tidemark.domain.integrations import Integration, IntegrationKey, IntegrationKind
from tidemark.domain.pages import Window
from tidemark.domain.ports import Clock, Integrations, Queue, Runs, Syncs, Workflow
from tidemark.domain.steps import Worker
from tidemark.domain.syncs import Mode, Problem, Run, Sync, Trigger, record_of
from tidemark.domain.waits import PendingConsent, Waiting
from tidemark.errors import Conflict, NotFound
from tidemark.services.find import integration_of
from tidemark.services.finish_sync import FinishSync
from tidemark.services.wake import Wake

_CANCEL_TIME = timedelta(seconds=30)
"""The API's own time limit: ending a waiting sync takes no longer."""


@dataclass(frozen=True)
class SyncRequests:
    """What owners, and the schedule, ask of syncs."""

    integrations: Integrations
    runs: Runs
    syncs: Syncs
    queue: Queue
    workflow: Workflow
    clock: Clock
    finishing: FinishSync
    waking: Wake

    def request(  # noqa: PLR0913 - one argument for each thing that may be asked for
        self,
        owner: str,
        integration_ids: Sequence[str] | Literal["all"],
        mode: Mode,
        window: Window | None = None,
        *,
        trigger: Trigger = Trigger.OWNER,
        only: str | None = None,
        present: Present | None = None,
    ) -> list[Sync]:
        """Start a sync of each integration, or join the one that is running.

        Nothing is started unless all can be. ``present`` is who asks: of interest to banks alone.

        Raises:
            NotFound: an integration is unknown.
            Conflict: it is ``paused``, ``deactivated``, being deleted, or has no source; a bank
                whose owner has not consented is ``reconnect_required``.
        """
        targets = self._targets(owner, integration_ids)
        now = self.clock.now()
        runs = [
            Run(
                new_id("sync", now),
                each.key,
                mode,
                now,
                trigger,
                window,
                only,
                touched_at=now,
                present=present if each.kind is IntegrationKind.BANK else None,
            )
            for each in targets
        ]
        return [self._start(run) for run in runs]

    def await_consent(
        self, key: IntegrationKey, pending: PendingConsent, present: Present | None
    ) -> Sync:
        """Start the first sync of a bank, which waits until its owner has consented."""
        now = self.clock.now()
        waiting = Waiting(Need.CONSENT, pending.until, pending.url)
        run = Run(
            new_id("sync", now),
            key,
            Mode.INCREMENTAL,
            now,
            Trigger.CONNECT,
            touched_at=now,
            wait_until=pending.until,
            waiting=waiting,
            present=present,
        )
        return seen_live(self._start(run), run)

    def anew(self, old: Run, present: Present | None) -> None:
        """Start another sync in place of one that was stopped, whose worker may not know it yet.

        The state machine waits until that one has let go.
        """
        now = self.clock.now()
        run = Run(
            new_id("sync", now),
            old.key,
            old.mode,
            now,
            Trigger.CONNECT,
            old.requested,
            old.only,
            touched_at=now,
            present=present,
        )
        if self.runs.claim(run, now).sync_id == run.sync_id:
            self.syncs.put(record_of(run))
            self.workflow.start(run.key, run.sync_id, 1)

    def cancel(self, owner: str, sync_id: str) -> Sync:
        """Ask a sync to stop: it does at its next page, at once while it waits.

        One that has ended stays as it is.
        """
        sync = self._get(owner, sync_id)
        if not sync.status.final and self.runs.request_cancel(sync.key, sync.id):
            self.end(sync.key, sync.id)
        return self.read(owner, sync_id)

    def end(self, key: IntegrationKey, sync_id: str, failure: Problem | None = None) -> None:
        """End a sync that nobody is at work on; an execution that waits is woken, to end too."""
        token = self.waking.take(key, sync_id)
        worker = Worker(f"cancel:{sync_id}", self.clock.now() + _CANCEL_TIME)
        self.finishing.finish(key, sync_id, worker, failure)
        self.waking.rouse(token)

    def view(self, sync: Sync) -> Sync:
        """Give a sync with its live progress."""
        run = None if sync.status.final else self.runs.current(sync.key)
        if run is None or run.sync_id != sync.id:
            return sync
        return seen_live(sync, run)

    def read(self, owner: str, sync_id: str) -> Sync:
        """Give one sync with its live progress. Raises NotFound."""
        return self.view(self._get(owner, sync_id))

    def _get(self, owner: str, sync_id: str) -> Sync:
        """Give one sync's record."""
        sync = self.syncs.get(owner, sync_id) if is_id("sync", sync_id) else None
        if sync is None:
            raise NotFound
        return sync

    def _targets(self, owner: str, ids: Sequence[str] | Literal["all"]) -> list[Integration]:
        """Give the integrations to sync; those named must all be able to."""
        if ids == "all":
            return [each for each in self.integrations.of_owner(owner) if refusal(each) is None]
        found = [integration_of(self.integrations, owner, each) for each in dict.fromkeys(ids)]
        for each in found:
            reason = refusal(each)
            if reason is not None and not self._waits_for_consent(each):
                raise reason
        return found

    def _waits_for_consent(self, integration: Integration) -> bool:
        """Tell whether there is a sync to join: a bank's first, which waits for its owner."""
        run = self.runs.current(integration.key)
        return run is not None and run.asks is not None and run.asks.need is Need.CONSENT

    def _start(self, run: Run) -> Sync:
        """Claim the integration for a run and hand it to a worker, or join the current run."""
        current = self.runs.claim(run, run.requested_at)
        if current.sync_id != run.sync_id:
            joined = self._joined(current, run)
            return self._start(run) if joined is None else self._join(joined)
        sync = record_of(run)
        self.syncs.put(sync)
        self._hand_over(run)
        return sync

    def _joined(self, current: Run, wanted: Run) -> Run | None:
        """Give the running one; the schedule's is its owner's, too, once asked for by hand.

        None: it has ended by now.
        """
        by_hand = wanted.trigger is not Trigger.SCHEDULE
        if current.trigger is not Trigger.SCHEDULE or not by_hand:
            return current
        return self.runs.ask_too(current.key, current.sync_id, wanted.present)

    def _join(self, run: Run) -> Sync:
        """Give the running sync, even if its record was lost between claim and writing."""
        sync = self.syncs.get(run.key.owner, run.sync_id)
        return seen_live(sync or record_of(run), run)

    def _hand_over(self, run: Run) -> None:
        """Give a short sync to the queue; one that is long or waits to the state machine."""
        if run.mode is Mode.INCREMENTAL and run.waiting is None:
            self.queue.send(run.key, run.sync_id)
        else:
            self.workflow.start(run.key, run.sync_id, 1)


def refusal(integration: Integration) -> Conflict | None:
    """Say why an integration cannot be synced now, if so."""
    if integration.kind is IntegrationKind.MANUAL:
        return Conflict("A manual integration has no source to sync with.", "no_source")
    if integration.deactivated:
        return Conflict("The integration is deactivated.", "deactivated")
    if integration.paused:
        return Conflict("The integration is paused; resume it first.", "paused")
    if integration.deleting:
        return Conflict("The integration is being deleted.", "deleting")
    if integration.kind is IntegrationKind.BANK and integration.sealed is None:
        return Conflict("The bank waits for your consent; see consent_url.", "reconnect_required")
    return None


def seen_live(sync: Sync, run: Run) -> Sync:
    """Lay a current run's progress over its record."""
    return replace(
        sync,
        status=run.status,
        started_at=run.started_at,
        window=run.window,
        streams=run.streams,
        until=None if run.answered else run.wait_until,
        warnings=run.warnings,
        waiting=run.asks,
    )
