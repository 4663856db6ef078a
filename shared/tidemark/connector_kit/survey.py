"""How far the reading of a wallet's addresses is: small enough to be a cursor.

Each address goes through the same life: it is probed; if it was ever used, and differently from
what the last complete reading knows, it is walked, newest transaction first; then its settled
transactions are counted, which is all that the next reading needs to know.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

from tidemark.connector_kit.seen import (
    WHOLE,
    Branches,
    Order,
    Ref,
    Seen,
    parse_branches,
    spell,
    spell_branches,
)
from tidemark.errors import SourceGarbage

GAP = 20
"""How many unused addresses in a row end a branch (BIP 44)."""

_MARK = 16
"""How many digits of a transaction id are kept to know it again."""


@dataclass(slots=True)
class Walk:
    """The walk through one address: after which transaction, and what it met so far.

    ``met`` counts confirmed transactions, ``late`` those of blocks that came after the reading had
    begun, ``settled`` the run of settled ones that ends here; the newest of those begins with
    ``newest``. ``height`` is that of the last one met: no older one is higher.
    """

    ref: Ref
    last: str = ""
    met: int = 0
    late: int = 0
    settled: int = 0
    newest: str = ""
    height: int | None = None

    def meet(self, txid: str, height: int, *, late: bool, settled: bool) -> None:
        """Count a confirmed transaction; an unsettled one starts the run of settled ones anew.

        Raises:
            SourceGarbage: it lies higher than the one before it.
        """
        if self.height is not None and height > self.height:
            raise SourceGarbage("The source's transactions are not in the order of the chain.")
        self.last, self.height = txid, height
        self.met += 1
        self.late += late
        self.settled = self.settled + 1 if settled else 0
        self.newest = (self.newest or txid[:_MARK]) if settled else ""


@dataclass(slots=True)
class Survey:
    """All that a reading knows.

    ``tip`` is the height of the chain when the reading began. ``units`` adds up what the source
    says of each address, ``unsettled`` what transactions of that are not settled;
    ``exact`` is False when the two may not belong together. ``short`` counts addresses whose
    walk did not meet all that the source counts. ``latest`` is when the newest settled transaction
    happened (seconds since 1970, 0 for none).
    """

    tip: int
    branches: Branches
    walk: Walk | None = None
    units: int = 0
    unsettled: dict[str, int] = field(default_factory=dict)
    exact: bool = True
    short: int = 0
    latest: int = 0

    def dump(self) -> str:
        """Write it as a cursor."""
        walk = self.walk and [*self.walk.ref, *_values(self.walk)]
        counts = [self.units, self.unsettled, self.exact, self.short, self.latest]
        return spell([self.tip, spell_branches(self.branches), walk, *counts])

    @classmethod
    def load(cls, cursor: str) -> Self:
        """Read what ``dump`` wrote."""
        tip, branches, walk, *rest = json.loads(cursor)
        resumed = walk and Walk(Ref(*walk[:2]), *walk[2:])
        return cls(tip, parse_branches(branches), resumed, *rest)

    def seen(self, ref: Ref) -> Seen | None:
        """Give what is known of an address."""
        entries = self.branches[ref.branch] or []
        return entries[ref.place] if ref.place < len(entries) else None

    def note(self, branch: int, seen: Seen | None, units: int) -> None:
        """Add what the source says of the next address of a branch."""
        entries = self.branches[branch]
        if entries is not None:
            entries.append(seen)
        self.units += units

    def unsettle(self, txid: str, height: int, gained: int | None) -> None:
        """Note what a transaction that is not settled has added to what the source says.

        Of a block that came after the reading had begun, nobody knows what it is part of.
        """
        if gained is None or height > self.tip:
            self.exact = False
        else:
            self.unsettled[txid[:_MARK]] = gained

    def first_in_turn(self, refs: Iterable[Ref]) -> Ref | None:
        """Give which of several addresses is walked first, None when none of them is."""
        orders = (self.order(ref) for ref in refs)
        first = min((order for order in orders if order), default=None)
        return first and first.ref

    def meets_known(self, txid: str) -> bool:
        """Tell whether the present walk has come to what the last reading knows."""
        seen = self.walk and self.seen(self.walk.ref)
        return bool(self.walk and seen and seen.meets_again(txid, self.walk.met))

    def meet(self, txid: str, height: int, *, settled: bool) -> None:
        """Count a confirmed transaction of the present walk. Raises SourceGarbage."""
        if self.walk:
            self.walk.meet(txid, height, late=height > self.tip, settled=settled)

    def ends_with(self, confirmed: int, full: int) -> bool:
        """Tell whether a page of so many confirmed transactions ends the present walk.

        A page that is not ``full`` does if all was met that the source counts; an empty one does;
        and so does one that goes beyond that count, for then the source repeats itself.
        """
        walk, todo = self.walk, self._todo()
        if walk is None or not confirmed or walk.met - walk.late > todo:
            return True
        return confirmed < full and walk.met >= todo

    def end_walk(self, *, at_known: bool) -> None:
        """End the present walk: where the last reading's knowledge begins, or with the list.

        An address whose walk did not meet what the source counts is not known the next time.
        """
        walk = self.walk
        seen = self.seen(walk.ref) if walk else None
        if walk is None or seen is None:
            return
        settled, newest = walk.settled, walk.newest
        if at_known:
            settled, newest = settled + seen.settled, newest or seen.newest
        elif not walk.met - walk.late <= self._todo() <= walk.met:
            self.short += 1
            settled, newest = 0, ""
        entries = self.branches[walk.ref.branch] or []
        entries[walk.ref.place] = Seen(seen.rank, None, settled, newest)
        self.walk = None

    def _todo(self) -> int:
        """Give how many transactions the source counts of the address that is walked."""
        seen = self.walk and self.seen(self.walk.ref)
        return (seen and seen.todo) or 0

    def order(self, ref: Ref) -> Order | None:
        """Give an address's turn in the walk, None when it is not walked in this reading."""
        seen = self.seen(ref)
        return Order(seen.rank, ref) if seen and seen.rank else None

    def next_walk(self) -> Walk | None:
        """Give the walk to go on with: the present one, or that of the next address in turn."""
        if self.walk is not None:
            return self.walk
        partly = None
        for ref, seen in self.used():
            if seen.todo is not None and seen.rank == WHOLE:
                return Walk(ref)
            if seen.todo is not None and partly is None:
                partly = Walk(ref)
        return partly

    def kept(self) -> Branches:
        """Give what is worth knowing of all addresses after the reading."""
        return [
            None if entries is None else [seen and seen.kept() for seen in entries]
            for entries in self.branches
        ]

    def used(self) -> Iterator[tuple[Ref, Seen]]:
        """Go through all used addresses."""
        for number, entries in enumerate(self.branches):
            for index, seen in enumerate(entries or ()):
                if seen:
                    yield Ref(number, index), seen

    def is_used(self, branch: int) -> bool:
        """Tell whether any address of a branch was ever used."""
        return any(self.branches[branch] or ())

    def explored(self, branch: int) -> int:
        """Say how many addresses of a branch are probed."""
        return len(self.branches[branch] or ())

    def reach(self, branch: int) -> int:
        """Say how many have to be: up to the last used one, and the gap after it."""
        entries = self.branches[branch] or []
        last = next((index for index in reversed(range(len(entries))) if entries[index]), -1)
        return last + 1 + GAP

    @property
    def balance(self) -> int | None:
        """Give what all settled transactions leave, None when it cannot be told exactly."""
        return self.units - sum(self.unsettled.values()) if self.exact else None


def _values(walk: Walk) -> list[object]:
    """Give a walk's fields but the first."""
    return [walk.last, walk.met, walk.late, walk.settled, walk.newest, walk.height]
