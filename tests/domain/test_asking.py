"""Asking an owner: for how long, how often, and when not at all."""

from datetime import UTC, datetime, timedelta

import pytest

from tidemark.domain.asking import LONGEST_ASK, MOST_ANSWERS, ask
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.renewals import warning_of
from tidemark.domain.steps import Outcome
from tidemark.domain.syncs import Mode, Run, Trigger
from tidemark.errors import OwnerNeeded

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def run(answers: int = 0, trigger: Trigger = Trigger.OWNER) -> Run:
    """Give a run."""
    key = IntegrationKey("alice", "intg_1")
    return Run("sync_1", key, Mode.MISSING, NOW, trigger, answers=answers)


@pytest.mark.parametrize(
    ("within", "until"),
    [
        (None, NOW + 15 * MINUTE),
        (5 * MINUTE, NOW + 5 * MINUTE),
        (30 * DAY, NOW + LONGEST_ASK),
    ],
)
def test_a_source_waits_as_long_as_it_says(within: timedelta | None, until: datetime) -> None:
    """But no longer than an execution lives."""
    asked, result = ask(run(), OwnerNeeded("Say it.", "otp", within), NOW)
    assert (result.outcome, result.wait_until) == (Outcome.ASK_USER, until)
    assert asked.waiting is not None
    assert (asked.waiting.need, asked.waiting.until) == ("otp", until)
    assert asked.problem is None


@pytest.mark.parametrize(
    ("asking", "need", "code"),
    [
        (run(answers=MOST_ANSWERS), "otp", "too_many_answers"),
        (run(trigger=Trigger.SCHEDULE), "confirmation", "owner_needed"),
        (run(), "consent", "reconnect_required"),
    ],
)
def test_some_are_not_asked(asking: Run, need: str, code: str) -> None:
    """The run ends with a word for it, and says what else there is."""
    ended, result = ask(asking, OwnerNeeded("Say it.", need), NOW)
    assert result.outcome is Outcome.DONE
    assert ended.problem is not None
    assert ended.problem.code == code
    assert "file" in ended.problem.next_step


@pytest.mark.parametrize(
    ("left", "days"),
    [
        (15 * DAY, None),
        (14 * DAY + 7 * HOUR, None),
        (14 * DAY + 6 * HOUR, 14),
        (14 * DAY, 14),
        (8 * DAY, 14),
        (7 * DAY, 7),
        (2 * DAY, 7),
        (DAY + 6 * HOUR, 1),
        (MINUTE, 1),
    ],
)
def test_owners_are_told_in_time(left: timedelta, days: int | None) -> None:
    """As it is looked at every six hours, so much earlier."""
    assert warning_of(NOW + left, NOW) == days
