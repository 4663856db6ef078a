"""Points in time: always aware, always UTC, to the microsecond."""

import functools
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

EARLIEST = datetime(2009, 1, 3, tzinfo=UTC)
"""Nothing that Tidemark keeps is older than the first block of Bitcoin."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_SECOND = 253402300799  # 9999-12-31T23:59:59Z
_MICROSECOND, _MILLISECOND = timedelta(microseconds=1), timedelta(milliseconds=1)
SECONDS = r"([0-9]{1,12})(?:\.([0-9]{1,12}))?"
"""Matches a number of seconds: the whole ones, and the digits of the fraction."""

_SECONDS = re.compile(SECONDS)


def spell(moment: datetime) -> str:
    """Spell a moment in RFC 3339, fixed width, so that text sorts as time does."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return f"{utc.isoformat(timespec='microseconds')[:-6]}Z"


def parse(text: str) -> datetime:
    """Read an RFC 3339 date-time with an offset.

    Raises:
        ValueError: when it is none, or has no offset.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs an offset")
    return moment.astimezone(UTC)


def from_seconds(seconds: object) -> datetime:
    """Read seconds since 1970, as a source sends them, exactly (digits beyond µs are cut).

    Raises:
        ValueError: when it is not a number of seconds up to the year 9999.
    """
    match = _SECONDS.fullmatch(str(seconds))
    if not match:
        raise ValueError("not a number of seconds")
    return at_second(*match.groups())


def at_second(whole: str, fraction: str | None) -> datetime:
    """Read what ``SECONDS`` matched.

    Raises:
        ValueError: beyond the year 9999.
    """
    hours, rest = divmod(int(whole), 3600)
    year, month, day, hour = _hour(hours)
    micros = int(f"{fraction}000000"[:6]) if fraction else 0
    return datetime(year, month, day, hour, rest // 60, rest % 60, micros, UTC)


@functools.lru_cache(maxsize=4096)
def _hour(hours: int) -> tuple[int, int, int, int]:
    """Give year, month, day and hour of so many hours since 1970: a history's rows share them.

    Raises:
        ValueError: beyond the year 9999.
    """
    if hours > _LAST_SECOND // 3600:
        raise ValueError("beyond the year 9999")
    at = _EPOCH + timedelta(hours=hours)
    return at.year, at.month, at.day, at.hour


def to_seconds(moment: datetime) -> Decimal:
    """Give the seconds since 1970, exactly."""
    return Decimal((moment - _EPOCH) // _MICROSECOND).scaleb(-6)


def to_milliseconds(moment: datetime) -> int:
    """Give the whole milliseconds since 1970."""
    return (moment - _EPOCH) // _MILLISECOND


def month_of(moment: datetime) -> str:
    """Name the UTC month of a moment: ``2023-07``."""
    return f"{moment.year:04}-{moment.month:02}"
