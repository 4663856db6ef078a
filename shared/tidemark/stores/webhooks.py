"""Endpoints and deliveries in the Webhooks table, told apart by what their ids begin with.

An endpoint is kept under its id, ``whe_…``; a delivery under the event's id, ``#`` and the
endpoint's. ``expires_at`` (seconds since 1970), DynamoDB's time to live, ends deliveries.
"""

import dataclasses
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tidemark.domain.moments import from_seconds, spell
from tidemark.domain.webhooks import Delivery, Endpoint
from tidemark.errors import StaleVersion
from tidemark.stores.plain import from_plain, to_plain
from tidemark.stores.table import Item, Table, change_to, holds, read
from tidemark.wire import ConditionFailed, Wire

_HEALTH = frozenset({"failing_since", "rest_until"})
_OWNED = {field.name for field in dataclasses.fields(Endpoint)} - {"owner", "id"} - _HEALTH
"""What ``replace`` writes."""

_STANDS = "#state = :state AND #next_at = :next_at AND #tries = :tries"


class DynamoWebhooks:
    """Endpoints and deliveries, one item each."""

    def __init__(self, wire: Wire, table: str) -> None:
        """Keep both in a table."""
        self._table = Table(wire, table)

    def add(self, endpoint: Endpoint) -> None:
        """Write a new endpoint."""
        values = to_plain(endpoint)
        self._table.put({"webhook_id": values.pop("id"), **values})

    def endpoint(self, owner: str, endpoint_id: str) -> Endpoint | None:
        """Read an endpoint."""
        item = self._table.get(_key(owner, endpoint_id))
        return _endpoint(item) if item else None

    def endpoints(self, owner: str) -> list[Endpoint]:
        """Read an owner's endpoints."""
        return [_endpoint(item) for item in self._beginning(owner, "whe_")]

    def replace(self, endpoint: Endpoint, expected: int) -> None:
        """Set every field that is the owner's, on condition of the version."""
        values = {name: each for name, each in to_plain(endpoint).items() if name in _OWNED}
        change = change_to({name: values.get(name) for name in sorted(_OWNED)})
        try:
            self._table.update(
                _key(endpoint.owner, endpoint.id),
                change,
                when="#version = :expected",
                values=values | {"expected": expected},
            )
        except ConditionFailed as error:
            if not (error.retried and holds(error.item or {}, values)):
                raise StaleVersion("the endpoint was changed in between") from None

    def note_health(
        self, endpoint: Endpoint, failing_since: datetime | None, rest_until: datetime | None
    ) -> None:
        """Set the two attributes."""
        values = {"failing_since": to_plain(failing_since), "rest_until": to_plain(rest_until)}
        kept = {name: each for name, each in values.items() if each is not None}
        key, there = _key(endpoint.owner, endpoint.id), "attribute_exists(#owner)"
        try:
            self._table.update(key, change_to(values), when=there, values=kept)
        except ConditionFailed:
            return

    def remove(self, owner: str, endpoint_id: str) -> None:
        """Delete an endpoint."""
        self._table.remove(_key(owner, endpoint_id))

    def ask(self, delivery: Delivery) -> None:
        """Put a delivery where none is."""
        try:
            self._table.put(_item(delivery), when="attribute_not_exists(#owner)")
        except ConditionFailed:
            return

    def delivery(self, owner: str, event_id: str, endpoint_id: str) -> Delivery | None:
        """Read a delivery."""
        item = self._table.get(_key(owner, f"{event_id}#{endpoint_id}"))
        return _delivery(item) if item else None

    def deliveries(self, owner: str, event_id: str) -> list[Delivery]:
        """Read the deliveries of an event."""
        return [_delivery(item) for item in self._beginning(owner, f"{event_id}#")]

    def move(self, before: Delivery, after: Delivery) -> bool:
        """Put on condition of what stood there; a retry that meets itself has been done before."""
        item = _item(after)
        stood = {name: to_plain(getattr(before, name)) for name in ("state", "next_at", "tries")}
        try:
            self._table.put(item, when=_STANDS, values=stood)
        except ConditionFailed as error:
            return error.retried and error.item is not None and read(error.item) == item
        return True

    def _beginning(self, owner: str, prefix: str) -> list[Item]:
        """Read the items of an owner whose ids begin so."""
        where = "#owner = :owner AND begins_with(#webhook_id, :prefix)"
        return list(self._table.query(where, {"owner": owner, "prefix": prefix}))


def _key(owner: str, name: str) -> dict[str, str]:
    """Name an item."""
    return {"owner": owner, "webhook_id": name}


def _item(delivery: Delivery) -> dict[str, Any]:
    """Spell a delivery."""
    name = f"{delivery.event_id}#{delivery.endpoint_id}"
    ends = {"expires_at": math.ceil(delivery.expires_at.timestamp())}
    return {**to_plain(delivery), **_key(delivery.owner, name), **ends}


def _endpoint(item: Item) -> Endpoint:
    """Read an endpoint."""
    values = read(item)
    return from_plain(Endpoint, values | {"id": values["webhook_id"]})


def _delivery(item: Item) -> Delivery:
    """Read a delivery."""
    values: Mapping[str, Any] = read(item)
    return from_plain(Delivery, {**values, "expires_at": _moment(values["expires_at"])})


def _moment(seconds: int) -> str:
    """Spell whole seconds since 1970 as other times are spelled."""
    return spell(from_seconds(seconds))
