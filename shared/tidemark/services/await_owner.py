"""A run that waits for its owner: said so, and gone on with an answer, without one, or too late."""

from dataclasses import dataclass, replace

from tidemark.domain.asking import TIMED_OUT
from tidemark.domain.consent_ports import Waits
from tidemark.domain.consents import Answer, Need
from tidemark.domain.integrations import Integration
from tidemark.domain.ports import Clock, Runs, Source, Syncs, Vault
from tidemark.domain.steps import Outcome, StepResult
from tidemark.domain.syncs import Lease, Run, record_of
from tidemark.domain.waits import Waiting


@dataclass(frozen=True)
class AwaitOwner:
    """Looks for answers, as the holder of the lease."""

    runs: Runs
    syncs: Syncs
    waits: Waits
    vault: Vault
    clock: Clock

    def resume(
        self, lease: Lease, integration: Integration
    ) -> tuple[Lease, Answer | None] | StepResult:
        """Go on with what was answered, if anything; else say how long to wait.

        An answer that was taken is gone: a step that dies with it has the source ask again.

        Raises:
            VaultError: the answer cannot be opened.
        """
        waiting = lease.run.waiting
        if waiting is None:
            return lease, None
        sealed = self.waits.take_answer(lease)
        if waiting.need is Need.CONSENT:
            return self._consented(lease, waiting, integration)
        if sealed is None:
            return self._still(lease, waiting)
        answer = Answer(self.vault.open(lease.key, sealed).get("otp"))
        return self._gone_on(lease, lease.run.answers + 1), answer

    def say(self, run: Run) -> None:
        """Keep in the sync's record that it waits, or works, from now on."""
        self.syncs.note(record_of(run))

    def greet(self, lease: Lease, source: Source, answer: Answer | None) -> Lease:
        """Give the source the answer, and ask how long the consent lasts, once per run.

        Raises:
            SourceError: the answer is wrong, or the consent is gone.
        """
        if answer is not None:
            source.answer(answer)
        if lease.run.consent_until is not None:
            return lease
        until = source.consent_until()
        if until is None:
            return lease
        return self.runs.checkpoint(lease, replace(lease.run, consent_until=until))

    def _consented(
        self, lease: Lease, waiting: Waiting, integration: Integration
    ) -> tuple[Lease, None] | StepResult:
        """Go on if there is a consent to read with."""
        if integration.sealed is None:
            return self._still(lease, waiting)
        return self._gone_on(lease, 0), None

    def _gone_on(self, lease: Lease, answers: int) -> Lease:
        """Keep that the run does not wait any more."""
        run = replace(lease.run, waiting=None, wait_until=None, answers=answers)
        self.say(run)
        return self.runs.checkpoint(lease, run)

    def _still(self, lease: Lease, waiting: Waiting) -> StepResult:
        """Wait on, or give up once the time is over."""
        if self.clock.now() < waiting.until:
            return StepResult(Outcome.ASK_USER, waiting.until)
        run = replace(lease.run, waiting=None, wait_until=None, problem=TIMED_OUT)
        self.runs.checkpoint(lease, run)
        return StepResult(Outcome.DONE)
