"""Asking the licence again while a sync that nobody asked for is under way."""

from dataclasses import dataclass, replace

from tidemark.domain.endings import ENTITLEMENT_ENDED
from tidemark.domain.integrations import Integration
from tidemark.domain.licences import Licences, cadence_of
from tidemark.domain.syncs import Lease, Run, Trigger
from tidemark.services.commit import Books


@dataclass(frozen=True)
class Entitlement:
    """Knows what licences allow. What a person has asked for is always allowed."""

    books: Books
    licences: Licences

    def checkpoint(self, lease: Lease, integration: Integration) -> Lease:
        """Keep the run as it may go on, or with the problem that it may not.

        Its owner may ask for it at that very moment.
        """
        asked = self._asked(lease.run, integration)
        kept = self.books.runs.checkpoint(lease, asked)
        if kept.run.trigger is asked.trigger:
            return kept
        return self.books.runs.checkpoint(kept, self._asked(kept.run, integration))

    def _asked(self, run: Run, integration: Integration) -> Run:
        """Ask the licence about a run."""
        if run.trigger is not Trigger.SCHEDULE:
            return replace(run, problem=None) if run.problem == ENTITLEMENT_ENDED else run
        if run.problem is not None or run.done:
            return run
        account = self.books.accounts.get(run.key.owner)
        kind, seen, now = integration.kind, account.last_seen_at, self.books.clock.now()
        if cadence_of(self.licences, account.licence, kind, seen, now) is not None:
            return run
        return replace(run, problem=ENTITLEMENT_ENDED)
