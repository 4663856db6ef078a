"""Waiting until nobody can write any more: a stop is acknowledged only then."""

from collections.abc import Callable
from datetime import datetime, timedelta

from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.months import writer_deadline
from tidemark.domain.ports import Months
from tidemark.errors import Conflict

LONGEST = timedelta(seconds=20)
"""How long a request waits for others to let go."""

_PAUSE = timedelta(seconds=0.5)


def wait_until_quiet(busy: Callable[[], bool], sleep: Callable[[float], None]) -> None:
    """Wait until nobody is busy. ``sleep`` takes seconds.

    Raises:
        Conflict: code ``still_stopping``: somebody has not let go yet.
    """
    patience = LONGEST
    while busy():
        if patience <= timedelta(0):
            message = "Something is still being written here; try again shortly."
            raise Conflict(message, "still_stopping")
        sleep(_PAUSE.total_seconds())
        patience -= _PAUSE


def has_writers(months: Months, key: IntegrationKey, now: datetime) -> bool:
    """Tell whether anybody is writing transactions of an integration.

    Who comes later sees what was marked before this was asked: writers enter a month first, and
    look at the marks then.
    """
    return any(writer_deadline(each) > now for month in months.read(key) for each in month.writers)
