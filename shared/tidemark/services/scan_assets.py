"""Going through an integration's transactions for the timelines of some assets."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice

from tidemark.domain import amounts
from tidemark.domain.ids import transaction_id
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.legs import net
from tidemark.domain.ports import Ledger
from tidemark.domain.timelines import Entry
from tidemark.domain.transactions import Origin, State, Transaction
from tidemark.services.walk_transactions import span

_MOST_NAMED = 10


@dataclass
class Scan:
    """What was met. ``marks`` name transactions by asset and by what the owner did to them.

    ``complete`` is false if there were more transactions than are gone through.
    """

    timelines: defaultdict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    marks: defaultdict[tuple[str, str], list[str]] = field(
        default_factory=lambda: defaultdict(list)
    )
    complete: bool = True

    def mark(self, asset: str, word: str, named: str) -> None:
        """Name a transaction; only some are."""
        if len(self.marks[asset, word]) < _MOST_NAMED:
            self.marks[asset, word].append(named)


def scan(ledger: Ledger, key: IntegrationKey, assets: Collection[str], most: int) -> Scan:
    """Go through so many transactions at most, oldest first."""
    found = Scan()
    rows = ledger.oldest_first(key, span(None, None), None)
    for row in islice(rows, most):
        _take(found, key, row, assets)
    found.complete = next(rows, None) is None
    return found


def _take(found: Scan, key: IntegrationKey, row: Transaction, assets: Collection[str]) -> None:
    """Put a transaction into the timelines that it belongs to."""
    facts = row.facts
    moved = net(facts.legs) if row.counts else {}
    touched = {leg.asset for leg in (*row.legs, *facts.legs)}
    words = list(_words(row))
    for asset in assets:
        if asset in touched:
            codes = sorted({leg.source_asset for leg in row.legs if leg.asset == asset})
            told = tuple(codes) if row.origin is Origin.SOURCE else ()
            sums = moved.get(asset, amounts.ZERO)
            amount = net(row.legs).get(asset, amounts.ZERO) if told else amounts.ZERO
            at = facts.occurred_at
            entry = Entry(at, row.id, row.source_id, sums, told, amount, row.occurred_at)
            found.timelines[asset].append(entry)
        if asset in touched or row.state is State.DELETED:
            for word in words:
                found.mark(asset, word, transaction_id(key.integration_id, row.id))


def _words(row: Transaction) -> Iterator[str]:
    """Say what makes a transaction other than its source told it."""
    if row.state is State.EXCLUDED:
        yield "excluded"
    if row.state is State.DELETED:
        yield "deleted"
    if row.overlay is not None and "legs" in row.overlay:
        yield "edited"
    if row.origin is not Origin.SOURCE and row.counts:
        yield "own"
