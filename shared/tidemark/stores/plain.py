"""Frozen domain values as plain data (what JSON and DynamoDB know), and back.

Values are walked by their type hints, so a new field needs nothing here. Additive by design: a
field that is missing takes its default, one that is not known (written by newer code) is left out.
"""

import dataclasses
import json
import types
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from tidemark.domain import moments
from tidemark.domain.amounts import spell

Restore = Callable[[Any], Any]


def to_plain(value: object) -> Any:  # noqa: ANN401  # what JSON knows has no better type
    """Give a value as plain data: times and amounts are texts, what is None is left out."""
    if dataclasses.is_dataclass(value):
        return _fields_of(value)
    for kind, plain in _PLAIN:
        if isinstance(value, kind):
            return plain(value)
    return value


_PLAIN: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (datetime, moments.spell),
    (Decimal, spell),
    (Enum, lambda value: value.value),
    (Mapping, lambda value: {name: to_plain(each) for name, each in value.items()}),
    (list, lambda value: [to_plain(each) for each in value]),
    (tuple, lambda value: [to_plain(each) for each in value]),
)


def _fields_of(value: object) -> dict[str, Any]:
    """Give a dataclass's fields that are not None."""
    names = (field.name for field in dataclasses.fields(cast("Any", value)))
    values = ((name, getattr(value, name)) for name in names)
    return {name: to_plain(each) for name, each in values if each is not None}


def from_plain[T](kind: type[T], data: object) -> T:
    """Give the value that ``to_plain`` wrote."""
    restore: Restore = _restorer(cast("Any", kind))
    return cast("T", restore(data))


def to_text(value: object) -> str:
    """Give a value as compact JSON text."""
    return json.dumps(to_plain(value), separators=(",", ":"), ensure_ascii=False)


def from_text[T](kind: type[T], text: str) -> T:
    """Give the value that ``to_text`` wrote."""
    return from_plain(kind, json.loads(text))


@cache
def _restorer(hint: Any) -> Restore:  # noqa: ANN401  # a type hint may be anything
    """Give what turns plain data into a value of the hinted type."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        return _optional(_restorer(next(a for a in arguments if a is not type(None))))
    if origin is tuple:
        return _sequence(_restorer(arguments[0]))
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(_restorer(arguments[1]))
    return _simple(hint)


def _simple(kind: Any) -> Restore:  # noqa: ANN401  # a type hint may be anything
    """Give what restores a class that is not generic."""
    if kind is datetime:
        return moments.parse
    if dataclasses.is_dataclass(kind):
        return _dataclass(cast("type", kind))
    if isinstance(kind, type) and hasattr(kind, "_fields"):
        return _named_tuple(kind)
    if isinstance(kind, type) and issubclass(kind, Decimal | Enum):
        return cast("Restore", kind)
    return lambda data: data


def _optional(restore: Restore) -> Restore:
    """Restore what may be None."""
    return lambda data: None if data is None else restore(data)


def _sequence(restore: Restore) -> Restore:
    """Restore a tuple of any length."""
    return lambda data: tuple(restore(each) for each in data)


def _mapping(restore: Restore) -> Restore:
    """Restore a mapping with text keys."""
    return lambda data: {name: restore(each) for name, each in data.items()}


def _dataclass(kind: type) -> Restore:
    """Restore a dataclass; what was None was not written, and may have no default."""
    hints = get_type_hints(kind)
    fields = [(field.name, _has_no_default(field)) for field in dataclasses.fields(kind)]
    return lambda data: kind(
        **{
            name: _restorer(hints[name])(data.get(name))
            for name, is_needed in fields
            if is_needed or name in data
        }
    )


def _has_no_default(field: dataclasses.Field[Any]) -> bool:
    """Tell whether a field has to be given."""
    return field.default is field.default_factory is dataclasses.MISSING


def _named_tuple(kind: Any) -> Restore:  # noqa: ANN401  # has no type of its own
    """Restore a NamedTuple from a list."""
    hints = list(get_type_hints(kind).values())
    return lambda data: kind(
        *(_restorer(hint)(each) for hint, each in zip(hints, data, strict=False))
    )
