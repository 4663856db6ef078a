"""The kinds of fields that requests and responses are made of."""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)

from tidemark.domain import moments

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_HIDDEN = {"Cc", "Cs", "Zl", "Zp"}


class Shape(BaseModel):
    """What goes over the wire; a field that is not known is refused."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        defer_build=True,
        hide_input_in_errors=True,
    )


def has_no_default(schema: dict[str, Any]) -> None:
    """Leave the default out of the document: what is not given is not said."""
    schema.pop("default", None)


def read_moment(value: object) -> datetime:
    """Read an RFC 3339 date-time, or a date, which means midnight UTC.

    Raises:
        ValueError: when it is neither.
    """
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        if isinstance(value, str) and _DATE_TIME.fullmatch(value):
            return moments.parse(value.upper())
    except (ValueError, OverflowError):
        pass
    raise ValueError("this is not a date, or a date-time with Z or an offset, of RFC 3339")


def _given(value: object) -> object:
    """Read a moment that comes from outside; one of our own is left as it is."""
    return value if isinstance(value, datetime) else read_moment(value)


def read_name(text: str) -> str:
    """Trim a name; control characters and empty names are refused.

    Raises:
        ValueError: when it is not a name.
    """
    trimmed = text.strip()
    if any(unicodedata.category(each) in _HIDDEN for each in trimmed):
        raise ValueError("control characters are not allowed")
    if not trimmed:
        raise ValueError("this must not be empty")
    return trimmed


def read_note(text: str) -> str:
    """Read a note of one or more lines; tabs are its own affair, too.

    Raises:
        ValueError: when it holds other control characters, or nothing.
    """
    lines = text.strip().replace("\r\n", "\n")
    read_name(lines.replace("\n", " ").replace("\t", " "))
    return lines


Name = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(read_name)]

Moment = Annotated[
    datetime,
    PlainSerializer(moments.spell, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A time that is answered: RFC 3339, UTC, fixed width."""

GivenMoment = Annotated[
    datetime,
    BeforeValidator(_given),
    WithJsonSchema(
        {
            "type": "string",
            "anyOf": [{"format": "date-time"}, {"format": "date"}],
            "description": "A date-time with Z or an offset, or a date: midnight UTC.",
        }
    ),
]
"""A time that is asked for."""

Amount = Annotated[str, WithJsonSchema({"type": "string", "format": "decimal"})]
"""An exact decimal amount as text."""

Json = Any
"""Any JSON value."""

Limit = Annotated[int, Field(ge=1, le=200, description="How many to give at most.")]

Cursor = Annotated[
    str, Field(max_length=2048, description="Where to go on: `next_cursor` of the last answer.")
]
