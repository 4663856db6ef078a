"""Finding prices: sources are asked in order, and what the first ones lack the next ones may have.

A pair that no source has in the currency may be crossed by the euro. Nothing is ever guessed: of
what no source knows there is no price.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tidemark.domain.prices import FIAT, Close, Pair, PriceSource, Quote, ratio
from tidemark.errors import SourceError

_EURO, _ONE = "EUR", Decimal(1)


class Found(NamedTuple):
    """Closes by day, and the days of which all sources surely have none."""

    closes: Mapping[date, Close]
    none: frozenset[date]


@dataclass
class _Search:
    """How far a search is: what was found, of which days nobody could say."""

    left: list[date]
    closes: dict[date, Close] = field(default_factory=dict)
    unsaid: set[date] = field(default_factory=set)

    def ask(self, source: PriceSource, pair: Pair) -> None:
        """Ask one source for what is left; one that fails has said nothing."""
        try:
            told = source.closes(pair, self.left)
        except SourceError:
            told = {}
        self.unsaid |= {day for day in self.left if day not in told}
        found = {day: Close(price, source.name) for day, price in told.items() if price is not None}
        self.closes |= {day: close for day, close in found.items() if day in self.left}
        self.left = [day for day in self.left if day not in self.closes]


@dataclass(frozen=True)
class FindPrices:
    """Asks sources, in the order in which they are given."""

    sources: Sequence[PriceSource]

    @property
    def free(self) -> bool:
        """Tell whether one may ask as often as one likes."""
        return all(source.free for source in self.sources)

    def listed(self, pairs: Iterable[Pair]) -> list[Pair]:
        """Give those pairs of which some source may have prices, in order."""
        return [pair for pair in sorted(pairs) if self._knows(pair)]

    def _knows(self, pair: Pair) -> bool:
        """Tell whether some source may have prices of a pair, or of its asset in euros."""
        euros = Pair(pair.asset, _EURO)
        crossed = _may_cross(pair) and any(source.knows(euros) for source in self.sources)
        return crossed or any(source.knows(pair) for source in self.sources)

    def closes(self, pair: Pair, days: Sequence[date]) -> Found:
        """Find the closes of days that are over."""
        found = self._direct(pair, days)
        left = [day for day in days if day not in found.closes]
        if not left or not _may_cross(pair):
            return found
        return _joined(found, self._crossed(pair, left))

    def _direct(self, pair: Pair, days: Sequence[date]) -> Found:
        """Ask each source that knows the pair for what is left."""
        search = _Search(sorted(days))
        for source in self.sources:
            if search.left and source.knows(pair):
                search.ask(source, pair)
        return Found(search.closes, frozenset(set(search.left) - search.unsaid))

    def _crossed(self, pair: Pair, days: Sequence[date]) -> Found:
        """Multiply the close in euros with what a euro was in the currency."""
        euros = self._direct(Pair(pair.asset, _EURO), days)
        rates = self._direct(Pair(_EURO, pair.quote), sorted(euros.closes))
        closes = {
            day: Close(ratio(euros.closes[day].price * rate.price, _ONE), _both(close, rate))
            for day, rate in rates.closes.items()
            for close in [euros.closes[day]]
        }
        return Found(closes, euros.none | rates.none)

    def spot(self, pairs: Collection[Pair]) -> dict[Pair, Quote]:
        """Find the prices of now; what a source lacks the next ones are asked for."""
        found = self._spot(pairs)
        left = [pair for pair in pairs if pair not in found and _may_cross(pair)]
        if left:
            by_euro = {part for p in left for part in (Pair(p.asset, _EURO), Pair(_EURO, p.quote))}
            found |= _crossed_now(left, self._spot(by_euro))
        return found

    def _spot(self, pairs: Collection[Pair]) -> dict[Pair, Quote]:
        """Ask each source for what is left."""
        found: dict[Pair, Quote] = {}
        for source in self.sources:
            left = [p for p in pairs if p not in found and source.knows(p)]
            if left:
                found |= _told(source, left)
        return found


def _told(source: PriceSource, pairs: Collection[Pair]) -> Mapping[Pair, Quote]:
    """Ask one source; one that fails has nothing now."""
    try:
        return source.spot(pairs)
    except SourceError:
        return {}


def _may_cross(pair: Pair) -> bool:
    """Tell whether a price in euros would do: the ECB crosses currencies itself."""
    return pair.asset not in FIAT and pair.quote in FIAT and pair.quote != _EURO


def _joined(found: Found, crossed: Found) -> Found:
    """Put two findings together: a day has no close when there is none on either way."""
    closes = {**crossed.closes, **found.closes}
    return Found(closes, frozenset((found.none & crossed.none) - set(closes)))


def _crossed_now(pairs: Collection[Pair], quotes: Mapping[Pair, Quote]) -> dict[Pair, Quote]:
    """Cross the prices of now; one is as old as the older of its parts."""
    found = {}
    for pair in pairs:
        euros, rate = quotes.get(Pair(pair.asset, _EURO)), quotes.get(Pair(_EURO, pair.quote))
        if euros and rate:
            price = ratio(euros.price * rate.price, _ONE)
            found[pair] = Quote(price, min(euros.at, rate.at), _both(euros, rate))
    return found


def _both(one: Close | Quote, other: Close | Quote) -> str:
    """Name two sources, or the one that both are."""
    return "+".join(dict.fromkeys((one.source, other.source)))
