"""Asking the licence again while a sync that nobody asked for is under way."""

from dataclasses import dataclass, replace
from datetime import datetime

from tidemark.domain.endings import ENTITLEMENT_ENDED
from tidemark.domain.integrations import Integration
from tidemark.domain.licences import Licences, cadence_of
from tidemark.domain.ports import Accounts
from tidemark.domain.syncs import Run, Trigger


@dataclass(frozen=True)
class Entitlement:
    """Knows what licences allow. What a person has asked for is always allowed."""

    accounts: Accounts
    licences: Licences

    def asked(self, run: Run, integration: Integration, now: datetime) -> Run:
        """Give the run as it may go on at a moment (UTC), or with the problem that it may not."""
        if run.trigger is not Trigger.SCHEDULE or run.problem is not None or run.done:
            return run
        account = self.accounts.get(run.key.owner)
        kind, seen = integration.kind, account.last_seen_at
        if cadence_of(self.licences, account.licence, kind, seen, now) is not None:
            return run
        return replace(run, problem=ENTITLEMENT_ENDED)
