"""The tables: Tidemark's as template.yaml has them, and the script's one."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tidemark.wire import Wire

_WANTED = ("AttributeDefinitions", "KeySchema", "LocalSecondaryIndexes", "GlobalSecondaryIndexes")

OURS, THEIRS = "TransactionsTable", "trades"
"""Where transactions are: Tidemark's table and the script's."""

_THEIRS = {
    "AttributeDefinitions": [
        {"AttributeName": "account", "AttributeType": "S"},
        {"AttributeName": "trade_id", "AttributeType": "S"},
    ],
    "KeySchema": [
        {"AttributeName": "account", "KeyType": "HASH"},
        {"AttributeName": "trade_id", "KeyType": "RANGE"},
    ],
}


class _Loader(yaml.CSafeLoader):
    """Reads YAML with CloudFormation's tags, which are of no interest here."""


_Loader.add_multi_constructor("!", lambda _loader, _tag, node: node.value)


@cache
def definitions() -> dict[str, dict[str, Any]]:
    """Give what makes each table."""
    template = yaml.load(Path("template.yaml").read_text(), _Loader)  # noqa: S506  # it is safe
    ours = {
        name: {word: value for word, value in each["Properties"].items() if word in _WANTED}
        for name, each in template["Resources"].items()
        if each["Type"] == "AWS::DynamoDB::Table"
    }
    return {**ours, THEIRS: _THEIRS}


def environment() -> dict[str, str]:
    """Give the variables by which functions find Tidemark's tables: RunsTable by RUNS_TABLE."""
    ours = (name for name in definitions() if name != THEIRS)
    return {f"{name.removesuffix('Table').upper()}_TABLE": name for name in ours}


def make_all(wire: Wire) -> None:
    """Make all tables."""
    for name, arguments in definitions().items():
        wire.call("CreateTable", {"TableName": name, **arguments})
