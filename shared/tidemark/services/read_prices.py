"""Giving prices: of now, with their age, or the closes of a day that is over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from tidemark.domain.ports import Clock
from tidemark.domain.price_ports import Quotes, Sheets
from tidemark.domain.prices import SETTLED_AFTER, Close, Pair, Quote, day_of, settled_at
from tidemark.domain.sheets import SheetKey
from tidemark.services.fill_sheets import FillSheets

_FRESH = timedelta(minutes=8)
"""A quote that is younger is not asked for again: the next one comes by the schedule."""

_PATIENCE = timedelta(seconds=8)
"""So long the answer may take; what is not found by then comes with a later run."""

_ITSELF = "itself"


@dataclass(frozen=True)
class ReadPrices:
    """Gives prices; those that nobody asked for before are asked for at once."""

    quotes: Quotes
    sheets: Sheets
    filling: FillSheets
    clock: Clock

    def prices(
        self, assets: Sequence[str], quote: str, at: datetime | None
    ) -> dict[str, Quote | None]:
        """Give the price of each asset, in order; None where there is none.

        Of today, or without ``at``, that is the newest one; of a past day, its close (UTC), told
        as of the end of the day.
        """
        today = day_of(self.clock.now())
        pairs = [Pair(asset, quote) for asset in assets if asset != quote]
        if at is None or day_of(at) >= today:
            found = self._now(pairs)
        else:
            found = self._closes(pairs, day_of(at))
        itself = {quote: Quote(Decimal(1), self.clock.now(), _ITSELF)}
        known = {pair.asset: price for pair, price in found.items()} | itself
        return {asset: known.get(asset) for asset in assets}

    def _now(self, pairs: Sequence[Pair]) -> dict[Pair, Quote]:
        """Give the newest quotes; where there is no fresh one, sources are asked."""
        now = self.clock.now()
        newest = {pair: self.quotes.newest(pair, now) for pair in pairs}
        found = {pair: quote for pair, quote in newest.items() if quote is not None}
        finding = self.filling.finding
        stale = [p for p in pairs if finding.free or p not in found or found[p].at < now - _FRESH]
        if fresh := finding.spot(stale) if stale else {}:
            self.quotes.put(fresh)
        return found | fresh

    def _closes(self, pairs: Sequence[Pair], day: date) -> dict[Pair, Quote]:
        """Give the closes of a day; those that are not known are wanted, and asked for."""
        keys = {pair: SheetKey(pair, f"{day.year:04}-{day.month:02}") for pair in pairs}
        found = self._known(keys, day)
        unknown = (pair for pair in pairs if pair not in found)
        left = [keys[pair] for pair in self.filling.finding.listed(unknown)]
        if left:
            until = self.clock.now() + _PATIENCE
            self.filling.provide({key: [day] for key in left}, until, again=True)
            found = self._known(keys, day)
        return found

    def _known(self, keys: Mapping[Pair, SheetKey], day: date) -> dict[Pair, Quote]:
        """Give the closes that are known."""
        kept, ended = self.sheets.read(list(keys.values())), settled_at(day) - SETTLED_AFTER
        states = {pair: kept[key].days.get(day.day) for pair, key in keys.items() if key in kept}
        return {
            pair: Quote(state.price, ended, state.source)
            for pair, state in states.items()
            if isinstance(state, Close)
        }
