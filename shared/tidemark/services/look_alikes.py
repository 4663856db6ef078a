"""Which rows of a file look like a transaction that a source has brought already."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from tidemark.domain.duplicates import SPAN, Signature, is_of_source, parts, signature
from tidemark.domain.files import FileRow
from tidemark.domain.integrations import Integration, IntegrationKey, IntegrationKind
from tidemark.domain.pages import Window
from tidemark.domain.ports import Integrations, Ledger
from tidemark.domain.transactions import Transaction
from tidemark.services.find import with_transactions

_MOST = 100_000
"""How many transactions are looked at for one file, so that the look ends."""

_TICK = timedelta(microseconds=1)

type Places = dict[Signature, list[tuple[datetime, int]]]


@dataclass(frozen=True)
class LookAlikes:
    """Compares rows with what sources brought to their integration; to all, if it is manual."""

    integrations: Integrations
    ledger: Ledger

    def of(self, key: IntegrationKey, rows: Sequence[FileRow]) -> set[int]:
        """Give the numbers of the rows that have the amounts of a transaction within a day."""
        places = _places(rows)
        if not places:
            return set()
        found: set[int] = set()
        for transaction in islice(self._near(key, rows), _MOST):
            if is_of_source(transaction):
                found.update(_alike(places, transaction))
        return found

    def _near(self, key: IntegrationKey, rows: Iterable[FileRow]) -> Iterator[Transaction]:
        """Go through the transactions that are near in time."""
        times = [row.occurred_at for row in rows]
        window = Window(min(times) - SPAN, max(times) + SPAN + _TICK)
        for each in self._sources(key):
            yield from self.ledger.oldest_first(each.key, window, None)

    def _sources(self, key: IntegrationKey) -> list[Integration]:
        """Give the integrations whose sources may have told the same."""
        every = with_transactions(self.integrations, key.owner)
        own = [each for each in every if each.key == key]
        if all(each.kind is not IntegrationKind.MANUAL for each in own):
            return own
        return [each for each in every if each.kind is not IntegrationKind.MANUAL]


def _places(rows: Iterable[FileRow]) -> Places:
    """Say which amounts are in which rows, in the order of time."""
    places: Places = {}
    for row in sorted(rows, key=lambda each: each.occurred_at):
        if spelled := signature(row.legs):
            places.setdefault(spelled, []).append((row.occurred_at, row.number))
    return places


def _alike(places: Places, twin: Transaction) -> Iterator[int]:
    """Give the numbers of the rows that may be this transaction."""
    facts = twin.facts
    spelled = {signature(facts.legs), *((part,) for part in parts(facts.legs))}
    for each in spelled & places.keys():
        rows = places[each]
        first = bisect_left(rows, (facts.occurred_at - SPAN, 0))
        last = bisect_right(rows, (facts.occurred_at + SPAN + _TICK, 0))
        yield from (number for _, number in rows[first:last])
