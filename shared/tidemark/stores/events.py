"""Events in the Events table: one item each, sorted by their ids and so by time.

``expires_at`` (seconds since 1970) is DynamoDB's time to live; since it deletes days late, lists
begin at a moment that they are given.
"""

import json
import math
from collections.abc import Iterator
from datetime import datetime

from tidemark.domain.events import EVERYTHING, KEPT, Event, first_id
from tidemark.domain.moments import parse, spell
from tidemark.domain.webhook_ports import EventFilter
from tidemark.stores.table import Item, Table, read
from tidemark.wire import ConditionFailed, Wire

_AT_ONCE = 60


class DynamoEvents:
    """Events, one item each. Their data is kept as JSON text: nobody asks for a part of it."""

    def __init__(self, wire: Wire, table: str) -> None:
        """Keep events in a table."""
        self._table = Table(wire, table)

    def add(self, event: Event) -> None:
        """Put one where none is."""
        item = {
            "owner": event.owner,
            "event_id": event.id,
            "type": event.type,
            "integration_id": event.integration,
            "occurred_at": spell(event.occurred_at),
            "data": json.dumps(dict(event.data), separators=(",", ":"), ensure_ascii=False),
            "expires_at": math.ceil((event.occurred_at + KEPT).timestamp()),
        }
        try:
            self._table.put(item, when="attribute_not_exists(#owner)")
        except ConditionFailed:
            return

    def get(self, owner: str, event_id: str) -> Event | None:
        """Read one."""
        item = self._table.get({"owner": owner, "event_id": event_id})
        return _event(item) if item else None

    def newest_first(
        self, owner: str, asked: EventFilter, before: str | None, since: datetime
    ) -> Iterator[Event]:
        """Go backwards through the partition; what was not asked for is left out there."""
        first, last = first_id(since), before if before is not None else "evt_~"
        if last < first:
            return iter(())
        where = "#owner = :owner AND #event_id BETWEEN :first AND :last"
        values = {"owner": owner, "first": first, "last": last}
        tests, wanted = _filter(asked)
        items = self._table.query(
            where, values | wanted, only=" AND ".join(tests), backwards=True, page=_AT_ONCE
        )
        return (_event(item) for item in items if item["event_id"]["S"] != before)


def _filter(asked: EventFilter) -> tuple[list[str], dict[str, str]]:
    """Spell what is asked for."""
    tests, values = [], {}
    if asked.type not in (None, EVERYTHING):
        start = asked.type.removesuffix("*")
        tests.append("#type = :type" if start == asked.type else "begins_with(#type, :type)")
        values["type"] = start
    if asked.integration is not None:
        tests.append("#integration_id = :integration")
        values["integration"] = asked.integration
    return tests, values


def _event(item: Item) -> Event:
    """Read an event."""
    values = read(item)
    return Event(
        owner=values["owner"],
        id=values["event_id"],
        type=values["type"],
        occurred_at=parse(values["occurred_at"]),
        data=json.loads(values["data"]),
    )
