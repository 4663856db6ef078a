"""Many items at once: batches of the sizes that DynamoDB takes, and what it leaves undone.

Requests are ready JSON text: no item is spelled twice on its way.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import batched
from typing import Any

from tidemark.errors import StoreUnavailable
from tidemark.stores.table import Item, Table, Values, write

_WRITE, _READ = 25, 100
"""As many items as DynamoDB takes in one call."""

_ROUNDS = 10


def put_request(item: Values) -> str:
    """Spell the request to write an item of plain data."""
    return json.dumps({"PutRequest": {"Item": write(item)}})


def delete_request(key: Values) -> str:
    """Spell the request to delete an item."""
    return json.dumps({"DeleteRequest": {"Key": write(key)}})


def write_all(table: Table, requests: Sequence[str], *, threads: int = 1) -> None:
    """Make many writes, one key at most once among them. No thread outlives the call.

    Raises:
        StoreUnavailable: some may be written, some not.
    """
    chunks = batched(requests, _WRITE, strict=False)
    if threads == 1 or len(requests) <= _WRITE:
        for chunk in chunks:
            _write(table, chunk)
        return
    with ThreadPoolExecutor(threads) as pool:
        for future in [pool.submit(_write, table, chunk) for chunk in chunks]:
            future.result()


def _write(table: Table, requests: Iterable[str]) -> None:
    """Write one batch, and again what is left undone."""
    undone = f'{{"{table.name}":[{",".join(requests)}]}}'
    for attempt in range(_ROUNDS):
        answer = table.wire.call("BatchWriteItem", f'{{"RequestItems":{undone}}}')
        left = answer.get("UnprocessedItems")
        if not left:
            return
        undone = json.dumps(left)
        table.wire.pause(attempt)
    raise StoreUnavailable("items were left unwritten after all attempts")


def read_all(table: Table, keys: Collection[Item], **options: object) -> Iterator[Item]:
    """Give those of the items that exist, in no order, strongly consistent; each key once.

    Raises:
        StoreUnavailable: some were left unread.
    """
    for chunk in batched(keys, _READ, strict=False):
        yield from _read(table, {"Keys": chunk, "ConsistentRead": True, **options})


def _read(table: Table, request: dict[str, Any]) -> Iterator[Item]:
    """Read one batch, and again what is left undone."""
    undone = {table.name: request}
    for attempt in range(_ROUNDS):
        answer = table.wire.call("BatchGetItem", {"RequestItems": undone})
        yield from answer["Responses"].get(table.name, ())
        undone = answer.get("UnprocessedKeys") or {}
        if not undone:
            return
        table.wire.pause(attempt)
    raise StoreUnavailable("items were left unread after all attempts")


def erase(table: Table, keys: Iterable[Item]) -> None:
    """Delete many items, given by their keys as DynamoDB has them."""
    write_all(table, [json.dumps({"DeleteRequest": {"Key": key}}) for key in keys])
