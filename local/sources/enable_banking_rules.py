"""What the fake Enable Banking allows: how far back, how many rows at once, to whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from local.sources.enable_banking_consents import Refused, Session
from local.sources.enable_banking_shapes import Key

_LAST_DAY = "9999-12-31"


@dataclass
class Behaviour:
    """How the server treats its caller; may be changed while it runs.

    ``fails`` are errors by the last part of a path, as (status, error). ``history_days`` is how
    far back the bank goes when its customer was not there within the hour.
    """

    page_size: int = 50
    maximum_validity: timedelta = timedelta(days=180)
    required_psu_headers: tuple[str, ...] = ("Psu-Ip-Address", "Psu-User-Agent")
    history_days: int = 90
    fails: dict[str, tuple[int, str]] = field(default_factory=dict)


def window(
    behaviour: Behaviour, now: datetime, session: Session, uid: str, query: Mapping[str, str]
) -> Key:
    """Give the days that are asked for; what the bank does not give is refused, or left out."""
    first = "" if session.is_fresh(now) else str(_day(now, -behaviour.history_days))
    longest = query.get("strategy") == "longest"
    asked = query.get("date_from") or ("" if longest else str(_day(now, -30)))
    for name in ("date_from", "date_to"):
        date.fromisoformat(query.get(name, _LAST_DAY))
    if asked > str(_day(now, 1)):
        raise Refused(422, "DATE_FROM_IN_FUTURE", "date_from lies in the future")
    if asked < first and not longest:
        raise Refused(422, "WRONG_TRANSACTIONS_PERIOD", "Wrong transactions period requested")
    until = _LAST_DAY if longest else query.get("date_to", _LAST_DAY)
    return Key(uid, max(asked, first), until, 0, 0)


def _day(now: datetime, days: int) -> date:
    """Give a day, so many days on."""
    return (now.astimezone(UTC) + timedelta(days=days)).date()
