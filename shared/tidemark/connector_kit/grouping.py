"""Records of a source: understood one by one, then put together where they are one event."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple, Protocol

from tidemark.connector_kit import exact_json
from tidemark.domain import moments
from tidemark.domain.ids import digest_of
from tidemark.domain.legs import Leg
from tidemark.domain.pages import Unread
from tidemark.domain.transactions import Found


class Entry(NamedTuple):
    """One record as it was understood: which event it is part of, when, and what it moved.

    ``told`` is what the source tells of all that decides its legs, in its own words.
    """

    record_id: str
    event: str
    at: datetime
    amount: Decimal
    fee: Decimal
    told: str
    record: Mapping[str, object]


class LegMaker(Protocol):
    """What knows how to make legs of records."""

    @property
    def stream(self) -> str:
        """Name the stream that the records are of."""

    def legs(self, entry: Entry) -> list[Leg]:
        """Make the legs of a record."""


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


def group(
    entries: Iterable[Entry], maker: LegMaker, earliest: datetime | None = None
) -> list[Found]:
    """Put entries of one event together; events are in the order of their first entries.

    Events that begin before ``earliest`` are left out.
    """
    parts: dict[str, list[Entry]] = {}
    for entry in entries:
        known = parts.get(entry.event)
        if known is None:
            parts[entry.event] = [entry]
        else:
            known.append(entry)
    found = [_Grouped(part, maker) for part in parts.values()]
    return [each for each in found if earliest is None or each.occurred_at >= earliest]


def may_go_on(
    entries: Iterable[Entry], maker: LegMaker, edge: datetime | None, span: timedelta
) -> frozenset[str]:
    """Name the events with an entry so near the edge of a page that more of it may lie beyond."""
    if edge is None:
        return frozenset()
    near = edge + span
    return frozenset([f"{maker.stream}:{entry.event}" for entry in entries if entry.at <= near])


class _Grouped(Found):
    """A found transaction whose legs are made, and its records spelled, when somebody asks.

    Most of what a sync reads is known already, and only compared by what stands for it.
    """

    __slots__ = ("_digest", "_legs", "_maker", "_part", "_raw")

    def __init__(self, part: list[Entry], maker: LegMaker) -> None:
        """Put entries together: the earliest time, and in the end all legs."""
        first = part[0]
        self.id = f"{maker.stream}:{first.event}"
        self.source_id = first.event
        self.occurred_at = first.at if len(part) == 1 else min([entry.at for entry in part])
        self.details = {}
        self._part, self._maker = part, maker
        self._legs: tuple[Leg, ...] | None = None
        self._digest: str | None = None
        self._raw: str | None = None

    @property
    def digest(self) -> str:
        """Stand for the legs by the records that they are made of, which need not be read."""
        if self._digest is None:
            told = "\n".join(sorted([entry.told for entry in self._part]))
            self._digest = digest_of(told)
        return self._digest

    @property
    def legs(self) -> tuple[Leg, ...]:
        """Give the legs, in the order of their ids."""
        if self._legs is None:
            legs = [leg for entry in self._part for leg in self._maker.legs(entry)]
            self._legs = tuple(sorted(legs))
        return self._legs

    @legs.setter
    def legs(self, value: tuple[Leg, ...]) -> None:
        """Take other legs."""
        self._legs = value

    @property
    def raw(self) -> str:
        """Give the records as JSON."""
        if self._raw is None:
            records = [{**entry.record, "id": entry.record_id} for entry in self._part]
            self._raw = exact_json.spell(records)
        return self._raw

    @raw.setter
    def raw(self, value: str) -> None:
        """Take text instead."""
        self._raw = value


def _time_of(record: Mapping[str, object]) -> datetime | None:
    """Give the time of a record that was not understood, if that much is clear."""
    try:
        return moments.from_seconds(record.get("time"))
    except ValueError:
        return None
