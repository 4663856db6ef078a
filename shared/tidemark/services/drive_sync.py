"""Driving syncs: from the queue on, and those that lost their driver."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.ports import Clock, Runs, Workflow
from tidemark.domain.steps import Outcome, StepResult, Worker
from tidemark.domain.syncs import Run
from tidemark.services.check_balances import CheckBalances
from tidemark.services.finish_sync import FinishSync
from tidemark.services.sync_step import SyncStep

_SILENT_FOR = timedelta(minutes=30)
"""A current run without a sign of life for so long has lost its driver."""

_MOST_LOST = 100
"""So many executions in a row may end before they have done anything at all."""


@dataclass(frozen=True)
class DriveSync:
    """Takes a queued sync through all its parts; what outgrows the worker is promoted."""

    stepping: SyncStep
    checking: CheckBalances
    finishing: FinishSync
    workflow: Workflow

    def drive(
        self, key: IntegrationKey, sync_id: str, worker: Worker, budget: timedelta
    ) -> StepResult:
        """Read, check, finish; or hand the rest to the state machine, under the same run id.

        A sync that another worker is at is left to it.
        """
        result = self.stepping.step(key, sync_id, worker, budget)
        if result.outcome is Outcome.DONE:
            result = self.checking.check(key, sync_id, worker)
        if result.outcome is Outcome.DONE:
            self.finishing.finish(key, sync_id, worker)
        elif result.outcome is not Outcome.STOPPED and not result.busy:
            self.workflow.start(key, sync_id, 1)
        return result


@dataclass(frozen=True)
class Redrive:
    """Finds runs that nobody drives any more, and gives each a new driver."""

    runs: Runs
    workflow: Workflow
    clock: Clock

    def redrive(self) -> int:
        """Hand every run without a sign of life to a new execution of the state machine.

        That one ends it for good, whatever happens. Gives how many there were.
        """
        now = self.clock.now()
        silent = [run for run in self.runs.abandoned(now - _SILENT_FOR) if not _waits(run, now)]
        for run in silent:
            drive_anew(self.workflow, run)
        return len(silent)


def drive_anew(workflow: Workflow, run: Run) -> None:
    """Start the next execution; those that ended before they left a trace are passed over."""
    first = run.executions + 1
    numbers = range(first, first + _MOST_LOST)
    any(workflow.start(run.key, run.sync_id, number) for number in numbers)


def _waits(run: Run, now: datetime) -> bool:
    """Tell whether a run is silent because it waits for its owner, who still has time."""
    return run.asks is not None and now < run.asks.until
