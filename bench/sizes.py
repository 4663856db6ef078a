"""What DynamoDB bills: sizes of items, and read and write units.

Rules: docs.aws.amazon.com/amazondynamodb/latest/developerguide, "CapacityUnitCalculations",
"read-write-operations", "LSI" and "GSI" (writes to indexes).
"""

import base64
from collections.abc import Mapping
from typing import Any

Item = Mapping[str, Mapping[str, Any]]

_WRITE_UNIT, _READ_UNIT = 1024, 4096
_NESTED, _ELEMENT = 3, 1


def item_size(item: Item | None) -> int:
    """Give the bytes of an item: its names in UTF-8 and its values."""
    return sum(_text_size(name) + _value_size(value) for name, value in (item or {}).items())


def _text_size(text: str) -> int:
    """Give the bytes of a text in UTF-8."""
    return len(text) if text.isascii() else len(text.encode())


def _value_size(attribute: Mapping[str, Any]) -> int:
    """Give the bytes of one value."""
    ((kind, value),) = attribute.items()
    if kind == "S":
        return _text_size(value)
    if kind == "N":
        return number_size(value)
    if kind == "B":
        return len(base64.b64decode(value))
    if kind in {"BOOL", "NULL"}:
        return 1
    return _many_size(kind, value)


def number_size(number: str) -> int:
    """Give the bytes of a number: one for two significant digits, and one."""
    digits = number.lstrip("-").replace(".", "").strip("0")
    return (len(digits) + 1) // 2 + 1


def _many_size(kind: str, values: Any) -> int:  # noqa: ANN401  # raw attributes
    """Give the bytes of a set, a list or a map."""
    if kind == "M":
        return _NESTED + item_size(values) + _ELEMENT * len(values)
    if kind == "L":
        return _NESTED + sum(_value_size(each) + _ELEMENT for each in values)
    return sum(_value_size({kind[0]: each}) for each in values)


def write_units(before: Item | None, after: Item | None) -> int:
    """Give the units of one write: by the larger of what was and what is there, at least one."""
    return max(1, -(-max(item_size(before), item_size(after)) // _WRITE_UNIT))


def index_write_units(before: Item | None, after: Item | None, *, moved: bool) -> int:
    """Give the units that a write costs in an index whose entry changes like this.

    ``moved``: the entry's sort key is another one, so that the old one is deleted.
    """
    if before == after:
        return 0
    if moved and before and after:
        return write_units(before, None) + write_units(None, after)
    return write_units(before, after)


def read_units(size: int, *, strong: bool) -> float:
    """Give the units of reading so many bytes at once; finding nothing costs as much as little."""
    units = max(1, -(-size // _READ_UNIT))
    return float(units) if strong else units / 2
