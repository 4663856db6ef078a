"""The system clock."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SystemClock:
    """Tells the time; with an offset file, so many seconds later as it says at the moment."""

    offset_file: Path | None = None

    def now(self) -> datetime:
        """Give the present moment, UTC."""
        now = datetime.now(UTC)
        return now if self.offset_file is None else now + _offset(self.offset_file)


def _offset(file: Path) -> timedelta:
    """Read the seconds to add; a file that is not there yet adds none."""
    try:
        text = file.read_text()
    except FileNotFoundError:
        return timedelta(0)
    return timedelta(seconds=float(text or 0))
