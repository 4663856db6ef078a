"""What a connector brings home from one page of one stream."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tidemark.domain.transactions import Found


@dataclass(frozen=True, slots=True)
class Unread:
    """A record that the connector does not understand, kept as it came, with the reason.

    ``id`` is the record's own id, or a fingerprint of it; ``occurred_at`` is None where even the
    time cannot be read.
    """

    id: str
    reason: str
    raw: str
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """The time that a run reads: ``since`` inclusive (None: from the beginning) to ``until``."""

    since: datetime | None
    until: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a stream.

    ``cursor`` says where the next page starts; None means the stream was read to its end.
    ``open_ids`` are transactions of this page that may go on in the next one.
    ``incomplete`` says, at the end of a stream, why it cannot be taken for complete.
    ``read`` counts the source's records on the page. ``reached`` is how far the walk has come.
    ``bookmark``, at the end, is what the stream wants to be told when it is next read.
    ``history_from``, at the end, is where the source's memory begins, if that is later than asked.
    ``pending`` are transactions that the source has not settled; they replace the last run's.
    ``warnings`` are sentences about the source's own inconsistencies (a running balance that does
    not add up), which make a run partial.
    """

    transactions: Sequence[Found]
    cursor: str | None
    unread: Sequence[Unread] = ()
    pending: Sequence[Found] = ()
    open_ids: frozenset[str] = frozenset()
    read: int = 0
    reached: datetime | None = None
    bookmark: str | None = None
    incomplete: str | None = None
    warnings: Sequence[str] = ()
    history_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeyRights:
    """Which rights a credential has.

    ``read_only`` is None where the source cannot tell. ``excess`` are rights to remove,
    ``missing`` rights to add, in the source's words. ``history_from`` is set when the key itself
    hides what lies before it.
    """

    read_only: bool | None
    excess: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    history_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What a connector reads and what it cannot read, in words for the owner."""

    reads: tuple[str, ...]
    misses: tuple[str, ...] = ()
    since: str = "account creation"
    notes: tuple[str, ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class RateBudget:
    """A source's own limit, as a leaky counter: ``capacity`` points, ``per_second`` recovered."""

    capacity: float
    per_second: float
    unit: str = "calls"

    def time_for(self, points: float) -> timedelta:
        """Give the time in which so many points recover."""
        return timedelta(seconds=points / self.per_second)
