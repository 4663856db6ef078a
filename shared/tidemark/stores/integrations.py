"""The integrations of owners in the Integrations table.

Changes name the attributes that they set: those of newer code stay as they are.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from tidemark.domain.integrations import OUTCOME_FIELDS, Integration, IntegrationKey
from tidemark.errors import StaleVersion
from tidemark.stores.plain import from_plain, to_plain
from tidemark.stores.table import Item, Table, holds, read
from tidemark.wire import ConditionFailed, Wire

_OWNED = {field.name for field in dataclasses.fields(Integration)} - OUTCOME_FIELDS - {"key"}
"""What ``replace`` writes."""


class DynamoIntegrations:
    """Integrations, one item each."""

    def __init__(self, wire: Wire, table: str) -> None:
        """Keep integrations in a table."""
        self._table = Table(wire, table)

    def add(self, integration: Integration) -> None:
        """Write a new one."""
        item = _key(integration.key) | _values(integration)
        try:
            self._table.put(item, when="attribute_not_exists(#owner)")
        except ConditionFailed as error:
            if not (error.retried and error.item and read(error.item) == item):
                raise StaleVersion("the integration exists") from None

    def get(self, key: IntegrationKey) -> Integration | None:
        """Read one."""
        item = self._table.get(_key(key))
        return _integration(item) if item else None

    def of_owner(self, owner: str) -> list[Integration]:
        """Read all of an owner's."""
        items = self._table.query("#owner = :owner", {"owner": owner})
        return [_integration(item) for item in items]

    def replace(self, integration: Integration, expected: int) -> None:
        """Set every field that syncs do not own, on condition of the version."""
        values = {k: value for k, value in _values(integration).items() if k in _OWNED}
        change = _change({name: values.get(name) for name in sorted(_OWNED)})
        try:
            self._table.update(
                _key(integration.key),
                change,
                when="#version = :expected",
                values=values | {"expected": expected},
            )
        except ConditionFailed as error:
            if not (error.retried and holds(error.item or {}, values)):
                raise StaleVersion("the integration was changed in between") from None

    def note_outcome(self, key: IntegrationKey, outcome: Mapping[str, object]) -> None:
        """Set the fields that syncs own, if the integration is still there."""
        if not outcome.keys() <= OUTCOME_FIELDS:
            raise ValueError("an outcome has no such fields")
        values = {name: to_plain(value) for name, value in outcome.items()}
        try:
            self._table.update(
                _key(key),
                _change(values),
                when="attribute_exists(#owner)",
                values={name: value for name, value in values.items() if value is not None},
            )
        except ConditionFailed:
            return

    def remove(self, key: IntegrationKey) -> None:
        """Remove one."""
        self._table.remove(_key(key))


def _key(key: IntegrationKey) -> dict[str, str]:
    """Name an integration's item."""
    return {"owner": key.owner, "integration_id": key.integration_id}


def _values(integration: Integration) -> dict[str, Any]:
    """Give the attributes beside the key that are not None."""
    values: dict[str, Any] = to_plain(integration)
    del values["key"]
    return values


def _change(values: Mapping[str, object]) -> str:
    """Spell an update that sets what has a value and removes what has none."""
    kept = [f"#{name} = :{name}" for name, value in values.items() if value is not None]
    gone = [f"#{name}" for name, value in values.items() if value is None]
    parts = [f"SET {', '.join(kept)}" if kept else "", f"REMOVE {', '.join(gone)}" if gone else ""]
    return " ".join(part for part in parts if part)


def _integration(item: Item) -> Integration:
    """Read an integration."""
    values = read(item)
    key = {"owner": values["owner"], "integration_id": values["integration_id"]}
    return from_plain(Integration, values | {"key": key})
