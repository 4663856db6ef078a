"""DynamoDB's operations on tables in memory, counted and priced.

It is no DynamoDB: it knows the operations and expressions that are used here, keys of type S, and
no faults. Calls are counted by name, written items by table, ``read_units`` and ``write_units`` as
AWS would bill them.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from bench.expressions import Item, condition, key_bounds, projected, updated
from bench.kept import Asked, Index, Kept, Key
from bench.sizes import item_size, read_units, write_units

_PAGE = 1024 * 1024

Body = dict[str, Any]


class Refused(Exception):
    """The answer is an error: its type and what goes with it."""

    def __init__(self, kind: str, **extra: object) -> None:
        """Name the error."""
        super().__init__(kind)
        self.body = {"__type": f"com.amazonaws.dynamodb.v20120810#{kind}", **extra}


class Meter:
    """Tables, and what their use would cost."""

    def __init__(self) -> None:
        """Start without tables."""
        self.tables: dict[str, Kept] = {}
        self.counted: defaultdict[str, float] = defaultdict(float)

    def call(self, operation: str, body: Body) -> Body:
        """Do what one call asks for."""
        self.counted[operation] += 1
        self.counted["calls"] += 1
        return _OPERATIONS[operation](self, body)

    def create_table(self, body: Body) -> Body:
        """Make a table."""
        self.tables[body["TableName"]] = Kept(body)
        return {"TableDescription": {"TableName": body["TableName"], "TableStatus": "ACTIVE"}}

    def describe_table(self, body: Body) -> Body:
        """Say that a table is ready."""
        return {"Table": {"TableName": body["TableName"], "TableStatus": "ACTIVE"}}

    def get_item(self, body: Body) -> Body:
        """Give one item."""
        item = self._read_one(self.tables[body["TableName"]], body["Key"], body)
        return {"Item": item} if item is not None else {}

    def _read_one(self, table: Kept, key: Item, asked: Body) -> Item | None:
        """Read one item, at its price."""
        item = table.get(key)
        strong = asked.get("ConsistentRead", False)
        self.counted["read_units"] += read_units(item_size(item), strong=strong)
        return None if item is None else projected(item, asked)

    def batch_get_item(self, body: Body) -> Body:
        """Give many items; each is rounded up by itself."""
        answers = {
            name: [self._read_one(self.tables[name], key, asked) for key in asked["Keys"]]
            for name, asked in body["RequestItems"].items()
        }
        found = {name: [i for i in items if i is not None] for name, items in answers.items()}
        return {"Responses": found, "UnprocessedKeys": {}}

    def batch_write_item(self, body: Body) -> Body:
        """Write and delete many items."""
        for name, requests in body["RequestItems"].items():
            for request in requests:
                ((kind, what),) = request.items()
                item = what["Item"] if kind == "PutRequest" else None
                self._write(name, item or what["Key"], item)
        return {"UnprocessedItems": {}}

    def _write(self, table: str, key: Item, after: Item | None) -> None:
        """Write or delete one item, at its price."""
        self.counted["write_units"] += self.tables[table].change(key, after)
        self.counted[f"items written to {table}"] += 1

    def put_item(self, body: Body) -> Body:
        """Write one item, if its condition holds."""
        self._check(body, body["Item"])
        self._write(body["TableName"], body["Item"], body["Item"])
        return {}

    def delete_item(self, body: Body) -> Body:
        """Delete one item, if its condition holds."""
        self._check(body, body["Key"])
        self._write(body["TableName"], body["Key"], None)
        return {}

    def update_item(self, body: Body) -> Body:
        """Change one item, if its condition holds."""
        before = self._check(body, body["Key"])
        after = updated(before or dict(body["Key"]), body)
        self._write(body["TableName"], body["Key"], after)
        return {"Attributes": after} if body.get("ReturnValues") == "ALL_NEW" else {}

    def _check(self, body: Body, key: Item) -> Item | None:
        """Give the item as it is, if the condition holds; one that does not costs a write."""
        item = self.tables[body["TableName"]].get(key)
        text = body.get("ConditionExpression")
        if text and not condition(text)(item or {}, body):
            self.counted["write_units"] += write_units(item, None)
            met = {"Item": item} if item and "ReturnValuesOnConditionCheckFailure" in body else {}
            raise Refused("ConditionalCheckFailedException", **met)
        return item

    def query(self, body: Body) -> Body:
        """Give one page of a partition."""
        table = self.tables[body["TableName"]]
        index = table.indexes[body["IndexName"]] if "IndexName" in body else table.own
        backwards = not body.get("ScanIndexForward", True)
        start = _start(table, index.sort, body.get("ExclusiveStartKey"))
        page = _Page(body)
        for entry in index.walk(_asked(body, index), start, backwards=backwards):
            if not page.take(entry):
                break
        strong = body.get("ConsistentRead", False)
        self.counted["read_units"] += read_units(page.size, strong=strong)
        names = {*table.keys, *index.keys}
        return page.answer(names)


_OPERATIONS: dict[str, Callable[[Meter, Body], Body]] = {
    "BatchGetItem": Meter.batch_get_item,
    "BatchWriteItem": Meter.batch_write_item,
    "CreateTable": Meter.create_table,
    "DeleteItem": Meter.delete_item,
    "DescribeTable": Meter.describe_table,
    "GetItem": Meter.get_item,
    "PutItem": Meter.put_item,
    "Query": Meter.query,
    "UpdateItem": Meter.update_item,
}


class _Page:
    """One page of a query, as it fills."""

    def __init__(self, body: Body) -> None:
        """Begin a page."""
        self.body = body
        self.size = self.looked_at = 0
        self.items: list[Item] = []
        self.last: Item | None = None
        self.full = False
        self._in_range = condition(body["KeyConditionExpression"])
        text = body.get("FilterExpression")
        self._wanted = condition(text) if text else lambda _item, _body: True

    def take(self, entry: Item) -> bool:
        """Take an entry, if it belongs here; False when the page is full."""
        if not self._in_range(entry, self.body):
            return True
        if self.size > _PAGE or self.looked_at == self.body.get("Limit"):
            self.full = True
            return False
        self.size += item_size(entry)
        self.looked_at += 1
        self.last = entry
        if self._wanted(entry, self.body):
            self.items.append(projected(entry, self.body))
        return True

    def answer(self, key_names: set[str]) -> Body:
        """Give the page."""
        answer: Body = {"Items": self.items, "Count": len(self.items)}
        if self.full and self.last is not None:
            answer["LastEvaluatedKey"] = {name: self.last[name] for name in key_names}
        return answer


def _asked(body: Body, index: Index) -> Asked:
    """Read from a key condition which partition is meant, and which part of it at most."""
    bounds = dict(key_bounds(body))
    (partition, _) = bounds[index.partition]
    low, high = bounds.get(index.sort or "", ("", None))
    return Asked(partition, low, high)


def _start(table: Kept, sort: str | None, key: Item | None) -> tuple[str, Key] | None:
    """Give the place after which a page begins."""
    if key is None:
        return None
    return (key[sort]["S"] if sort else ""), table.key_of(key)
