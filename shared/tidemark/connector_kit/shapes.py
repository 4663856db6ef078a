"""Parts of an answer, taken out with the shape that the source documents."""

import base64
from contextlib import suppress
from datetime import datetime
from decimal import Decimal

from tidemark.domain import amounts, moments
from tidemark.errors import SourceGarbage


def mapping(value: object, *names: str) -> dict[str, object]:
    """Give an object, or the object inside it that the names lead to; an absent one is empty.

    Raises:
        SourceGarbage: when it is something else.
    """
    for name in names:
        value = mapping(value).get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise SourceGarbage("The source's answer has an unknown shape.")
    return value


def listing(value: object) -> list[object]:
    """Give a list; an absent one is empty. Raises SourceGarbage when it is something else."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise SourceGarbage("The source's answer has an unknown shape.")
    return value


def text(value: object) -> str:
    """Give a text, or the text of a number; an absent one is empty. Raises SourceGarbage."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise SourceGarbage("The source's answer has an unknown shape.")
    return str(value)


def count(value: object) -> int | None:
    """Give a count that may be text, or None where there is none. Raises SourceGarbage."""
    digits = text(value)
    if not digits:
        return None
    if not (digits.isascii() and digits.isdigit()):
        raise SourceGarbage("The source's answer has an unknown shape.")
    return int(digits)


def amount(value: object) -> Decimal:
    """Give an exact amount. Raises SourceGarbage."""
    with suppress(ValueError):
        return amounts.parse_amount(value)
    raise SourceGarbage("The source's answer has an amount that cannot be read.")


def moment(value: object) -> datetime:
    """Give the time that seconds since 1970 stand for. Raises SourceGarbage."""
    with suppress(ValueError):
        return moments.from_seconds(value)
    raise SourceGarbage("The source's answer has a time that cannot be read.")


def date_time(value: object) -> datetime:
    """Give the time that an RFC 3339 text stands for. Raises SourceGarbage."""
    with suppress(ValueError):
        return moments.parse(text(value))
    raise SourceGarbage("The source's answer has a time that cannot be read.")


def is_base64(value: str) -> bool:
    """Tell whether a text is Base64 of something."""
    with suppress(ValueError):
        return bool(base64.b64decode(value, validate=True))
    return False
