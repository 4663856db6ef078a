"""Starting, joining, watching and canceling syncs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from tidemark.domain.ids import is_id, new_id
from tidemark.domain.integrations import Integration, IntegrationKind
from tidemark.domain.pages import Window
from tidemark.domain.ports import Clock, Integrations, Queue, Runs, Syncs, Workflow
from tidemark.domain.steps import Worker
from tidemark.domain.syncs import Mode, Run, Sync, SyncStatus, Trigger, record_of
from tidemark.errors import Conflict, NotFound
from tidemark.services.find import integration_of
from tidemark.services.finish_sync import FinishSync

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

    def request(  # noqa: PLR0913 - one argument for each thing that may be asked for
        self,
        owner: str,
        integration_ids: Sequence[str] | Literal["all"],
        mode: Mode,
        window: Window | None = None,
        *,
        trigger: Trigger = Trigger.OWNER,
        only: str | None = None,
    ) -> list[Sync]:
        """Start a sync of each integration, or join the one that is running.

        Nothing is started unless all can be.

        Raises:
            NotFound: an integration is unknown.
            Conflict: it is ``paused``, ``deactivated``, being deleted, or has no source.
        """
        targets = self._targets(owner, integration_ids)
        now = self.clock.now()
        runs = [
            Run(new_id("sync", now), each.key, mode, now, trigger, window, only, touched_at=now)
            for each in targets
        ]
        return [self._start(run) for run in runs]

    def cancel(self, owner: str, sync_id: str) -> Sync:
        """Ask a sync to stop: it does at its next page, at once while it waits.

        One that has ended stays as it is.
        """
        sync = self._get(owner, sync_id)
        if not sync.status.final and self.runs.request_cancel(sync.key, sync.id):
            worker = Worker(f"cancel:{sync.id}", self.clock.now() + _CANCEL_TIME)
            self.finishing.finish(sync.key, sync.id, worker)
        return self.read(owner, sync_id)

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
            if (reason := refusal(each)) is not None:
                raise reason
        return found

    def _start(self, run: Run) -> Sync:
        """Claim the integration for a run and hand it to a worker, or join the current run."""
        current = self.runs.claim(run, run.requested_at)
        if current.sync_id != run.sync_id:
            return self._join(current)
        sync = record_of(run)
        self.syncs.put(sync)
        self._hand_over(run)
        return sync

    def _join(self, run: Run) -> Sync:
        """Give the running sync, even if its record was lost between claim and writing."""
        sync = self.syncs.get(run.key.owner, run.sync_id)
        return seen_live(sync or record_of(run), run)

    def _hand_over(self, run: Run) -> None:
        """Give a short sync to the queue, a long one to the state machine."""
        if run.mode is Mode.INCREMENTAL:
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
    return None


def seen_live(sync: Sync, run: Run) -> Sync:
    """Lay a current run's progress over its record."""
    return replace(
        sync,
        status=SyncStatus.RUNNING if run.started_at else SyncStatus.QUEUED,
        started_at=run.started_at,
        window=run.window,
        streams=run.streams,
        until=run.wait_until,
        warnings=run.warnings,
    )
