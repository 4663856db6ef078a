"""Makes moto's DynamoDB quick enough to sync thousands of transactions while somebody watches.

Like ``moto_hooks`` this module knows moto's insides (written for moto 5.2). The answers stay the
same: moto sorts the whole table for each query, decodes an item once per projected attribute, and
looks every member of an answer up by reflection. Calls to DynamoDB come one at a time (``aws``).
"""

import base64
import json
from decimal import Decimal

from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoResult
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

from local.moto_hooks import Foreign, replace

_READS = {"Query", "Scan", "GetItem", "BatchGetItem"}
_INDEX_NAME = 6  # place of the index's name among the arguments of Table.query


def hook_speed() -> None:
    """Put quicker ways in place of moto's."""
    _quick_values()
    _quick_sizes()
    _quick_queries()
    _quick_answers()
    _quick_doors()


def _quick_values() -> None:
    """Take the value of plain types as it is, and project plain names without decoding."""

    def cast_value(value: DynamoType) -> Foreign:
        if value.type in {"S", "B", "BOOL"}:
            return value.value
        return Decimal(value.value) if value.type == "N" else original_cast(value)

    def project(item: Item, expressions: list[list[str]]) -> Item:
        if any(len(path) != 1 or "[" in path[0] for path in expressions):
            return original_project(item, expressions)
        kept = Item(item.hash_key, item.range_key, {})
        for (name,) in expressions:
            if name in item.attrs:
                dict.__setitem__(kept.attrs, name, item.attrs[name])
        return kept

    was: Foreign = DynamoType.cast_value
    original_cast = was.fget
    original_project = Item.project
    replace(DynamoType, "cast_value", property(cast_value))
    replace(Item, "project", project)


def _quick_sizes() -> None:
    """Measure plain types at once: each query measures its whole partition."""

    def size(value: DynamoType) -> int:
        if value.type not in {"S", "N", "B"} or not isinstance(value.value, str):
            measured: int = original(value)
            return measured
        return _length(value.value)

    def item_size(item: Item) -> int:
        return sum(_length(name) + value.size() for name, value in item.attrs.items())

    original = DynamoType.size
    replace(DynamoType, "size", size)
    replace(Item, "size", item_size)


def _length(text: str) -> int:
    """Count the bytes of a text in UTF-8."""
    return len(text) if text.isascii() else len(text.encode())


def _quick_queries() -> None:
    """Let a query of a table or a local index look at its partition alone."""

    def query(table: Table, hash_key: DynamoType, *rest: Foreign, **more: Foreign) -> Foreign:
        index = more.get("index_name") or (rest + (None,) * _INDEX_NAME)[_INDEX_NAME]
        local = index is None or any(each.name == index for each in table.indexes)
        if not local or not table.range_key_attr:
            return original(table, hash_key, *rest, **more)
        partition = list(table.items.get(hash_key, {}).values())
        replace(table, "all_items", lambda: partition)
        try:
            return original(table, hash_key, *rest, **more)
        finally:
            delattr(table, "all_items")

    original = Table.query
    replace(Table, "query", query)


def _quick_answers() -> None:
    """Write the answers of reads without looking members up: they are plain values by now."""

    def execute_result(result: DynamoResult, context: Foreign) -> tuple[int, dict[str, str], str]:
        if context.operation_model.name not in _READS:
            written: tuple[int, dict[str, str], str] = original(result, context)
            return written
        body = json.dumps(result.result, default=_spelled)
        return 200, {"Content-Type": "application/x-amz-json-1.0"}, body

    original: Foreign = DynamoResult.execute_result
    replace(DynamoResult, "execute_result", execute_result)


def _quick_doors() -> None:
    """Look up once which service a host stands for: moto lists its folders for each request."""

    def backend_for(server: DomainDispatcherApplication, host: str | None) -> Foreign:
        if host not in known:
            known[host] = original(server, host)
        return known[host]

    known: dict[str | None, Foreign] = {}
    original: Foreign = DomainDispatcherApplication.get_backend_for_host
    replace(DomainDispatcherApplication, "get_backend_for_host", backend_for)


def _spelled(value: object) -> object:
    """Spell what JSON has no way for."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value)} in an answer of DynamoDB")
