"""Integrations and what their schedule keeps, in memory."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from tidemark.domain.integrations import (
    FIRED_FIELDS,
    OUTCOME_FIELDS,
    Integration,
    IntegrationKey,
)
from tidemark.domain.schedules import slot_of
from tidemark.errors import StaleVersion


class MemoryIntegrations:
    """Integrations in a dictionary."""

    def __init__(self) -> None:
        """Start empty."""
        self.items: dict[IntegrationKey, Integration] = {}

    def add(self, integration: Integration) -> None:
        """Write a new one."""
        if integration.key in self.items:
            raise StaleVersion("the integration exists")
        self.items[integration.key] = integration

    def get(self, key: IntegrationKey) -> Integration | None:
        """Give one."""
        return self.items.get(key)

    def of_owner(self, owner: str) -> list[Integration]:
        """Give an owner's, in the order of their ids."""
        own = (each for each in self.items.values() if each.key.owner == owner)
        return sorted(own, key=lambda each: each.id)

    def replace(self, integration: Integration, expected: int) -> None:
        """Write over the expected version."""
        stored = self.items.get(integration.key)
        if stored is None or stored.version != expected:
            raise StaleVersion("the integration was changed in between")
        others = OUTCOME_FIELDS | FIRED_FIELDS
        kept: dict[str, Any] = {name: getattr(stored, name) for name in others}
        self.items[integration.key] = replace(integration, **kept)

    def note_outcome(self, key: IntegrationKey, outcome: Mapping[str, object]) -> None:
        """Set what syncs own."""
        if not outcome.keys() <= OUTCOME_FIELDS:
            raise ValueError("an outcome has no such fields")
        if key in self.items:
            fields: dict[str, Any] = dict(outcome)
            self.items[key] = replace(self.items[key], **fields)

    def in_slots(self, hour: str, numbers: range) -> Iterator[tuple[int, IntegrationKey]]:
        """Name those in slots of an hour."""
        slotted = ((slot_of(each), each.key) for each in self.items.values())
        found = [(slot.number, key) for slot, key in slotted if slot and slot.hour == hour]
        return iter(
            sorted((each for each in found if each[0] in numbers), key=lambda each: each[0])
        )

    def note_fired(self, before: Integration, after: Integration) -> bool:
        """Set what the schedule owns, over what was read."""
        stored = self.items.get(after.key)
        if stored is None or stored.scheduled_for != before.scheduled_for:
            return False
        fired: dict[str, Any] = {name: getattr(after, name) for name in FIRED_FIELDS}
        self.items[after.key] = replace(stored, **fired)
        return True

    def remove(self, key: IntegrationKey) -> None:
        """Remove one."""
        self.items.pop(key, None)


class MemoryWatermarks:
    """Watermarks in a dictionary."""

    def __init__(self) -> None:
        """Start empty."""
        self.items: dict[str, datetime] = {}

    def get(self, wheel: str) -> datetime | None:
        """Give one."""
        return self.items.get(wheel)

    def move(self, wheel: str, before: datetime | None, after: datetime) -> bool:
        """Move on over what was read."""
        if self.items.get(wheel) != before:
            return False
        self.items[wheel] = after
        return True
