"""Asking an owner in the middle of a sync: how often, for how long, and what if nobody answers."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tidemark.domain.consents import Need
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.steps import Outcome, StepResult
from tidemark.domain.syncs import Problem, Run, Trigger
from tidemark.domain.waits import Waiting
from tidemark.errors import OwnerNeeded, Refused

LONGEST_ASK = timedelta(days=3)
"""A run waits no longer for its owner, whatever the source allows; an execution has a week."""

MOST_ANSWERS = 5
"""So many answers in a row may be wrong."""

_USUAL = timedelta(minutes=15)

_OR_A_FILE = "Sync again and answer in time, or import a file instead."

TIMED_OUT = Problem(
    "consent_timed_out", "The bank waited for you, and you did not answer in time.", _OR_A_FILE
)
DENIED = Problem(
    "consent_denied",
    "You did not give your consent at the bank.",
    "Reconnect the bank, or import a file instead.",
)
WRONG_ANSWERS = Problem(
    "too_many_answers", "The bank did not accept any of your answers.", _OR_A_FILE
)
NOBODY_THERE = Problem(
    "owner_needed",
    "The bank wants to hear from you before it goes on; nobody was there to be asked.",
    "Sync the bank yourself and answer it, or import a file instead.",
)
NO_CONSENT = Problem(
    "reconnect_required",
    "The bank wants your consent again.",
    "Reconnect the bank, or import a file instead.",
)


@dataclass(frozen=True, slots=True)
class Wait:
    """An execution that waits for an owner, until a moment (UTC). Who has its token wakes it."""

    key: IntegrationKey
    sync_id: str
    until: datetime
    token: str = field(repr=False)


class TooLate(Refused):
    """What was waited for is not waited for any more."""

    code = "too_late"


class ForgedState(Refused):
    """Who comes back from a bank was not sent there, or not lately, or was back before."""

    code = "invalid_state"


class TooManyAnswers(Refused):
    """So many answers were wrong that no other one is taken."""

    code = "too_many_answers"


def ask(run: Run, error: OwnerNeeded, now: datetime) -> tuple[Run, StepResult]:
    """Say what a run does when its source needs the owner: wait for an answer, or end.

    The schedule asks nobody: each question would send the owner another password at night.
    """
    problem = _given_up(run, error)
    if problem is not None:
        return replace(run, problem=problem, waiting=None), StepResult(Outcome.DONE)
    until = now + min(error.within or _USUAL, LONGEST_ASK)
    waiting = Waiting(Need(error.need), until)
    return replace(run, waiting=waiting, wait_until=until), StepResult(Outcome.ASK_USER, until)


def _given_up(run: Run, error: OwnerNeeded) -> Problem | None:
    """Say why the owner is not asked, if so."""
    if error.need == Need.CONSENT:
        return NO_CONSENT
    if run.trigger is Trigger.SCHEDULE:
        return NOBODY_THERE
    return WRONG_ANSWERS if run.answers >= MOST_ANSWERS else None
