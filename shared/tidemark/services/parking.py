"""Keeping what a sync brings that is not for the ledger, or not before the owner has decided."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tidemark.domain.held import Held
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.legs import Difference, Leg, compare, merge_legs, parse_legs
from tidemark.domain.pages import Page
from tidemark.domain.ports import Parked
from tidemark.domain.sorting import Sorted
from tidemark.domain.transactions import Found, Known


@dataclass
class Beside:
    """What lies beside the ledger of one integration: as a step found it, and as it goes on.

    ``unread`` are ids of records that were not understood. ``changed`` are the transactions with an
    open issue that their source changed them.
    """

    parked: Parked
    key: IntegrationKey
    unread: frozenset[str] = frozenset()
    held: dict[str, Held] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()

    def park(self, pages: Sequence[Page], found: Mapping[str, Found], sync_id: str) -> None:
        """Keep what was not understood or not settled; drop what is understood now."""
        if unread := [row for page in pages for row in page.unread]:
            self.parked.park_unread(self.key, unread, sync_id)
        if pending := [each for page in pages for each in page.pending]:
            self.parked.park_pending(self.key, pending, sync_id)
        if self.unread:
            read = {leg.id for each in found.values() for leg in each.legs} & self.unread
            self.parked.settle_unread(self.key, read)

    def hold(self, todo: Sorted, known: Mapping[str, Known], sync_id: str, at: datetime) -> None:
        """Keep what waits for the owner's word; let go what the ledger has all of by now.

        What is held already as it was told again is not written: the owner may just decide on it.
        """
        rows = [self._held(Held(found, why, sync_id, at)) for found, why in todo.held]
        if fresh := [row for row in rows if row is not self.held.get(row.id)]:
            self.parked.hold(self.key, fresh)
            self.held.update({row.id: row for row in fresh})
        if self.held and (free := list(self._free(todo, known))):
            self.parked.let_go(self.key, free)
            for each in free:
                del self.held[each]

    def _held(self, told: Held) -> Held:
        """Join what is told with what is held of the same transaction."""
        earlier = self.held.get(told.id)
        return told if earlier is None else earlier.joined(told)

    def _free(self, todo: Sorted, known: Mapping[str, Known]) -> Iterator[str]:
        """Go through what is held and yet in the ledger, with all its legs."""
        for each, legs in _there(todo, known, self.held).items():
            if compare(legs, self.held[each].found.legs) is Difference.NONE:
                yield each


def _there(
    todo: Sorted, known: Mapping[str, Known], asked: Mapping[str, Held]
) -> dict[str, tuple[Leg, ...]]:
    """Give the legs of those asked for that are in the ledger, what was just written included.

    A tombstone has none.
    """
    there = {each: parse_legs(known[each].legs) for each in asked if each in known}
    for found in (*todo.new, *(found for found, _ in todo.revive)):
        if found.id in asked:
            there[found.id] = found.legs
    for found, stored in todo.grow:
        if found.id in asked:
            there[found.id] = merge_legs(parse_legs(stored.legs), found.legs)
    return there
