"""Executions that wait for their owners: keeping their tokens, and waking them.

A token is taken before it is used, so that it is used once; whoever took it sees to it that the
run goes on, by a new execution if the old one is gone.
"""

from dataclasses import dataclass
from datetime import datetime

from tidemark.domain.consent_ports import Waits
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.ports import Clock, Runs, Workflow
from tidemark.errors import TidemarkError
from tidemark.services.drive_sync import drive_anew


class NothingToAsk(TidemarkError):
    """Nobody has to be waited for: there is an answer, or the run is over."""

    code = "nothing_to_ask"


@dataclass(frozen=True)
class KeepToken:
    """Lets an execution be woken."""

    runs: Runs
    waits: Waits

    def keep(self, key: IntegrationKey, sync_id: str, token: str) -> None:
        """Keep the token of an execution that waits from now on.

        Raises:
            NothingToAsk: it has to go on at once.
        """
        run = self.runs.current(key)
        waiting = run.waiting if run is not None and run.sync_id == sync_id else None
        if waiting is None or not self.waits.keep(key, sync_id, token, waiting.until):
            raise NothingToAsk("nobody has to be asked any more")


@dataclass(frozen=True)
class Wake:
    """Wakes executions that wait."""

    runs: Runs
    waits: Waits
    workflow: Workflow

    def take(self, key: IntegrationKey, sync_id: str) -> str | None:
        """Take the token, for ``rouse`` after the run has ended."""
        return self.waits.take_token(key, sync_id)

    def rouse(self, token: str | None) -> None:
        """Wake an execution whose run has ended: it finds nothing to do."""
        if token is not None:
            self.workflow.wake(token)

    def wake(self, key: IntegrationKey, sync_id: str) -> None:
        """Have a run go on that was waited with; who is about to wait finds the answer."""
        token = self.take(key, sync_id)
        if token is not None and not self.workflow.wake(token):
            self._drive(key, sync_id)

    def _drive(self, key: IntegrationKey, sync_id: str) -> None:
        """Give the run a new execution in place of one that is gone."""
        run = self.runs.current(key)
        if run is not None and run.sync_id == sync_id:
            drive_anew(self.workflow, run)


@dataclass(frozen=True)
class TendWaits:
    """Lets executions wait on as long as they may, and ends their waits in time."""

    waits: Waits
    workflow: Workflow
    waking: Wake
    clock: Clock

    def tend(self, until: datetime) -> None:
        """Look at what waits, those with the least time first, until a moment (UTC).

        What is not reached may miss a heartbeat: its next step waits anew.
        """
        for wait in self.waits.all():
            now = self.clock.now()
            if now >= until:
                return
            if now >= wait.until or not self.workflow.beat(wait.token):
                self.waking.wake(wait.key, wait.sync_id)
