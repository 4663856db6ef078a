"""Answering a sync that waits for its owner: a password that the bank sent, or a confirmation."""

from dataclasses import dataclass

from tidemark.domain.asking import WRONG_ANSWERS, TooLate, TooManyAnswers
from tidemark.domain.consents import Answer, Need
from tidemark.domain.ports import Clock, Runs, Vault, Waits
from tidemark.domain.syncs import Sync
from tidemark.domain.waits import Waiting
from tidemark.errors import Conflict, FieldError, Invalid
from tidemark.services.request_sync import SyncRequests


@dataclass(frozen=True)
class AnswerSync:
    """Takes answers, sealed at once; the step that goes on with the sync tries them."""

    requests: SyncRequests
    runs: Runs
    waits: Waits
    vault: Vault
    clock: Clock

    def answer(self, owner: str, sync_id: str, answer: Answer) -> Sync:
        """Hand an answer to a sync that waits for one.

        Raises:
            NotFound
            Invalid: it waits for something else.
            TooLate: the time is over, or the sync is.
            TooManyAnswers: it has ended since so many were wrong.
            Conflict: code ``not_waiting``: it does not wait, or an answer is being tried.
        """
        sync = self.requests.read(owner, sync_id)
        if sync.status.final:
            raise _ended(sync)
        if sync.waiting is None:
            raise _not_waiting()
        self._check(sync.waiting, answer)
        given = {} if answer.otp is None else {"otp": answer.otp}
        if not self.waits.answer(sync.key, sync.id, self.vault.seal(sync.key, given)):
            raise _not_waiting()
        self.requests.waking.wake(sync.key, sync.id)
        return self.requests.read(owner, sync_id)

    def _check(self, waiting: Waiting, answer: Answer) -> None:
        """Refuse what comes too late, or is not what is waited for."""
        if self.clock.now() >= waiting.until:
            raise TooLate("The bank waits no more for this answer.")
        given = Need.CONFIRMATION if answer.otp is None else Need.OTP
        if given is not waiting.need:
            place = "/confirmed" if answer.otp is None else "/otp"
            error = FieldError(place, f"The sync waits for something else: {waiting.need}.")
            raise Invalid("The request is not valid.", [error])


def _ended(sync: Sync) -> TooLate | TooManyAnswers:
    """Say that a sync takes no answers any more."""
    if sync.problem is not None and sync.problem.code == WRONG_ANSWERS.code:
        return TooManyAnswers(WRONG_ANSWERS.message)
    return TooLate("The sync has ended; start another one.")


def _not_waiting() -> Conflict:
    """Say that there is nothing to answer at the moment."""
    return Conflict("The sync does not wait for an answer now.", "not_waiting")
