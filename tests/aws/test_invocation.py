"""What a Lambda invocation is to the services."""

from datetime import UTC, datetime, timedelta

import pytest

from tidemark.aws.invocation import Discreet, answer_of, budget_of, worker_of
from tidemark.domain.steps import Outcome, StepResult
from tidemark.errors import LeaseHeld, Unexpected

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)


class Invocation:
    """A Lambda context with some time left."""

    aws_request_id = "request-1"

    def __init__(self, seconds: float) -> None:
        """Say how much."""
        self.seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        """Tell it."""
        return int(self.seconds * 1000)


def test_what_nobody_expected_is_told_by_its_kind_alone() -> None:
    """Its text may hold data of the owner."""
    with pytest.raises(Unexpected, match=r"^KeyError$") as caught, Discreet():
        raise KeyError("a secret")
    assert caught.value.__suppress_context__


def test_our_own_errors_keep_their_names() -> None:
    """The state machine chooses by them."""
    with pytest.raises(LeaseHeld), Discreet():
        raise LeaseHeld(NOW)


def test_a_worker_is_gone_when_its_invocation_is() -> None:
    """And leaves itself time to let go."""
    worker = worker_of(Invocation(120), NOW, "message-1")
    assert (worker.name, worker.ends) == ("request-1:message-1", NOW + timedelta(seconds=120))
    assert budget_of(Invocation(120)) == timedelta(seconds=100)
    assert budget_of(Invocation(10)) == timedelta(seconds=5)


def test_waits_are_whole_seconds_and_never_too_short() -> None:
    """A source that asks for 1.2 s is asked again after 2."""
    waits = StepResult(Outcome.WAIT, NOW + timedelta(seconds=1.2))
    assert answer_of(waits, NOW) == {"outcome": "wait", "seconds": 2}
    assert answer_of(StepResult(Outcome.MORE), NOW) == {"outcome": "more", "seconds": 1}
