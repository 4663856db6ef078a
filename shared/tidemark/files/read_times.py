"""Times as people write them: ISO 8601, day.month.year, and the numbers of a spreadsheet."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from tidemark.domain.local_times import GapInTime, TwiceInTime, to_utc
from tidemark.files.cells import Cell, Fault
from tidemark.files.refused_cell import RefusedCell

_CLOCK = r"(\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?"
_OFFSET = r"(?:\s*(Z|UTC|[+-]\d\d:?\d\d))?"
_ISO = re.compile(
    rf"(?P<y>\d{{4}})-(?P<m>\d\d)-(?P<d>\d\d)(?:[T ]+{_CLOCK}{_OFFSET})?", re.ASCII | re.IGNORECASE
)
_DOTTED = re.compile(
    rf"(?P<d>\d\d?)\.(?P<m>\d\d?)\.(?P<y>\d{{4}})(?:[T ]+{_CLOCK}{_OFFSET})?",
    re.ASCII | re.IGNORECASE,
)
_SHORT_YEAR = re.compile(r"\d\d?[./-]\d\d?[./-]\d\d(?!\d)", re.ASCII)
_SLASHED = re.compile(r"\d+/\d+/\d+", re.ASCII)
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_SERIAL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 (a spreadsheet's days have no zone)
_FIRST_SERIAL, _LAST_SERIAL = 25_569, 2_958_466  # 1970-01-01 and 10000-01-01
_MICROSECONDS = 86_400_000_000
_STEP = 100
_READABLE = frozenset({Fault.NONE, Fault.DATE, Fault.LONG_NUMBER})
_HOW = "write it as 2024-01-31 17:30:00 or 31.01.2024 17:30:00"


@dataclass(frozen=True, slots=True)
class TimeReader:
    """Reads the times of a file; those without an offset are in ``zone``."""

    zone: ZoneInfo

    def __call__(self, cell: Cell) -> datetime:
        """Read a cell as a moment (UTC).

        Raises:
            RefusedCell: it is none, or more than one.
        """
        try:
            moment = self._moment(cell)
        except GapInTime as gap:
            raise RefusedCell("time_in_gap", f"{gap}.") from None
        except TwiceInTime as twice:
            raise RefusedCell("time_ambiguous", f"{twice}: add the offset.") from None
        except (ValueError, OverflowError):
            raise RefusedCell("not_a_time", f"There is no such date or time: {_HOW}.") from None
        if moment < _EARLIEST:
            raise RefusedCell("time_out_of_range", "The time is before 1970.")
        return moment

    def _moment(self, cell: Cell) -> datetime:
        """Read a number or a text. Raises ValueError, OverflowError, RefusedCell."""
        if cell.fault not in _READABLE:
            raise RefusedCell.of(cell.fault)
        if cell.serial is not None:
            return to_utc(_from_serial(cell.serial), self.zone)
        text = cell.text.strip()
        match = _ISO.fullmatch(text) or _DOTTED.fullmatch(text)
        if match is None:
            raise _unreadable(cell.text)
        return self._matched(match)

    def _matched(self, match: re.Match[str]) -> datetime:
        """Put together what was matched. Raises ValueError, OverflowError."""
        hour, minute, second, fraction, offset = match.groups()[3:]
        naive = datetime(  # noqa: DTZ001 (its zone follows)
            int(match["y"]), int(match["m"]), int(match["d"]),
            int(hour or 0), int(minute or 0), int(second or 0), int(f"{fraction or 0}000000"[:6]),
        )  # fmt: skip
        if offset:
            return naive.replace(tzinfo=_offset(offset)).astimezone(UTC)
        return to_utc(naive, self.zone)


def _from_serial(serial: float) -> datetime:
    """Read a spreadsheet's days, to the microsecond where their digits allow for it.

    A number of days is only exact to about half a microsecond, so that one that is next to a
    tenth of a millisecond is meant to be it.

    Raises:
        RefusedCell: before 1970, or after the year 9999.
    """
    if not _FIRST_SERIAL <= serial < _LAST_SERIAL:
        raise RefusedCell("time_out_of_range", f"This number is no date after 1970: {_HOW}.")
    days = int(serial)
    micros = round((serial - days) * _MICROSECONDS)
    near = round(micros / _STEP) * _STEP
    exact = near if abs(near - micros) <= 1 else micros
    return _SERIAL_ZERO + timedelta(days=days, microseconds=exact)


def _offset(text: str) -> timezone:
    """Read ``Z`` or ``+02:00``. Raises ValueError beyond a day."""
    if text.upper() in {"Z", "UTC"}:
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=minutes if text[0] == "+" else -minutes))


def _unreadable(text: str) -> RefusedCell:
    """Say what is wrong with a text that is no time."""
    if not text.strip():
        return RefusedCell("time_missing", "The date is missing.")
    if _SHORT_YEAR.match(text.strip()):
        return RefusedCell("time_ambiguous", f"The year has two digits: {_HOW}.")
    if _SLASHED.match(text.strip()):
        return RefusedCell("time_ambiguous", f"Day and month cannot be told apart: {_HOW}.")
    return RefusedCell("not_a_time", f"This is no date and time: {_HOW}.")
