"""The Retry-After header: what it means, whatever it holds."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"([0-9]{1,12})(\.[0-9]*)?")
_LONGEST = timedelta(days=7)


def parse(text: str | None, now: datetime) -> timedelta | None:
    """Read seconds or an HTTP date, counted from ``now``; None when it makes no sense.

    A date that has passed means at once; no wait is longer than a week.
    """
    spelled = (text or "").strip()
    seconds = _SECONDS.fullmatch(spelled)
    if seconds:
        return min(_LONGEST, timedelta(seconds=int(seconds[1]) + (1 if seconds[2] else 0)))
    try:
        at = parsedate_to_datetime(spelled)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(_LONGEST, max(timedelta(0), at - now))
