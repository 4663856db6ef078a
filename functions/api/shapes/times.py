"""Times that may be given as a day: where it begins, the zone of the owner's account says."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from functions.api.shapes.fields import read_moment

DATE_LENGTH = len("2025-01-01")


def _read(value: object) -> date:
    """Read a moment, or a day as such; one of our own is left as it is. Raises ValueError."""
    if isinstance(value, date):
        return value
    moment = read_moment(value)
    return moment.date() if len(str(value)) == DATE_LENGTH else moment


def _described(day: str) -> WithJsonSchema:
    """Describe a field, and what a day means there."""
    return WithJsonSchema(
        {
            "type": "string",
            "anyOf": [{"format": "date-time"}, {"format": "date"}],
            "description": f"A date-time with Z or an offset, or a date: {day}.",
        }
    )


GivenTime = Annotated[
    datetime | date, BeforeValidator(_read), _described("midnight in the account's zone")
]
"""A moment, or a day, which means its beginning."""

GivenEnd = Annotated[
    datetime | date, BeforeValidator(_read), _described("its end in the account's zone")
]
"""A moment, or a day, which means its end."""

type Resolve = Callable[[date | None, str], datetime | None]
"""Gives the moment (UTC) that was meant, in the field that is pointed at."""
