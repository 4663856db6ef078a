"""Asking what keys may do where no sync does so: once a week, whatever the licence."""

from dataclasses import dataclass

from tidemark.domain.endings import failing
from tidemark.domain.integrations import Integration, IntegrationKey
from tidemark.domain.ports import Clock, Connectors, Integrations, Issues, Queue, Runs, Vault
from tidemark.domain.setbacks import problem_of
from tidemark.domain.steps import Worker
from tidemark.domain.syncs import Problem
from tidemark.errors import CredentialsError, SourceError, VaultError
from tidemark.services.leasing import borrowed
from tidemark.services.recheck_rights import RecheckRights
from tidemark.services.request_sync import refusal
from tidemark.services.standing_issues import open_credentials_issue

RECHECK = "rights"
"""What the queue is sent in place of a sync's id."""


@dataclass(frozen=True)
class CheckRights:
    """Asks the source of one integration, once nobody else is at work there."""

    integrations: Integrations
    runs: Runs
    issues: Issues
    connectors: Connectors
    vault: Vault
    rechecking: RecheckRights
    queue: Queue
    clock: Clock

    def work(self, key: IntegrationKey, worker: Worker) -> None:
        """Ask; a sync that is at work does so by itself, what does not answer is asked tomorrow."""
        with borrowed(self.runs, self.queue, self.clock, key, worker) as ours:
            found = self.integrations.get(key) if ours else None
            if found is not None and refusal(found) is None:
                self._ask(found)

    def _ask(self, found: Integration) -> None:
        """Ask with the stored credentials, and tell of those that are not accepted."""
        if found.sealed is None:
            return
        facts = self.connectors.get(found.connector)
        try:
            with facts.open(self.vault.open(found.key, found.sealed)) as source:
                self.rechecking.ask(found, facts, source)
        except CredentialsError as error:
            self._tell(found, problem_of(error))
        except (SourceError, VaultError):
            return

    def _tell(self, found: Integration, problem: Problem) -> None:
        """Have nothing be read with it until it is mended."""
        self.integrations.note_outcome(found.key, failing(problem))
        open_credentials_issue(self.issues, found.key, problem, self.clock.now())
