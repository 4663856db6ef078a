"""Times as clocks show them in a zone: those that do not exist, or are there twice, are told.

A zone is one of the IANA time zone database.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tidemark.errors import FieldError, Invalid

_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)

_SECOND = timedelta(seconds=1)
_LOCAL = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?", re.ASCII)
_NO_ZONES = ("posix/", "right/", "posixrules", "localtime", "Factory")
"""Some systems keep these beside the zones: other clocks, and the machine's own."""


class GapInTime(ValueError):
    """The time was skipped when clocks were put forward."""


class TwiceInTime(ValueError):
    """The time was there twice when clocks were put back."""


@cache
def zone_named(name: str) -> ZoneInfo:
    """Give a zone.

    Raises:
        Invalid: there is none of this name.
    """
    try:
        if not name.startswith(_NO_ZONES):
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    error = FieldError("/zone", "Name a zone like `Europe/Berlin`.")
    raise Invalid("There is no time zone of this name.", [error], "unknown_zone")


def read_local(text: str, zone: str, fold: int | None = None) -> datetime:
    """Read a time without an offset, like ``2025-03-30T12:00:00``, as clocks in a zone showed it.

    Raises:
        Invalid: there is no such time, or zone; codes ``unknown_zone``, ``nonexistent_time``, and
            ``ambiguous_time`` where ``fold`` is needed.
    """
    named = zone_named(zone)
    try:
        return to_utc(_naive(text), named, fold)
    except GapInTime as gap:
        raise _refused(f"{gap}.", "/local_time", "nonexistent_time") from None
    except TwiceInTime as twice:
        detail = f"{twice}: say with `fold` which, 0 the first or 1 the second."
        raise _refused(detail, "/fold", "ambiguous_time") from None
    except (ValueError, OverflowError):
        detail = "This must be a date and time without an offset, like 2025-03-30T12:00:00."
        raise _refused(detail, "/local_time", "invalid") from None


def _naive(text: str) -> datetime:
    """Read a time without an offset. Raises ValueError."""
    if not _LOCAL.fullmatch(text):
        raise ValueError("not a local time")
    return datetime.fromisoformat(text)


def check_written(moment: datetime, pointer: str) -> datetime:
    """Give a moment (UTC) that a person wrote. Raises Invalid before 1970, and after 9000."""
    if not _FIRST <= moment < _LAST:
        raise _refused("This must lie between the years 1970 and 9000.", pointer, "invalid")
    return moment


def _refused(detail: str, pointer: str, code: str) -> Invalid:
    """Refuse a time."""
    return Invalid(detail, [FieldError(pointer, detail)], code)


def to_utc(naive: datetime, zone: ZoneInfo, fold: int | None = None) -> datetime:
    """Give the moment at which clocks in a zone showed a time.

    Of a time that was there twice, ``fold`` says which is meant: 0 the first, 1 the second.

    Raises:
        GapInTime: they never did.
        TwiceInTime: they did twice, and ``fold`` is None.
        OverflowError: it is beyond the calendar.
    """
    if zone.key == "UTC":
        return naive.replace(tzinfo=UTC)
    early, late = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    before, after = early.utcoffset(), late.utcoffset()
    if before is None or after is None or before == after:
        return early.astimezone(UTC)
    if after > before:
        raise GapInTime(_gap(naive, zone, before, after))
    if fold is None:
        raise TwiceInTime(
            f"{_clock(naive)} was there twice in {zone.key} ({_offset(early)} or {_offset(late)})"
        )
    return (late if fold else early).astimezone(UTC)


def _gap(naive: datetime, zone: ZoneInfo, before: timedelta, after: timedelta) -> str:
    """Name the gap that a time lies in: from when to when clocks were put forward."""
    low, high = (naive - after).replace(tzinfo=UTC), (naive - before).replace(tzinfo=UTC)
    while high - low > _SECOND:
        middle = low + ((high - low) / 2 // _SECOND) * _SECOND
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    edge = high.replace(microsecond=0)
    start, end = (edge + before).replace(tzinfo=None), (edge + after).replace(tzinfo=None)
    return (
        f"{_clock(naive)} does not exist in {zone.key}: clocks went from "
        f"{_clock(start)} to {_clock(end)}"
    )


def _clock(naive: datetime) -> str:
    """Spell a time to the second."""
    return naive.isoformat(" ", "seconds")


def _offset(moment: datetime) -> str:
    """Spell an offset, as in ``+02:00``."""
    return moment.strftime("%:z")
