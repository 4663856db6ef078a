"""What has to become of each transaction: the product's rules once more, in short."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.model.source import LivingSource, joined
from tidemark.domain.legs import Leg
from tidemark.domain.pages import Window
from tidemark.domain.syncs import Mode
from tidemark.domain.transactions import Found, Origin, State, Transaction

Rows = Mapping[str, Transaction]


@dataclass(frozen=True)
class Question:
    """What one sync asks its source, and under which of the owner's words."""

    mode: Mode
    window: Window
    narrowed: Window | None
    only: str | None
    start: datetime | None
    revive: bool
    locked_until: datetime | None
    rejected: frozenset[str]

    def asks_for(self, found: Found) -> bool:
        """Tell whether a transaction was asked for."""
        if self.only is not None:
            return found.id == self.only
        if self.mode is not Mode.RANGE or self.narrowed is None:
            return True
        after = self.narrowed.since is None or found.occurred_at >= self.narrowed.since
        return after and found.occurred_at < self.narrowed.until

    def locks(self, found: Found, stored: Transaction | None) -> bool:
        """Tell whether the locked period holds a transaction, as told or as stored."""
        times = [found.occurred_at, *([stored.facts.occurred_at] if stored else [])]
        return self.locked_until is not None and min(times) < self.locked_until

    def word(self, found: Found, stored: Transaction | None) -> str:
        """Say under which word a transaction is counted: what becomes of it."""
        if not self.asks_for(found):
            return ""
        if self.start is not None and found.occurred_at < self.start:
            return "before_start"
        wish = self._wish(found, stored)
        if wish not in {"new", "merged"} or not self.locks(found, stored):
            return wish
        return "tombstoned" if found.id in self.rejected else "held"

    def _wish(self, found: Found, stored: Transaction | None) -> str:
        """Say what becomes of it where nothing is locked.

        One whose first leg is not told (any more) is known, and counted with that leg only.
        """
        if stored is None:
            return "new"
        if stored.state is State.DELETED:
            return "new" if self.revive else "tombstoned"
        told, kept = by_id(found.legs), by_id(stored.legs)
        if any(told[each] != kept[each] for each in told.keys() & kept.keys()):
            return "changed"
        if told.keys() <= kept.keys():
            if stored.legs[0].id not in told:
                return "partly"
            return "excluded" if stored.state is State.EXCLUDED else "known"
        return "changed" if stored.overlay is not None else "merged"


def by_id(legs: Sequence[Leg]) -> dict[str, tuple[object, str]]:
    """Give amount and asset of each leg by its id."""
    return {leg.id: (leg.amount, leg.source_asset) for leg in legs}


def told(source: LivingSource, window: Window) -> dict[str, Found]:
    """Give what the source tells of a window, by id."""
    return joined(source.visible(window))


def has_landed(word: str, found: Found, before: Rows, after: Rows, *, by: str) -> bool:
    """Tell whether the ledger has made of a transaction what the word says."""
    old, new = before.get(found.id), after.get(found.id)
    if word == "new":
        return new is not None and is_fresh(new, found, by)
    if word == "merged":
        return new is not None and old is not None and has_grown(old, new, found)
    return old == new


def is_fresh(new: Transaction, found: Found, by: str) -> bool:
    """Tell whether a transaction is just as its source tells it, with nobody's words over it."""
    return (
        (new.state, new.origin, new.import_id) == (State.ACTIVE, Origin.SOURCE, by)
        and (new.overlay, new.words, new.merged_into) == (None, None, None)
        and new.occurred_at == found.occurred_at
        and by_id(new.legs) == by_id(found.legs)
    )


def has_grown(old: Transaction, new: Transaction, found: Found) -> bool:
    """Tell whether a transaction took on legs, and is else as it was."""
    return (
        by_id(new.legs) == {**by_id(old.legs), **by_id(found.legs)}
        and (new.state, new.overlay, new.origin) == (old.state, old.overlay, old.origin)
        and (new.import_id, new.imported_at) == (old.import_id, old.imported_at)
        and new.occurred_at == min(old.occurred_at, found.occurred_at)
    )
