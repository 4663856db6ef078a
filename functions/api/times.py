"""What an owner means by a day: it begins and ends at midnight in the zone of their account."""

from datetime import date, datetime, timedelta

from functions.api.call import Call
from tidemark.domain.accounts import start_of_day
from tidemark.domain.local_times import zone_named
from tidemark.errors import FieldError, Invalid

_DAY = timedelta(days=1)


def moment_of(here: Call, given: date | None, pointer: str) -> datetime | None:
    """Give the moment (UTC) that was given, or the first one of a day.

    Raises:
        Invalid: beyond the calendar.
    """
    if given is None or isinstance(given, datetime):
        return given
    try:
        return start_of_day(given, zone_named(here.zone))
    except OverflowError:
        error = FieldError(pointer, "This is beyond the calendar.")
        raise Invalid("The request is not valid.", [error]) from None


def past_of(here: Call, given: date | None, pointer: str) -> datetime | None:
    """Give a moment of the past (UTC), or the end of a day; None is now, and the end of today.

    Raises:
        Invalid: it is in the future.
    """
    now = here.ports.clock().now()
    begun = moment_of(here, given, pointer)
    if begun is None or given is None:
        return None
    if begun > now:
        future = FieldError(pointer, "This is in the future.")
        raise Invalid("The request is not valid.", [future])
    if isinstance(given, datetime):
        return begun
    ended = moment_of(here, given + _DAY, pointer)
    return ended if ended is not None and ended <= now else None
