"""Days and years in a zone, and which lock counts."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tidemark.domain.accounts import Account, PeriodLock, start_of_day, year_of

NOW = datetime(2025, 6, 1, tzinfo=UTC)
LOCK = PeriodLock(datetime(2025, 1, 1, tzinfo=UTC), "UTC", NOW, sealed=True)


@pytest.mark.parametrize(
    ("day", "zone", "moment"),
    [
        ("2025-01-01", "UTC", "2025-01-01T00:00+00:00"),
        ("2025-01-01", "Europe/Berlin", "2024-12-31T23:00+00:00"),
        ("2025-07-01", "Europe/Berlin", "2025-06-30T22:00+00:00"),
        ("2017-10-15", "America/Sao_Paulo", "2017-10-15T03:00+00:00"),
        ("2023-11-05", "America/Havana", "2023-11-05T04:00+00:00"),
        ("2011-12-30", "Pacific/Apia", "2011-12-30T10:00+00:00"),
    ],
)
def test_a_day_starts_with_its_first_moment(day: str, zone: str, moment: str) -> None:
    """Where midnight is skipped, or there twice, or the whole day is skipped, too."""
    start = start_of_day(date.fromisoformat(day), ZoneInfo(zone))
    assert start == datetime.fromisoformat(moment)
    assert start.tzinfo is UTC


def test_years_are_told_apart_in_a_zone() -> None:
    """Around new year it matters."""
    eve = datetime(2024, 12, 31, 23, 30, tzinfo=UTC)
    assert (year_of(eve, "UTC"), year_of(eve, "Europe/Berlin")) == (2024, 2025)


def test_a_lock_that_is_being_set_is_not_settled() -> None:
    """The one before it is, if there is any."""
    wanted = PeriodLock(NOW, "UTC", NOW)
    assert Account("a").settled_lock is None
    assert Account("a", LOCK).settled_lock == LOCK
    assert Account("a", wanted, before=LOCK).settled_lock == LOCK
    assert Account("a", wanted).settled_lock is None


def test_the_moment_of_a_lock_is_not_locked() -> None:
    """Everything before it is."""
    assert not LOCK.holds(LOCK.locked_until)
    assert LOCK.holds(datetime(2024, 12, 31, 23, 59, 59, 999999, tzinfo=UTC))
