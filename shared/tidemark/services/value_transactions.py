"""The value run: sees to it that there are the closes by which transactions are valued.

Only months that changed since they were last looked at are read: a month notes for which currency,
and at which of its versions, its closes were asked for.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.months import Month
from tidemark.domain.ports import Accounts, Clock, Integrations, Ledger, Months
from tidemark.domain.price_ports import Quotes, ValuesQueue
from tidemark.domain.prices import Pair, day_of
from tidemark.domain.sheets import SheetKey
from tidemark.domain.transactions import State
from tidemark.domain.valuations import needed
from tidemark.services.add_up import AddUp, span_of
from tidemark.services.fill_sheets import FillSheets
from tidemark.services.find import holds_transactions

HELD_FOR = timedelta(days=400)
_RENEWED_BEFORE = timedelta(days=370)


@dataclass(frozen=True)
class ValueTransactions:
    """Wants the closes of integrations, and fetches them."""

    integrations: Integrations
    accounts: Accounts
    ledger: Ledger
    months: Months
    quotes: Quotes
    filling: FillSheets
    queue: ValuesQueue
    clock: Clock

    def integration(self, key: IntegrationKey, until: datetime) -> None:
        """Look at what changed in an integration; ask to go on when time is up."""
        integration = self.integrations.get(key)
        if integration is None or not holds_transactions(integration):
            return
        quote = self.accounts.get(key.owner).quote_currency
        calculated = AddUp(self.ledger, self.months, self.clock).calculated(key)
        self._hold({Pair(asset, quote) for asset, amount in calculated.items() if amount})
        for month in self.months.read(key):
            if month.is_valued(quote):
                continue
            if self.clock.now() >= until:
                self.queue.send(key)
                return
            self.filling.provide(self._needs(key, month, quote), until)
            self.months.note_valued(key, month, quote)

    def due(self, until: datetime) -> int:
        """Fetch what is due, whoever wants it; give how many sheets were asked for."""
        return self.filling.due(until)

    def _needs(
        self, key: IntegrationKey, month: Month, quote: str
    ) -> dict[SheetKey, Collection[date]]:
        """Read a month's transactions, excluded ones too, and say which closes value them."""
        needs: defaultdict[SheetKey, set[date]] = defaultdict(set)
        for stored in self.ledger.oldest_first(key, span_of(month.month), None):
            if stored.state is not State.DELETED:
                day = day_of(stored.facts.occurred_at)
                for asset in needed(stored.facts, quote):
                    needs[SheetKey(Pair(asset, quote), month.month)].add(day)
        return dict(sorted(needs.items()))

    def _hold(self, pairs: Collection[Pair]) -> None:
        """Note which assets are held, so that their quotes are refreshed."""
        now = self.clock.now()
        known = self.filling.finding.listed(pair for pair in pairs if pair.asset != pair.quote)
        held, soon = self.quotes.held(now), now + _RENEWED_BEFORE
        if fresh := [pair for pair in known if held.get(pair, now) < soon]:
            self.quotes.hold(fresh, now + HELD_FOR)
