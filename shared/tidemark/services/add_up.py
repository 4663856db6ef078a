"""Adding up the calculated balance: only months that changed are read again."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tidemark.domain import amounts
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.moments import month_of
from tidemark.domain.months import Month, add_totals
from tidemark.domain.pages import Window
from tidemark.domain.ports import Clock, Ledger, Months


@dataclass(frozen=True)
class AddUp:
    """Gives calculated balances."""

    ledger: Ledger
    months: Months
    clock: Clock

    def calculated(self, key: IntegrationKey) -> dict[str, Decimal]:
        """Add up all legs of what is neither deleted nor excluded, per clean asset, exactly."""
        return add_totals(self._totals(key, month) for month in self.months.read(key))

    def calculated_at(self, key: IntegrationKey, at: datetime) -> dict[str, Decimal]:
        """Add up what was before a moment (UTC): the months before, and a part of its month."""
        last = month_of(at)
        months = self.months.read(key)
        parts = [self._totals(key, month) for month in months if month.month < last]
        if any(month.month == last for month in months):
            parts.append(self._add(key, Window(span_of(last).since, at)))
        return add_totals(parts)

    def _totals(self, key: IntegrationKey, month: Month) -> Mapping[str, Decimal]:
        """Give one month's totals, from the bucket if it is clean."""
        if month.clean:
            return month.totals
        if dead := month.dead_writers(self.clock.now()):
            self.months.drop(key, month.month, dead)
            month = self.months.read_one(key, month.month)
        totals = self._read_again(key, month.month)
        self.months.store(key, replace(month, totals=totals, computed_version=month.version))
        return totals

    def _read_again(self, key: IntegrationKey, month: str) -> dict[str, Decimal]:
        """Add up a month from its transactions."""
        return self._add(key, span_of(month))

    def _add(self, key: IntegrationKey, window: Window) -> dict[str, Decimal]:
        """Add up the transactions of a window."""
        columns: defaultdict[str, list[Decimal]] = defaultdict(list)
        for asset, amount in self.ledger.amounts(key, window):
            columns[asset].append(amount)
        return {asset: amounts.total(column) for asset, column in columns.items()}


def span_of(month: str) -> Window:
    """Give the time of a month like ``2023-07``."""
    year, number = int(month[:4]), int(month[5:])
    since = datetime(year, number, 1, tzinfo=UTC)
    return Window(since, since + timedelta(days=monthrange(year, number)[1]))
