"""DynamoDB's expressions, as far as stores use them: conditions, filters, updates, projections."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from typing import Any

Item = dict[str, dict[str, Any]]
Attribute = dict[str, Any] | None
Test = Callable[[Item, dict[str, Any]], bool]
"""Tells whether an item meets an expression; the second argument is the request's body."""

_TOKENS = re.compile(r"[#:]?\w+|<>|<=|>=|[=<>(),+]")
_CLAUSES = re.compile(r"\b(SET|REMOVE|ADD|DELETE)\b")
_COMMAS = re.compile(r",(?![^(]*\))")

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def find(word: str, item: Item, body: dict[str, Any]) -> Attribute:
    """Give what a word of an expression stands for: a value or an attribute."""
    if word.startswith(":"):
        value: Attribute = body["ExpressionAttributeValues"][word]
        return value
    return item.get(name_of(word, body))


def name_of(word: str, body: dict[str, Any]) -> str:
    """Give the attribute's name behind a word."""
    name: str = body["ExpressionAttributeNames"][word] if word.startswith("#") else word
    return name


def comparable(attribute: Attribute) -> Any:  # noqa: ANN401  # whatever the attribute holds
    """Give a value that compares as DynamoDB compares."""
    if attribute is None:
        return None
    ((kind, value),) = attribute.items()
    return Decimal(value) if kind == "N" else value


def key_bounds(body: dict[str, Any]) -> Iterator[tuple[str, tuple[str, str | None]]]:
    """Give for each key of a key condition its lowest and highest value (None: no end)."""
    words = [word for word in _TOKENS.findall(body["KeyConditionExpression"]) if word != ","]
    texts = {name: value.get("S") for name, value in body["ExpressionAttributeValues"].items()}
    for n, word in enumerate(words):
        if word == "BETWEEN":
            yield name_of(words[n - 1], body), (texts[words[n + 1]], texts[words[n + 3]])
        elif word == "begins_with":
            prefix = texts[words[n + 3]]
            yield name_of(words[n + 2], body), (prefix, f"{prefix}\U0010ffff")
        elif word in _BOUNDS:
            yield name_of(words[n - 1], body), _BOUNDS[word](texts[words[n + 1]])


_BOUNDS: dict[str, Callable[[str], tuple[str, str | None]]] = {
    "=": lambda text: (text, text),
    "<": lambda text: ("", text),
    "<=": lambda text: ("", text),
    ">": lambda text: (text, None),
    ">=": lambda text: (text, None),
}


@cache
def condition(text: str) -> Test:
    """Read a condition."""
    return _Reader(text).either()


class _Reader:
    """Reads one condition, the loosest operator first."""

    def __init__(self, text: str) -> None:
        """Take a text apart."""
        self.words: list[str] = _TOKENS.findall(text)

    def either(self) -> Test:
        """Read ``a OR b``."""
        return self._joined("OR", self.both, any)

    def both(self) -> Test:
        """Read ``a AND b``."""
        return self._joined("AND", self.one, all)

    def _joined(
        self, word: str, part: Callable[[], Test], join: Callable[[Iterator[bool]], bool]
    ) -> Test:
        """Read parts with a word between them."""
        parts = [part()]
        while self.words and self.words[0] == word:
            self.words.pop(0)
            parts.append(part())
        return lambda item, body: join(test(item, body) for test in parts)

    def one(self) -> Test:
        """Read a comparison, a function, or something in brackets."""
        word = self.words.pop(0)
        if word == "(":
            inner = self.either()
            self.words.pop(0)
            return inner
        if self.words[0] == "(":
            return self._function(word)
        return self._comparison(word)

    def _function(self, name: str) -> Test:
        """Read ``name(word, …)``."""
        end = self.words.index(")")
        words = [word for word in self.words[1:end] if word != ","]
        del self.words[: end + 1]
        if name == "begins_with":
            return lambda item, body: _begins(*(find(word, item, body) for word in words))
        wanted = name == "attribute_exists"
        return lambda item, body: (find(words[0], item, body) is not None) is wanted

    def _comparison(self, left: str) -> Test:
        """Read ``left = right`` and the like."""
        operator = self.words.pop(0)
        if operator == "BETWEEN":
            low, _, high = (self.words.pop(0) for _ in range(3))
            return lambda item, body: (
                comparable(find(low, item, body))
                <= comparable(find(left, item, body))
                <= comparable(find(high, item, body))
            )
        right, compare = self.words.pop(0), _COMPARE[operator]

        def test(item: Item, body: dict[str, Any]) -> bool:
            first, second = find(left, item, body), find(right, item, body)
            if first is None or second is None:
                return operator == "<>"
            return bool(compare(comparable(first), comparable(second)))

        return test


def _begins(whole: Attribute, start: Attribute) -> bool:
    """Tell whether a text begins with another."""
    return bool(whole and start and whole["S"].startswith(start["S"]))


def updated(item: Item, body: dict[str, Any]) -> Item:
    """Give an item as an update leaves it."""
    parts = _CLAUSES.split(body["UpdateExpression"])[1:]
    after = dict(item)
    for clause, text in zip(parts[::2], parts[1::2], strict=True):
        for action in _COMMAS.split(text):
            _ACTIONS[clause](after, item, _TOKENS.findall(action), body)
    return {name: value for name, value in after.items() if value != {"SS": []}}


def _set(after: Item, before: Item, words: list[str], body: dict[str, Any]) -> None:
    """Do ``name = word`` and ``name = if_not_exists(name, word)``."""
    name = name_of(words[0], body)
    if words[2] == "if_not_exists":
        value = find(words[4], before, body) or find(words[6], before, body)
    else:
        value = find(words[2], before, body)
    if value is None:
        raise ValueError("an operand is not there")
    after[name] = value


def _remove(after: Item, _: Item, words: list[str], body: dict[str, Any]) -> None:
    """Do ``REMOVE name``."""
    after.pop(name_of(words[0], body), None)


def _add(after: Item, before: Item, words: list[str], body: dict[str, Any]) -> None:
    """Do ``ADD name :value``, to a number or to a set."""
    name = name_of(words[0], body)
    ((kind, value),) = (find(words[1], before, body) or {}).items()
    old = before.get(name, {})
    if kind == "N":
        after[name] = {"N": str(Decimal(old.get("N", 0)) + Decimal(value))}
    else:
        after[name] = {kind: sorted({*old.get(kind, []), *value})}


def _delete(after: Item, before: Item, words: list[str], body: dict[str, Any]) -> None:
    """Do ``DELETE name :set``."""
    name = name_of(words[0], body)
    ((kind, value),) = (find(words[1], before, body) or {}).items()
    if name in before:
        after[name] = {kind: sorted({*before[name][kind]} - {*value})}


_ACTIONS = {"SET": _set, "REMOVE": _remove, "ADD": _add, "DELETE": _delete}


def projected(item: Item, body: dict[str, Any]) -> Item:
    """Give the attributes that were asked for."""
    if "ProjectionExpression" not in body:
        return item
    words = body["ProjectionExpression"].replace(" ", "").split(",")
    names = [name_of(word, body) for word in words]
    return {name: item[name] for name in names if name in item}
