"""The tables of template.yaml, made in moto."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from moto.dynamodb.models import dynamodb_backends

from tidemark.botocore_session import BotocoreSession
from tidemark.wire import DYNAMODB, Wire

_TEMPLATE = Path(__file__).parent.parent / "template.yaml"
_WANTED = ("AttributeDefinitions", "KeySchema", "LocalSecondaryIndexes", "GlobalSecondaryIndexes")


class _Loader(yaml.SafeLoader):
    """Reads YAML with CloudFormation's tags, which are of no interest here."""


_Loader.add_multi_constructor("!", lambda _loader, _tag, node: node.value)


def _definitions() -> dict[str, dict[str, Any]]:
    """Give the properties of each table by its logical id."""
    template = yaml.load(_TEMPLATE.read_text(), _Loader)  # noqa: S506  # it is a SafeLoader
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::DynamoDB::Table"
    }


TABLES = _definitions()
"""The properties of each table by its logical id, which is its name in tests."""


def key_of(table: str) -> list[str]:
    """Give the names of a table's key attributes."""
    return [part["AttributeName"] for part in TABLES[table]["KeySchema"]]


def environment() -> dict[str, str]:
    """Give the variables by which functions find their tables."""
    return {_variable(table): table for table in TABLES}


def _variable(table: str) -> str:
    """Name a table's variable: RunsTable is found by RUNS_TABLE."""
    return f"{table.removesuffix('Table').upper()}_TABLE"


def make_tables(wire: Wire | None = None) -> None:
    """Make all tables, where moto plays DynamoDB or where a wire leads."""
    wire = wire or Wire(DYNAMODB, session(), region="eu-central-1")
    for name, arguments in _arguments():
        wire.call("CreateTable", {"TableName": name, "BillingMode": "PAY_PER_REQUEST", **arguments})


def empty_tables() -> None:
    """Take everything out of all tables in moto, at once: making them anew takes a while."""
    backend = dynamodb_backends["123456789012"]["eu-central-1"]
    for name in TABLES:
        backend.tables[name].items.clear()


@cache
def session() -> BotocoreSession:
    """Give the one session of all tests, which moto hears: making one takes a while."""
    return BotocoreSession()


def _arguments() -> Iterator[tuple[str, dict[str, Any]]]:
    """Give what makes each table."""
    for name, properties in TABLES.items():
        yield name, {word: properties[word] for word in _WANTED if word in properties}
