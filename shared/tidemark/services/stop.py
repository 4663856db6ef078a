"""Stopping what runs: stop means stop, and is acknowledged only when nobody can write any more."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.ports import Clock, Runs, Syncs
from tidemark.domain.syncs import Problem, Run, SyncStatus
from tidemark.services.quiet import wait_until_quiet
from tidemark.services.wake import Wake


@dataclass(frozen=True)
class Stop:
    """Stops the sync of an integration. ``sleep`` takes seconds."""

    runs: Runs
    syncs: Syncs
    clock: Clock
    sleep: Callable[[float], None]
    waking: Wake | None = None
    """Without, an execution that waits for an owner ends when its heartbeats stay away."""

    def stop(self, key: IntegrationKey, reason: str, others: Callable[[], bool] = bool) -> None:
        """Take the integration from whoever is at work, and wait until no worker can write.

        ``others`` tells whether anybody else is busy who has to be waited for, too.

        Raises:
            Conflict: code ``still_stopping``: asked in time, somebody has not let go yet.
        """
        self.interrupt(key, reason)
        wait_until_quiet(lambda: self.has_worker(key) or others(), self.sleep)

    def interrupt(self, key: IntegrationKey, reason: str) -> None:
        """Take the integration from whoever is at work, who may still write for a while."""
        run = self.runs.current(key)
        token = self.waking.take(key, run.sync_id) if self.waking and run else None
        self.runs.interrupt(key)
        if self.waking is not None:
            self.waking.rouse(token)
        if run is not None:
            self._close(run, reason)

    def has_worker(self, key: IntegrationKey) -> bool:
        """Tell whether a worker may still write for this integration."""
        return self.runs.busy_until(key, self.clock.now()) is not None

    def _close(self, run: Run, reason: str) -> None:
        """End the record of the run that was stopped."""
        sync = self.syncs.get(run.key.owner, run.sync_id)
        if sync is None or sync.status.final:
            return
        problem = Problem("canceled", reason, "Start it again; it goes on where it stopped.")
        ended = replace(
            sync,
            status=SyncStatus.CANCELED,
            started_at=run.started_at,
            ended_at=self.clock.now(),
            window=run.window,
            streams=run.streams,
            warnings=run.warnings,
            problem=problem,
            until=None,
            waiting=None,
        )
        self.syncs.put(ended)
