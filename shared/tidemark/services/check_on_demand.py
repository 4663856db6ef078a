"""Checking balances when an owner asks: what a worker does for one integration."""

from dataclasses import dataclass, replace
from datetime import timedelta

from tidemark.domain.checks import CHECK, BalanceCheck
from tidemark.domain.ids import is_id
from tidemark.domain.integrations import Integration, IntegrationKey
from tidemark.domain.ports import (
    BalanceChecks,
    Clock,
    CoverageStore,
    Integrations,
    Queue,
    Runs,
    Snapshots,
)
from tidemark.domain.steps import Worker
from tidemark.errors import RateLimited
from tidemark.services.ask_balances import AskBalances, has_no_source
from tidemark.services.check_sums import CheckSums
from tidemark.services.judge_balances import JudgeBalances
from tidemark.services.leasing import borrowed
from tidemark.services.request_sync import refusal

_LATER = timedelta(seconds=30)
"""When a check is tried again while a sync is at work."""


def is_check(word: str) -> bool:
    """Tell a check's id, where the queue may also name a sync."""
    return is_id(CHECK, word)


@dataclass(frozen=True)
class CheckOnDemand:
    """Checks one integration, once nobody else is at work there.

    A sync that runs makes the check needless, since it ends with one: the snapshot is what is
    waited for, whoever takes it.
    """

    checks: BalanceChecks
    integrations: Integrations
    runs: Runs
    snapshots: Snapshots
    coverage: CoverageStore
    asking: AskBalances
    judging: JudgeBalances
    sums: CheckSums
    queue: Queue
    clock: Clock

    def work(self, key: IntegrationKey, check_id: str, worker: Worker) -> None:
        """Check, or ask to be called again later; what was done already is not done twice."""
        check = self.checks.get(key.owner, check_id)
        if check is None:
            return
        if self.clock.now() < check.until and not self._is_done(key, check):
            self._work(key, check, worker)
        self._forget_owner(check)

    def _work(self, key: IntegrationKey, check: BalanceCheck, worker: Worker) -> None:
        """Check while nobody else is at work, or ask to be called again later."""
        with borrowed(self.runs, self.queue, self.clock, key, worker) as ours:
            if ours:
                self._check(key, check)
            else:
                self.queue.send(key, check.id, _LATER)

    def _is_done(self, key: IntegrationKey, check: BalanceCheck) -> bool:
        """Tell whether somebody has taken a snapshot since the check was asked for."""
        return self.snapshots.first_since(key, check.requested_at) is not None

    def _forget_owner(self, check: BalanceCheck) -> None:
        """Forget who was there, once no bank has to hear of it any more."""
        if check.present is None:
            return
        keys = [IntegrationKey(check.owner, name) for name in check.integrations]
        if self.clock.now() >= check.until or all(self._is_done(key, check) for key in keys):
            self.checks.put(replace(check, present=None))

    def _check(self, key: IntegrationKey, check: BalanceCheck) -> None:
        """Ask the source, compare, keep; one that is paused or gone by now is left alone."""
        integration = self.integrations.get(key)
        if integration is None or integration.deleting:
            self.runs.erase(key)
        elif has_no_source(integration):
            self._check_own(integration, check)
        elif refusal(integration) is None:
            self._check_source(integration, check)

    def _check_own(self, integration: Integration, check: BalanceCheck) -> None:
        """Check what is equal by definition: only a bug of ours could make a difference."""
        self.sums.check(integration)
        calculated = self.judging.add_up.calculated(integration.key)
        self.judging.judge(integration, check.id, calculated)

    def _check_source(self, integration: Integration, check: BalanceCheck) -> None:
        """Ask the source; where it asks to wait, the check is tried again then."""
        streams, _ = self.coverage.read(integration.key)
        bookmarks = {name: s.bookmark for name, s in streams.items() if s.bookmark is not None}
        try:
            synced = self.asking.ask(integration, bookmarks, present=check.present)
        except RateLimited as error:
            self.queue.send(integration.key, check.id, error.retry_after or _LATER)
            return
        self.judging.judge(integration, check.id, synced, anew=True)
