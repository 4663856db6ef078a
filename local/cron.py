"""The six fields of an EventBridge cron expression: minutes hours days months weekdays years.

Not the cron of Unix: weekdays are 1 (Sunday) to 7, one of days and weekdays must be ``?``, and
``L``, ``W`` and ``#`` are understood.
"""

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

_MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_WEEKDAYS = {
    name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)
}
_FIELDS = 6
_LAST_YEAR = 2199

type DayRule = Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class CronExpression:
    """Fires at each combination of its fields, in a time zone."""

    minutes: frozenset[int]
    hours: frozenset[int]
    day: DayRule
    months: frozenset[int]
    years: frozenset[int]
    zone: ZoneInfo

    @classmethod
    def parse(cls, text: str, zone: ZoneInfo) -> "CronExpression":
        """Read the fields. Raises ValueError for what AWS would refuse."""
        fields = text.split(" ")
        if len(fields) != _FIELDS:
            raise ValueError(f"{_FIELDS} fields are needed, separated by one space")
        minutes, hours, days, months, weekdays, years = fields
        return cls(
            minutes=_numbers(minutes, 0, 59),
            hours=_numbers(hours, 0, 23),
            day=_day_rule(days, weekdays),
            months=_numbers(months, 1, 12, _MONTHS),
            years=_numbers(years, 1970, _LAST_YEAR),
            zone=zone,
        )

    def moments(self, since: datetime) -> Iterator[datetime]:
        """Give the moments from ``since`` on.

        A local time that the clocks skip in spring is skipped; one that comes twice fires once.
        """
        for day in self._days(since.astimezone(self.zone).date()):
            for hour, minute in product(sorted(self.hours), sorted(self.minutes)):
                local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.zone)
                moment = local.astimezone(UTC)
                exists = moment.astimezone(self.zone).replace(tzinfo=None) == local.replace(
                    tzinfo=None
                )
                if exists and moment >= since:
                    yield moment

    def _days(self, day: date) -> Iterator[date]:
        """Give the days on which it fires, from a day on."""
        while day.year <= max(self.years):
            if day.year in self.years and day.month in self.months and self.day(day):
                yield day
            day += timedelta(days=1)


def _numbers(text: str, low: int, high: int, names: dict[str, int] | None = None) -> frozenset[int]:
    """Read a field of numbers: ``*``, lists, ranges and steps."""
    return frozenset(n for part in text.split(",") for n in _part(part, low, high, names or {}))


def _part(text: str, low: int, high: int, names: dict[str, int]) -> range:
    """Read one item of a list: ``*``, a number, ``a-b``, each perhaps with ``/step``."""
    span, slash, step = text.partition("/")
    first, dash, last = span.partition("-")
    if span == "*":
        begin, end = low, high
    else:
        begin = _number(first, low, high, names)
        end = _number(last, low, high, names) if dash else (high if slash else begin)
    if end < begin:
        raise ValueError(f"{span} runs backwards")
    return range(begin, end + 1, _number(step, 1, high, {}) if slash else 1)


def _number(text: str, low: int, high: int, names: dict[str, int]) -> int:
    """Read one number or name within bounds."""
    number = names.get(text.upper(), -1) if text.isalpha() else -1
    if re.fullmatch(r"[0-9]{1,4}", text):
        number = int(text)
    if not low <= number <= high:
        raise ValueError(f"{text or 'nothing'} is not between {low} and {high}")
    return number


def _day_rule(days: str, weekdays: str) -> DayRule:
    """Read the day of the month and the day of the week: one of them must be ``?``."""
    if (days == "?") is (weekdays == "?"):
        raise ValueError("exactly one of day-of-month and day-of-week must be ?")
    return _month_day_rule(days) if weekdays == "?" else _weekday_rule(weekdays)


def _month_day_rule(text: str) -> DayRule:
    """Read the day of the month: numbers, ``L`` (the last) or ``15W`` (the nearest weekday)."""
    if text == "L":
        return lambda day: day.day == _days_in(day)
    if match := re.fullmatch(r"([0-9]{1,2})W", text):
        wanted = _number(match[1], 1, 31, {})
        return lambda day: day.day == _nearest_weekday(day, wanted)
    numbers = _numbers(text, 1, 31)
    return lambda day: day.day in numbers


def _weekday_rule(text: str) -> DayRule:
    """Read the day of the week: numbers, names, ``6L`` (the last one) or ``6#3`` (the third)."""
    if match := re.fullmatch(r"([0-9A-Za-z]+)L", text):
        wanted = _number(match[1], 1, 7, _WEEKDAYS)
        return lambda day: _weekday(day) == wanted and day.day + 7 > _days_in(day)
    if match := re.fullmatch(r"([0-9A-Za-z]+)#([1-5])", text):
        wanted, which = _number(match[1], 1, 7, _WEEKDAYS), int(match[2])
        return lambda day: _weekday(day) == wanted and (day.day - 1) // 7 + 1 == which
    numbers = _numbers("7" if text == "L" else text, 1, 7, _WEEKDAYS)
    return lambda day: _weekday(day) in numbers


def _days_in(day: date) -> int:
    """Count the days of a day's month."""
    return calendar.monthrange(day.year, day.month)[1]


def _weekday(day: date) -> int:
    """Number a weekday as EventBridge does: Sunday is 1."""
    return day.isoweekday() % 7 + 1


def _nearest_weekday(day: date, wanted: int) -> int:
    """Find the weekday (Monday to Friday) of the month that is nearest to a day, or 0."""
    last = _days_in(day)
    if wanted > last:
        return 0
    shift = {6: -1, 7: 1}.get(day.replace(day=wanted).isoweekday(), 0)
    nearest = wanted + shift
    return nearest if 1 <= nearest <= last else wanted - 2 * shift
