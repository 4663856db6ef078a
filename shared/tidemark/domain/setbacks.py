"""What becomes of a run when its source refuses, fails, or asks to wait."""

from dataclasses import replace
from datetime import datetime, timedelta

from tidemark.domain.asking import ask
from tidemark.domain.steps import Outcome, StepResult
from tidemark.domain.syncs import Problem, Run
from tidemark.errors import (
    AskedInVain,
    CredentialsError,
    MissingPermission,
    OwnerNeeded,
    RateLimited,
    SourceGarbage,
    SourceUnavailable,
    TidemarkError,
    TooManyRights,
)

LONGEST_WAIT = timedelta(minutes=16)
"""A run waits this long for its source; what asks for more ends it as ``rate_limited``."""

_MOST_WAITS = {RateLimited: 12, AskedInVain: 0, SourceUnavailable: 6, SourceGarbage: 3}
_LONGEST_BACKOFF = timedelta(seconds=60)
_NEXT_STEPS = {
    "rate_limited": "Wait; the next sync goes on where this one stopped.",
    "source_unavailable": "Try again later; nothing is lost.",
    "source_garbage": "Try again later; if it stays so, report it with the sync's id.",
    "invalid_credentials": "Check the credentials at the source and enter them again.",
    "missing_permission": "Give the key the rights it lacks, or enter another key.",
    "key_not_read_only": "Take the rights to trade, transfer and withdraw from the key.",
    "credentials_unreadable": "Enter the credentials again.",
    "reconnect_required": "Reconnect the bank, or import a file instead.",
    "not_configured": "Import a file instead; who runs this deployment has to register it.",
}


def set_back(run: Run, error: TidemarkError, now: datetime) -> tuple[Run, StepResult]:
    """Say what a run does after an error: wait and go on, or end with a problem.

    Waits in a row without a page in between are counted; a source that gives nothing for too long
    ends the run.
    """
    if isinstance(error, OwnerNeeded):
        return ask(run, error, now)
    most = next((most for kind, most in _MOST_WAITS.items() if isinstance(error, kind)), 0)
    delay = _delay(error, run.waits)
    if run.waits >= most or delay > LONGEST_WAIT:
        until = now + delay if isinstance(error, RateLimited) else None
        ended = replace(run, problem=problem_of(error), wait_until=until)
        return ended, StepResult(Outcome.DONE)
    waiting = replace(run, waits=run.waits + 1, wait_until=now + delay)
    return waiting, StepResult(Outcome.WAIT, waiting.wait_until)


def problem_of(error: TidemarkError) -> Problem:
    """Put an error into words for the owner."""
    fallback = "Try again; if it stays so, report it with the sync's id."
    rights = error.rights if isinstance(error, MissingPermission | TooManyRights) else ()
    return Problem(error.code, str(error), _NEXT_STEPS.get(error.code, fallback), rights)


def _delay(error: TidemarkError, waits: int) -> timedelta:
    """Give how long to wait: what the source said, else twice as long each time."""
    if isinstance(error, CredentialsError):
        return timedelta(0)
    if isinstance(error, RateLimited) and error.retry_after is not None:
        return max(error.retry_after, timedelta(0))
    return min(timedelta(seconds=2**waits), _LONGEST_BACKOFF)
