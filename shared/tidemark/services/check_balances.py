"""Comparing what the source says is there with what the transactions add up to."""

from dataclasses import dataclass
from decimal import Decimal

from tidemark.domain.integrations import Integration, IntegrationKey
from tidemark.domain.ports import Clock, Integrations, Runs
from tidemark.domain.setbacks import set_back
from tidemark.domain.steps import Outcome, StepResult, Worker
from tidemark.domain.syncs import Lease
from tidemark.errors import LeaseHeld, LeaseLost, RateLimited
from tidemark.services.ask_balances import AskBalances, has_no_source
from tidemark.services.judge_balances import JudgeBalances
from tidemark.services.leasing import leased


@dataclass(frozen=True)
class CheckBalances:
    """Checks balances at the end of a sync, while nobody else writes."""

    integrations: Integrations
    runs: Runs
    asking: AskBalances
    judging: JudgeBalances
    clock: Clock

    def check(self, key: IntegrationKey, sync_id: str, worker: Worker) -> StepResult:
        """Take a snapshot of both balances, and tell of a mismatch.

        DONE also when the source does not say (``synced`` is unknown then); WAIT when it asks to
        wait.
        """
        try:
            with leased(self.runs, self.clock, key, sync_id, worker) as lease:
                return self._check(lease)
        except LeaseHeld as held:
            return StepResult(Outcome.WAIT, held.until, busy=True)
        except LeaseLost:
            return StepResult(Outcome.STOPPED)

    def _check(self, lease: Lease) -> StepResult:
        """Ask the source, add up, compare, keep."""
        integration = self.integrations.get(lease.key)
        if integration is None or not lease.run.done:
            return StepResult(Outcome.DONE)
        try:
            synced = self._synced(integration, lease)
        except RateLimited as error:
            run, result = set_back(lease.run, error, self.clock.now())
            if result.outcome is Outcome.WAIT:
                self.runs.checkpoint(lease, run)
                return result
            synced = None
        self.judging.judge(integration, lease.run.sync_id, synced)
        return StepResult(Outcome.DONE)

    def _synced(self, integration: Integration, lease: Lease) -> dict[str, Decimal] | None:
        """Ask the source what is there now; None when it does not say."""
        if has_no_source(integration):
            return self.judging.add_up.calculated(integration.key)
        bookmarks = {s.name: s.bookmark for s in lease.run.streams if s.bookmark is not None}
        run = lease.run
        return self.asking.ask(integration, bookmarks, run.nonce, run.present)
