"""What changes of stored items mean to their owner: from an item before and after to events."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tidemark.domain import run_tellings as runs
from tidemark.domain import state_tellings as states
from tidemark.domain.events import Event, Place, Told, event_of
from tidemark.domain.state_tellings import Item

type Tell = Callable[[Item, Item], Iterator[Told]]


class Source(StrEnum):
    """Which table an item is in."""

    INTEGRATIONS = "integrations"
    SYNCS = "syncs"
    ISSUES = "issues"
    IMPORTS = "imports"
    JOURNAL = "journal"
    ACCOUNTS = "accounts"
    DUPLICATES = "duplicates"
    PARKED = "parked"
    SNAPSHOTS = "snapshots"
    WEBHOOKS = "webhooks"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an item, as it is always told: ``before`` and ``after`` may be empty.

    ``id`` names the change; ``order`` grows from change to change of the same item.
    """

    source: Source
    owner: str
    id: str
    order: int
    at: datetime
    before: Item
    after: Item


def tell(source: Source, before: Item, after: Item) -> list[Told]:
    """Say what a change of an item means; of most technical ones: nothing."""
    return list(_TELLERS[source](before, after))


def events_of(change: Change) -> list[Event]:
    """Give the events that a change always makes."""
    return [
        event_of(change.owner, told, change.at, Place(change.id, change.order, number))
        for number, told in enumerate(tell(change.source, change.before, change.after))
    ]


_TELLERS: dict[Source, Tell] = {
    Source.INTEGRATIONS: states.integration,
    Source.SYNCS: runs.sync,
    Source.ISSUES: states.issue,
    Source.IMPORTS: runs.file_job,
    Source.JOURNAL: runs.chunk,
    Source.ACCOUNTS: states.account,
    Source.DUPLICATES: states.duplicate,
    Source.PARKED: states.parked,
    Source.SNAPSHOTS: states.snapshot,
    Source.WEBHOOKS: states.endpoint,
}
