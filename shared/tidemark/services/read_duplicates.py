"""Listing possible duplicates with their two transactions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import NamedTuple

from tidemark.domain.duplicates import Duplicate, DuplicateState
from tidemark.services.pairs import Pairs, is_open
from tidemark.services.walk_transactions import Row

SCAN = 2_000
"""How many pairs one request looks at."""

_PORTION = 50


@dataclass(frozen=True, slots=True)
class PairView:
    """A pair with those of its transactions that there still are, the own one first."""

    pair: Duplicate
    rows: tuple[Row, ...]


class Views(NamedTuple):
    """Some pairs; ``last`` is the id behind which the next ones are, None at the end."""

    views: list[PairView]
    last: str | None


@dataclass(frozen=True)
class ReadDuplicates:
    """Gives pairs in the order of their ids. Those that no longer hold are closed on the way."""

    pairs: Pairs

    def view(self, owner: str, pair: Duplicate) -> PairView:
        """Give one pair with its transactions."""
        return next(self._views(owner, [pair]))

    def some(
        self,
        owner: str,
        state: DuplicateState,
        integration: str | None,
        after: str,
        limit: int,
    ) -> Views:
        """List up to ``limit`` pairs in a state, of an integration on either side if it is named.

        Fewer, with a place to go on from, only mean that much was looked at.
        """
        views: list[PairView] = []
        last = after
        for looked_at, (name, view) in enumerate(self._walk(owner, state, integration, after)):
            if looked_at == SCAN or (view is not None and len(views) == limit):
                return Views(views, last)
            if view is not None:
                views.append(view)
            last = name
        return Views(views, None)

    def _walk(
        self, owner: str, state: DuplicateState, integration: str | None, after: str
    ) -> Iterator[tuple[str, PairView | None]]:
        """Go through all pairs behind an id, with those to be shown."""
        stored = self.pairs.duplicates.of_owner(owner, after)
        for portion in batched(stored, _PORTION, strict=False):
            wanted = [
                pair
                for pair in portion
                if pair.state is state and integration in (None, *pair.integrations)
            ]
            views = {view.pair.id: view for view in self._views(owner, wanted)}
            yield from ((pair.id, views.get(pair.id)) for pair in portion)

    def _views(self, owner: str, pairs: Sequence[Duplicate]) -> Iterator[PairView]:
        """Give pairs with their transactions, without those that are closed just now."""
        rows = self.pairs.rows(owner, [each for pair in pairs for each in (pair.own, pair.twin)])
        open_ = [pair for pair in pairs if is_open(pair)]
        held = {pair.id for pair in self.pairs.still_open(owner, open_, rows)}
        for pair in pairs:
            if pair.id in held or not is_open(pair):
                both = (rows.get(pair.own), rows.get(pair.twin))
                yield PairView(pair, tuple(row for row in both if row is not None))
