"""Schedule expressions as EventBridge reads them: ``rate()``, ``cron()`` and ``at()``.

Strict, since the emulator accepts nonsense: what AWS would refuse is refused here
(docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from local.cron import CronExpression

_RATE = re.compile(r"rate\(([1-9][0-9]{0,5}) (minute|minutes|hour|hours|day|days)\)")
_AT = re.compile(r"at\(([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})\)")
_CRON = re.compile(r"cron\(([^()]*)\)")


class BadExpression(ValueError):
    """AWS would refuse this schedule expression."""


class Expression(Protocol):
    """Says when a schedule fires."""

    def moments(self, since: datetime) -> Iterator[datetime]:
        """Give the moments from ``since`` on, inclusive, in order, UTC."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Fires at its beginning and then regularly."""

    every: timedelta
    beginning: datetime

    def moments(self, since: datetime) -> Iterator[datetime]:
        """Give the moments from ``since`` on."""
        passed = max(-((self.beginning - since) // self.every), 0)
        while True:
            yield self.beginning + passed * self.every
            passed += 1


@dataclass(frozen=True, slots=True)
class At:
    """Fires once."""

    moment: datetime

    def moments(self, since: datetime) -> Iterator[datetime]:
        """Give the moment, unless it has passed."""
        if self.moment >= since:
            yield self.moment


def parse(text: str, *, created: datetime, zone: str = "UTC") -> Expression:
    """Read a schedule expression; rates count from ``created``.

    Raises:
        BadExpression: AWS would refuse it.
    """
    if match := _RATE.fullmatch(text):
        return _rate(match[1], match[2], created)
    if match := _AT.fullmatch(text):
        return At(_local(match[1], zone))
    if match := _CRON.fullmatch(text):
        return _cron(match[1], zone)
    raise BadExpression(f"not a rate(), cron() or at() expression: {text}")


def _rate(count: str, unit: str, created: datetime) -> Rate:
    """Read a rate: the unit is in the singular exactly when the count is 1."""
    if unit.endswith("s") is (count == "1"):
        raise BadExpression(f"rate({count} {unit}): 1 takes the singular, others the plural")
    return Rate(timedelta(**{f"{unit.removesuffix('s')}s": int(count)}), created)


def _local(text: str, zone: str) -> datetime:
    """Read a local time."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=_zone(zone)).astimezone(UTC)
    except ValueError as error:
        raise BadExpression(f"at({text}): {error}") from error


def _cron(fields: str, zone: str) -> CronExpression:
    """Read the six fields of a cron expression."""
    try:
        return CronExpression.parse(fields, _zone(zone))
    except ValueError as error:
        raise BadExpression(f"cron({fields}): {error}") from error


def _zone(name: str) -> ZoneInfo:
    """Find a time zone by its IANA name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise BadExpression(f"unknown time zone: {name}") from error
