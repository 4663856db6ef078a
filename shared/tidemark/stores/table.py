"""One DynamoDB table, spoken to by the wire: single items and queries in few words.

In expressions each attribute is written ``#name`` (no list of reserved words to know) and each
value ``:name``; values are given as Python has them. Items come back as DynamoDB has them; read
them with ``read``. Reads are strongly consistent unless an index cannot be.
"""

import base64
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import NoneType
from typing import Any

from tidemark.wire import Answer, Wire, as_json

Item = dict[str, dict[str, Any]]
Values = Mapping[str, object]

_LARGEST_PAGE = 1_000
_NAMES = re.compile(r"#\w+")


def attribute(value: object) -> dict[str, Any]:
    """Spell plain data as a DynamoDB attribute. Whole numbers only: amounts are texts."""
    for kind, letter, spelled in _SPELLED:
        if isinstance(value, kind):
            return {letter: spelled(value)}
    raise TypeError(f"{type(value).__name__} is not plain data")


def write(values: Values) -> Item:
    """Spell plain data as an item; what is None is left out."""
    return {name: attribute(value) for name, value in values.items() if value is not None}


def value_of(spelled: Mapping[str, Any]) -> Any:  # noqa: ANN401  # whatever was written
    """Read a DynamoDB attribute."""
    ((letter, value),) = spelled.items()
    return _READ[letter](value)


def read(item: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Read an item."""
    return {name: value_of(spelled) for name, spelled in item.items()}


def holds(item: Item, values: Values) -> bool:
    """Tell whether an item has these values."""
    return all(name in item and value_of(item[name]) == value for name, value in values.items())


_SPELLED: tuple[tuple[type, str, Callable[[Any], Any]], ...] = (
    (bool, "BOOL", bool),
    (str, "S", str),
    (int, "N", str),
    (bytes, "B", lambda data: base64.b64encode(data).decode()),
    (frozenset, "SS", sorted),
    (Mapping, "M", write),
    (Sequence, "L", lambda values: [attribute(value) for value in values]),
    (NoneType, "NULL", lambda _: True),
)

_READ: dict[str, Callable[[Any], Any]] = {
    "BOOL": bool,
    "S": str,
    "N": int,
    "B": base64.b64decode,
    "SS": frozenset,
    "M": read,
    "L": lambda values: [value_of(value) for value in values],
    "NULL": lambda _: None,
}


class Table:
    """One table. A write whose condition fails raises ``wire.ConditionFailed`` with the item."""

    def __init__(self, wire: Wire, name: str) -> None:
        """Speak of the table with this name."""
        self.wire = wire
        self.name = name

    def get(self, key: Values) -> Item | None:
        """Give one item."""
        body = {"TableName": self.name, "Key": write(key), "ConsistentRead": True}
        item: Item | None = self.wire.call("GetItem", body).get("Item")
        return item

    def put(self, item: Values, *, when: str = "", values: Values | None = None) -> None:
        """Write one item, in place of what is there."""
        body = {"TableName": self.name, "Item": write(item)}
        self.wire.call("PutItem", body | _conditional(when) | _words(when, values))

    def remove(self, key: Values, *, when: str = "", values: Values | None = None) -> None:
        """Delete one item."""
        body = {"TableName": self.name, "Key": write(key)}
        self.wire.call("DeleteItem", body | _conditional(when) | _words(when, values))

    def update(
        self, key: Values, change: str, *, when: str = "", values: Values | None = None
    ) -> Item:
        """Change one item, made if it is not there, and give all of it as it is then."""
        body = {
            "TableName": self.name,
            "Key": write(key),
            "UpdateExpression": change,
            "ReturnValues": "ALL_NEW",
        }
        body |= _conditional(when) | _words(f"{change} {when}", values)
        item: Item = self.wire.call("UpdateItem", body).get("Attributes", {})
        return item

    def query(  # noqa: PLR0913  # DynamoDB's own options
        self,
        where: str,
        values: Values,
        *,
        index: str | None = None,
        only: str = "",
        fields: str = "",
        backwards: bool = False,
        page: int | None = None,
        strong: bool = True,
        read: Callable[[bytes], Answer] = as_json,
    ) -> Iterator[Any]:
        """Go through the items of a partition in order, reading on lazily.

        The first time ``page`` items are read, then twice as many each time, up to 1,000.
        ``only`` filters, after reading; ``fields`` names the attributes to give. The items come as
        ``read`` reads answers, or as DynamoDB has them.
        """
        body: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": where,
            "ScanIndexForward": not backwards,
            "ConsistentRead": strong,
            "IndexName": index,
            "FilterExpression": only,
            "ProjectionExpression": fields,
            "Limit": page,
        }
        body = {name: value for name, value in body.items() if value not in (None, "")}
        return self._pages(body | _words(f"{where} {only} {fields}", values), read)

    def _pages(self, body: dict[str, Any], read: Callable[[bytes], Answer]) -> Iterator[Any]:
        """Give the items of a query, page after page."""
        more: dict[str, Any] | None = {}
        while more is not None:
            answer = self.wire.call("Query", body | more, read)
            yield from answer["Items"]
            last = answer.get("LastEvaluatedKey")
            more = {"ExclusiveStartKey": last} if last else None
            if "Limit" in body:
                body = body | {"Limit": min(2 * body["Limit"], _LARGEST_PAGE)}


def _conditional(when: str) -> dict[str, Any]:
    """Spell a condition; what it met is wanted when it fails."""
    if not when:
        return {}
    return {"ConditionExpression": when, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def _words(expressions: str, values: Values | None) -> dict[str, Any]:
    """Spell the names that expressions mention, and their values."""
    names = {name: name[1:] for name in _NAMES.findall(expressions)}
    spelled = {f":{name}": attribute(value) for name, value in (values or {}).items()}
    words = {"ExpressionAttributeNames": names, "ExpressionAttributeValues": spelled}
    return {name: word for name, word in words.items() if word}


def change_to(values: Values) -> str:
    """Spell an update that sets what has a value and removes what has none."""
    kept = [f"#{name} = :{name}" for name, value in values.items() if value is not None]
    gone = [f"#{name}" for name, value in values.items() if value is None]
    parts = [f"SET {', '.join(kept)}" if kept else "", f"REMOVE {', '.join(gone)}" if gone else ""]
    return " ".join(part for part in parts if part)
