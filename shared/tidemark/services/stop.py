"""Stopping what runs: stop means stop, and is acknowledged only when nobody can write any more."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.ports import Clock, Runs, Syncs
from tidemark.domain.syncs import Problem, Run, SyncStatus
from tidemark.errors import Conflict

LONGEST = timedelta(seconds=20)
"""How long a request waits for a worker to let go."""

_PAUSE = timedelta(seconds=0.5)


@dataclass(frozen=True)
class Stop:
    """Stops the sync of an integration. ``sleep`` takes seconds."""

    runs: Runs
    syncs: Syncs
    clock: Clock
    sleep: Callable[[float], None]

    def stop(self, key: IntegrationKey, reason: str) -> None:
        """Take the integration from whoever is at work, and wait until nobody can write.

        Raises:
            Conflict: code ``still_stopping``: asked in time, a worker has not let go yet.
        """
        run = self.runs.current(key)
        self.runs.interrupt(key)
        if run is not None:
            self._close(run, reason)
        self._wait(key)

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
        )
        self.syncs.put(ended)

    def _wait(self, key: IntegrationKey) -> None:
        """Wait until no worker can write for this integration."""
        patience = LONGEST
        while self.runs.busy_until(key, self.clock.now()) is not None:
            if patience <= timedelta(0):
                raise Conflict("A sync is still stopping; try again shortly.", "still_stopping")
            self.sleep(_PAUSE.total_seconds())
            patience -= _PAUSE
