"""The integrations of owners in the Integrations table.

Changes name the attributes that they set: those of newer code stay as they are.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from tidemark.domain.integrations import (
    FIRED_FIELDS,
    OUTCOME_FIELDS,
    Integration,
    IntegrationKey,
)
from tidemark.domain.schedules import slot_of
from tidemark.errors import StaleVersion
from tidemark.stores.plain import from_plain, to_plain
from tidemark.stores.table import Item, Table, change_to, holds, read
from tidemark.wire import ConditionFailed, Wire

_NAMES = {field.name for field in dataclasses.fields(Integration)} - {"key"}
_OWNED = (_NAMES - OUTCOME_FIELDS - FIRED_FIELDS) | {"slot_hour", "slot"}
"""What ``replace`` writes; the slot follows from the others, for the index ``by_slot``."""


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
        change = change_to({name: values.get(name) for name in sorted(_OWNED)})
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
                change_to(values),
                when="attribute_exists(#owner)",
                values={name: value for name, value in values.items() if value is not None},
            )
        except ConditionFailed:
            return

    def in_slots(self, hour: str, numbers: range) -> Iterator[tuple[int, IntegrationKey]]:
        """Ask the sparse index: it has only those that may sync by themselves."""
        where = "#slot_hour = :hour AND #slot BETWEEN :first AND :last"
        values = {"hour": hour, "first": _sortable(numbers[0]), "last": _sortable(numbers[-1])}
        found = self._table.query(where, values, index="by_slot", strong=False)
        for item in map(read, found):
            yield int(item["slot"]), IntegrationKey(item["owner"], item["integration_id"])

    def note_fired(self, before: Integration, after: Integration) -> bool:
        """Set what the schedule owns on condition of what it was."""
        values = {name: to_plain(getattr(after, name)) for name in sorted(FIRED_FIELDS)}
        kept = {name: value for name, value in values.items() if value is not None}
        when, words = "attribute_not_exists(#scheduled_for) AND attribute_exists(#owner)", kept
        if before.scheduled_for is not None:
            when = "#scheduled_for = :before"
            words = kept | {"before": to_plain(before.scheduled_for)}
        try:
            self._table.update(_key(after.key), change_to(values), when=when, values=words)
        except ConditionFailed as error:
            return error.retried and holds(error.item or {}, kept)
        return True

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
    if slot := slot_of(integration):
        values |= {"slot_hour": slot.hour, "slot": _sortable(slot.number)}
    return values


def _sortable(number: int) -> str:
    """Spell a slot's number for the key of the index."""
    return f"{number:03}"


def _integration(item: Item) -> Integration:
    """Read an integration."""
    values = read(item)
    key = {"owner": values["owner"], "integration_id": values["integration_id"]}
    return from_plain(Integration, values | {"key": key})
