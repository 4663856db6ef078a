"""Records of a source: understood one by one, then put together where they are one event."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from tidemark.connector_kit import exact_json
from tidemark.domain import moments
from tidemark.domain.legs import Leg, parse_legs, spell_legs
from tidemark.domain.pages import Unread
from tidemark.domain.transactions import Found

SpelledLeg = tuple[str, str]
"""The id of a leg, and the leg as the ledger spells it (``legs.spell_leg``)."""


class Entry(NamedTuple):
    """One record as it was understood: which event it is part of, when, and what it moved."""

    record_id: str
    transaction_id: str
    source_id: str
    at: datetime
    legs: list[SpelledLeg]
    record: Mapping[str, object]


def understand(
    records: Mapping[str, object], read: Callable[[str, dict[str, object]], Entry]
) -> tuple[list[Entry], list[Unread]]:
    """Read records by id. Those that ``read`` refuses by ValueError are kept as they came.

    Where a record is spelled, its ``id`` is a member. A time in seconds is looked for in ``time``.
    """
    entries, unread = [], []
    for record_id, value in records.items():
        record = value if isinstance(value, dict) else {"value": value}
        try:
            entries.append(read(record_id, record))
        except ValueError as error:
            raw = exact_json.spell({**record, "id": record_id})
            unread.append(Unread(record_id, str(error), raw, _time_of(record)))
    return entries, unread


def group(entries: Iterable[Entry], earliest: datetime | None = None) -> list[Found]:
    """Put entries of one event together; events are in the order of their first entries.

    Events that begin before ``earliest`` are left out.
    """
    parts: dict[str, list[Entry]] = {}
    for entry in entries:
        known = parts.get(entry.transaction_id)
        if known is None:
            parts[entry.transaction_id] = [entry]
        else:
            known.append(entry)
    found = [_Grouped(part) for part in parts.values()]
    return [each for each in found if earliest is None or each.occurred_at >= earliest]


def may_go_on(entries: Iterable[Entry], edge: datetime | None, span: timedelta) -> frozenset[str]:
    """Name the events with an entry so near the edge of a page that more of it may lie beyond."""
    if edge is None:
        return frozenset()
    near = edge + span
    return frozenset([entry.transaction_id for entry in entries if entry.at <= near])


class _Grouped(Found):
    """A found transaction whose legs are made, and its records spelled, when somebody asks.

    Most of what a sync reads is known already, and only compared as it is spelled.
    """

    __slots__ = ("_legs", "_spelled", "_told")
    _spelled: str | list[Entry]
    _legs: tuple[Leg, ...] | None

    def __init__(self, part: list[Entry]) -> None:
        """Put entries together: all legs in the order of their ids, the earliest time."""
        first = part[0]
        self.id = first.transaction_id
        self.source_id = first.source_id
        self.occurred_at, legs = first.at, first.legs
        if len(part) > 1:
            self.occurred_at = min([entry.at for entry in part])
            legs = sorted([leg for entry in part for leg in entry.legs])
        self.details = {}
        self._told = f"[{','.join([text for _, text in legs])}]"
        self._legs, self._spelled = None, part

    @property
    def spelled_legs(self) -> str:
        """Give the legs as the ledger spells them."""
        return self._told

    @property
    def legs(self) -> tuple[Leg, ...]:
        """Give the legs."""
        if self._legs is None:
            self._legs = parse_legs(self._told)
        return self._legs

    @legs.setter
    def legs(self, value: tuple[Leg, ...]) -> None:
        """Take other legs."""
        self._legs, self._told = value, spell_legs(value)

    @property
    def raw(self) -> str:
        """Give the records as JSON."""
        if not isinstance(self._spelled, str):
            records = [{**entry.record, "id": entry.record_id} for entry in self._spelled]
            self._spelled = exact_json.spell(records)
        return self._spelled

    @raw.setter
    def raw(self, value: str) -> None:
        """Take text instead."""
        self._spelled = value


def _time_of(record: Mapping[str, object]) -> datetime | None:
    """Give the time of a record that was not understood, if that much is clear."""
    try:
        return moments.from_seconds(record.get("time"))
    except ValueError:
        return None
