"""Points in time: always aware, always UTC, to the microsecond."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

EARLIEST = datetime(2009, 1, 3, tzinfo=UTC)
"""Nothing that Tidemark keeps is older than the first block of Bitcoin."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_SECOND = 253402300799  # 9999-12-31T23:59:59Z
_MICROSECOND, _MILLISECOND = timedelta(microseconds=1), timedelta(milliseconds=1)
SHORT_SECONDS = r"[0-3]?[0-9]{1,9}(?:\.[0-9]{1,6})?"
"""Matches seconds up to the year 2096, with no more digits than a microsecond has."""

_SHORT_SECONDS = re.compile(SHORT_SECONDS)
_SECONDS = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,12}))?")


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


def latest(*moments: datetime | None) -> datetime | None:
    """Give the latest of those moments that there are; None: there is none."""
    return max((moment for moment in moments if moment is not None), default=None)


def from_seconds(seconds: object) -> datetime:
    """Read seconds since 1970, as a source sends them, exactly (digits beyond µs are cut).

    Raises:
        ValueError: when it is not a number of seconds up to the year 9999.
    """
    text = str(seconds)
    if _SHORT_SECONDS.fullmatch(text):
        return from_short_seconds(text)
    match = _SECONDS.fullmatch(text)
    if not match:
        raise ValueError("not a number of seconds")
    whole, fraction = match.groups()
    if int(whole) > _LAST_SECOND:
        raise ValueError("beyond the year 9999")
    return _EPOCH + timedelta(seconds=int(whole), microseconds=int(f"{fraction or '':0<6.6}"))


def from_short_seconds(seconds: str) -> datetime:
    """Read what ``SHORT_SECONDS`` matches, without looking at it again."""
    whole, _, fraction = seconds.partition(".")
    return _EPOCH + timedelta(0, int(whole), int(f"{fraction:0<6}"))


def to_seconds(moment: datetime) -> Decimal:
    """Give the seconds since 1970, exactly."""
    return Decimal((moment - _EPOCH) // _MICROSECOND).scaleb(-6)


def to_milliseconds(moment: datetime) -> int:
    """Give the whole milliseconds since 1970."""
    return (moment - _EPOCH) // _MILLISECOND


def month_of(moment: datetime) -> str:
    """Name the UTC month of a moment: ``2023-07``."""
    return f"{moment.year:04}-{moment.month:02}"
