"""The period lock over the wire."""

from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, WithJsonSchema

from functions.api.shapes.fields import Moment, Shape, has_no_default, read_moment
from tidemark.domain.accounts import PeriodLock, start_of_day
from tidemark.domain.local_times import zone_named
from tidemark.errors import FieldError, Invalid
from tidemark.services.lock_period import Locked, Moved

_NOT_A_TIME = "this is not a date, or a date-time with Z or an offset, of RFC 3339"


def _moment_or_day(text: str) -> str:
    """Refuse what is neither a date-time nor a date. Raises ValueError."""
    read_moment(text)
    return text


def _zone(name: str) -> str:
    """Refuse a zone that is not there. Raises ValueError."""
    try:
        return zone_named(name).key
    except Invalid:
        raise ValueError("there is no time zone of this name") from None


Zone = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_zone)]


class PeriodLockBody(Shape):
    """Up to when to lock; null unlocks. Without a zone, it is the account's."""

    locked_until: Annotated[
        str | None,
        AfterValidator(lambda text: None if text is None else _moment_or_day(text)),
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "string", "format": "date-time"},
                    {"type": "string", "format": "date"},
                    {"type": "null"},
                ],
                "description": "A date-time with Z or an offset, or a date: midnight in `zone`.",
            }
        ),
    ]
    zone: Annotated[Zone, Field(json_schema_extra=has_no_default)] = ""

    def moment(self, zone: str) -> datetime | None:
        """Give the moment up to which is locked, in a zone. Raises Invalid beyond the calendar."""
        text = self.locked_until
        if text is None or "T" in text.upper():
            return None if text is None else read_moment(text)
        try:
            return start_of_day(date.fromisoformat(text), zone_named(zone))
        except OverflowError:
            error = FieldError("/locked_until", _NOT_A_TIME)
            raise Invalid("The request is not valid.", [error]) from None


class SealShape(Shape):
    """The SHA-256 of what is locked of one integration, as it was when it was locked."""

    integration: str
    sha256: str


class PeriodLockShape(Shape):
    """Everything before `locked_until` stays as it is; null: nothing is locked.

    `sealed` is false as long as the lock is being set. `intact` tells, if that was asked for,
    whether everything locked is as it was sealed.
    """

    locked_until: Moment | None
    zone: str | None
    locked_at: Moment | None
    sealed: bool
    seals: list[SealShape]
    intact: bool | None

    @classmethod
    def of(cls, lock: PeriodLock | None, *, intact: bool | None = None) -> Self:
        """Show a lock."""
        return cls(**_facts(lock), intact=intact)


class MovedLockShape(Shape):
    """The lock as it is now, where it went, and where it was before."""

    locked_until: Moment | None
    zone: str | None
    locked_at: Moment | None
    sealed: bool
    seals: list[SealShape]
    moved: Moved
    previous_locked_until: Moment | None

    @classmethod
    def of(cls, locked: Locked) -> Self:
        """Show what became of the lock."""
        before = locked.before.locked_until if locked.before else None
        return cls(**_facts(locked.lock), moved=locked.moved, previous_locked_until=before)


def _facts(lock: PeriodLock | None) -> dict[str, Any]:
    """Give what both shapes tell of a lock."""
    return {
        "locked_until": lock.locked_until if lock else None,
        "zone": lock.zone if lock else None,
        "locked_at": lock.locked_at if lock else None,
        "sealed": lock.sealed if lock else False,
        "seals": [
            SealShape(integration=each, sha256=seal)
            for each, seal in sorted((lock.seals if lock else {}).items())
        ],
    }
