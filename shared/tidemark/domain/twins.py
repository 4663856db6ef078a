"""Pairing up transactions that may be one: unique ones first, then the nearest in time.

Only those that say the same are compared: they lie in one bucket, sorted by time.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from tidemark.domain.duplicates import SPAN, Signature, parts, signature
from tidemark.domain.neighbours import Chains, Entry, by_time

_LOOKED_AT = 500


class Match(NamedTuple):
    """Two that may be one."""

    own: Entry
    twin: Entry
    unique: bool

    @property
    def apart(self) -> timedelta:
        """Give how far apart they are."""
        return abs(self.own.at - self.twin.at)


class _Place(NamedTuple):
    """Which bucket: what is compared, and whether only one leg of the source's has to fit."""

    scope: str | None
    said: Signature
    partial: bool = False


class _Edge(NamedTuple):
    """Two that may be one, in the order in which they are taken."""

    partial: bool
    apart: timedelta
    own: Entry
    twin: Entry


class _Bucket:
    """Those that say the same, each side in the order of time."""

    def __init__(self) -> None:
        """Start empty."""
        self.owns: list[Entry] = []
        self.twins: list[Entry] = []

    def sort(self) -> None:
        """Put both sides in order."""
        for side in (self.owns, self.twins):
            side.sort(key=by_time)


def pair_up(
    owns: Iterable[Entry], twins: Iterable[Entry], apart: Collection[tuple[str, str]] = ()
) -> list[Match]:
    """Give each own one at most one partner, and each of a source's too.

    ``apart`` are pairs of ids (own, twin) that are known to be two. Whoever is in one of them
    comes last.
    """
    known = {own for own, _ in apart}
    listed = list(owns)
    board = _Board([each for each in listed if each.id not in known], listed, twins)
    board.take(board.only_candidates())
    board.take_nearest(partial=False)
    board.take_nearest(partial=True)
    board.take_beside([each for each in listed if each.id in known], frozenset(apart))
    return board.matches


class _Board:
    """All buckets, and who is taken."""

    def __init__(self, owns: list[Entry], wanted: list[Entry], twins: Iterable[Entry]) -> None:
        """List own ones, and those of the twins that say what some wanted one says."""
        self.matches: list[Match] = []
        self._taken: set[str] = set()
        self._buckets = {place: _Bucket() for own in wanted for place in _own_places(own)}
        for own in owns:
            for place in _own_places(own):
                self._buckets[place].owns.append(own)
        for twin in twins:
            for place in _twin_places(twin):
                if (bucket := self._buckets.get(place)) is not None:
                    bucket.twins.append(twin)
        for bucket in self._buckets.values():
            bucket.sort()
        self._candidates: Counter[str] = Counter()
        self._count()

    def _count(self) -> None:
        """Count everybody's candidates."""
        for bucket in self._buckets.values():
            for side, other in ((bucket.owns, bucket.twins), (bucket.twins, bucket.owns)):
                for each in side:
                    self._candidates[each.id] += len(_within(each, other))

    def only_candidates(self) -> Iterator[_Edge]:
        """Give the pairs of which one has no other candidate."""
        for place, bucket in self._buckets.items():
            for own in bucket.owns:
                if self._candidates[own.id] == 1:
                    yield from (_edge(place, own, twin) for twin in _near(own, bucket.twins))
            for twin in bucket.twins:
                if self._candidates[twin.id] == 1:
                    yield from (_edge(place, own, twin) for own in _near(twin, bucket.owns))

    def take(self, edges: Iterable[_Edge]) -> None:
        """Take pairs, the nearest first."""
        for edge in sorted(edges, key=_by_distance):
            self._match(edge.own, edge.twin)

    def _match(self, own: Entry, twin: Entry) -> bool:
        """Take two if both are free."""
        if self._taken & {own.id, twin.id}:
            return False
        self._taken |= {own.id, twin.id}
        unique = self._candidates[own.id] == self._candidates[twin.id] == 1
        self.matches.append(Match(own, twin, unique))
        return True

    def take_nearest(self, *, partial: bool) -> None:
        """Take the nearest two that are free, again and again."""
        buckets = [each for place, each in self._buckets.items() if place.partial is partial]
        rows = [
            [*self._free(bucket.owns, own=True), *self._free(bucket.twins, own=False)]
            for bucket in buckets
        ]
        chains = Chains([row for row in rows if len({own for _, own in row}) > 1])
        while (pair := chains.nearest()) is not None:
            self._match(*pair)
            chains.remove(pair)

    def _free(self, side: list[Entry], *, own: bool) -> list[tuple[Entry, bool]]:
        """Give those that are not taken, with which side they are on."""
        return [(each, own) for each in side if each.id not in self._taken]

    def take_beside(self, owns: list[Entry], apart: frozenset[tuple[str, str]]) -> None:
        """Take, for own ones that are known to be apart from some, the nearest of the others."""
        for own in sorted(owns, key=by_time):
            edges = [
                _edge(place, own, twin)
                for place in _own_places(own)
                for twin in _near(own, self._buckets[place].twins)
                if (own.id, twin.id) not in apart
            ]
            self._candidates[own.id] = len(edges)
            any(self._match(own, each.twin) for each in sorted(edges, key=_by_distance))


def _own_places(own: Entry) -> list[_Place]:
    """Give the buckets of an own one; if it is one-sided, it may also fit into a single leg."""
    said = signature(own.legs)
    whole = [_Place(own.scope, said)] if said else []
    return [*whole, _Place(own.scope, said, partial=True)] if len(said) == 1 else whole


def _twin_places(twin: Entry) -> list[_Place]:
    """Give the buckets of a source's one: all of it, and each of its legs."""
    said = signature(twin.legs)
    single = [(part,) for part in parts(twin.legs) if (part,) != said]
    scopes = (twin.scope, None)
    whole = [_Place(scope, said) for scope in scopes if said]
    return whole + [_Place(scope, part, partial=True) for scope in scopes for part in single]


def _within(each: Entry, others: list[Entry]) -> range:
    """Give where in a sorted list those lie that are near enough."""
    first = bisect_left(others, each.at - SPAN, key=lambda other: other.at)
    return range(first, bisect_right(others, each.at + SPAN, lo=first, key=lambda other: other.at))


def _near(each: Entry, others: list[Entry]) -> Iterator[Entry]:
    """Go through those that are near enough, not through too many."""
    return (others[at] for at in _within(each, others)[:_LOOKED_AT])


def _edge(place: _Place, own: Entry, twin: Entry) -> _Edge:
    """Say how well two go together."""
    return _Edge(place.partial, abs(own.at - twin.at), own, twin)


def _by_distance(edge: _Edge) -> tuple[bool, timedelta, datetime, str, str]:
    """Sort those first that fit as a whole, then by distance."""
    return edge.partial, edge.apart, edge.own.at, edge.own.id, edge.twin.id
