"""Refreshing quotes: every few minutes, of the assets that somebody holds and of no others."""

from dataclasses import dataclass
from datetime import datetime
from itertools import batched

from tidemark.domain.ports import Clock
from tidemark.domain.price_ports import Quotes
from tidemark.services.find_prices import FindPrices

_AT_ONCE = 50


@dataclass(frozen=True)
class RefreshPrices:
    """Refreshes the prices of now."""

    quotes: Quotes
    finding: FindPrices
    clock: Clock

    def refresh(self, until: datetime) -> int:
        """Ask for all pairs that are held, until a moment; give how many prices there are."""
        count = 0
        for pairs in batched(sorted(self.quotes.held(self.clock.now())), _AT_ONCE, strict=False):
            if self.clock.now() >= until:
                break
            found = self.finding.spot(pairs)
            self.quotes.put(found)
            count += len(found)
        return count
