"""What transactions are worth, as their owners see it: decided when they are read.

A page of transactions takes one batched read of closes. Past days are valued by their own closes
alone: the prices of now are kept elsewhere, and are never looked at here.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from tidemark.domain.accounts import Account
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.months import Month
from tidemark.domain.pages import Window
from tidemark.domain.ports import Accounts, Clock, Ledger, Months
from tidemark.domain.price_ports import Sheets
from tidemark.domain.prices import Close, Pair, day_of
from tidemark.domain.sheets import Sheet, SheetKey, Wanted
from tidemark.domain.transactions import State, Transaction
from tidemark.domain.valuations import Valuation, needed, value
from tidemark.services.add_up import span_of

type ValueOf = Callable[[Transaction], Valuation | None]
"""Values one transaction of those that closes were read for; a deleted one has no value."""

_PORTION = 500
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Valuations:
    """Values transactions."""

    accounts: Accounts
    ledger: Ledger
    months: Months
    sheets: Sheets
    clock: Clock

    def of(self, transactions: Sequence[Transaction], account: Account) -> list[Valuation | None]:
        """Value transactions, in their order, in the owner's currency; deleted ones have none."""
        value_of = self.over(transactions, account)
        return [value_of(each) for each in transactions]

    def over(self, transactions: Iterable[Transaction], account: Account) -> ValueOf:
        """Read the closes that some transactions take, and give what values each of them."""
        quote, today = account.quote_currency, day_of(self.clock.now())
        alive = [each for each in transactions if each.state is not State.DELETED]
        known = _Known(self.sheets.read(_keys(alive, quote, today)), quote)

        def value_of(stored: Transaction) -> Valuation | None:
            gone = stored.state is State.DELETED
            return None if gone else value(stored.facts, quote, today, known)

        return value_of

    def unvalued(self, key: IntegrationKey, window: Window) -> int:
        """Count the active transactions of a window (``until`` exclusive) without a value.

        Transactions are read only of days on which a close is wanted and not known, and of months
        that no value run has looked at since they changed.
        """
        account = self.accounts.get(key.owner)
        months = [month for month in self.months.read(key) if _overlap(month, window)]
        kept = self.sheets.read(_sheets_of(months, account.quote_currency))
        spans = [span for month in months for span in self._open(month, kept, account)]
        clipped = (_clip(span, window) for span in spans)
        return sum(self._count(key, span, account) for span in clipped if span)

    def _open(
        self, month: Month, kept: dict[SheetKey, Sheet], account: Account
    ) -> Iterator[Window]:
        """Give the times of a month in which something may have no value."""
        quote = account.quote_currency
        if not (month.is_valued(quote) and month.clean):
            yield span_of(month.month)
            return
        keys = _sheets_of([month], quote)
        sheets = [kept[key] for key in keys if key in kept]
        wanted = (n for s in sheets for n, state in s.days.items() if isinstance(state, Wanted))
        first = span_of(month.month).since or datetime.min.replace(tzinfo=UTC)
        for number in sorted(set(wanted)):
            since = first + (number - 1) * _DAY
            yield Window(since, since + _DAY)

    def _count(self, key: IntegrationKey, window: Window, account: Account) -> int:
        """Count by the transactions themselves."""
        count, portion = 0, list[Transaction]()
        for stored in self.ledger.oldest_first(key, window, None):
            if stored.counts:
                portion.append(stored)
            if len(portion) == _PORTION:
                count, portion = count + self._without(portion, account), []
        return count + self._without(portion, account)

    def _without(self, transactions: Sequence[Transaction], account: Account) -> int:
        """Count those that have no value."""
        return sum(v is not None and v.status.open for v in self.of(transactions, account))


@dataclass(frozen=True, slots=True)
class _Known:
    """The closes of some sheets, in one currency."""

    sheets: dict[SheetKey, Sheet]
    quote: str

    def __call__(self, asset: str, day: date) -> Close | Wanted | None:
        """Give a close, or how far the search for it is."""
        sheet = self.sheets.get(_key(asset, self.quote, day))
        return sheet.days.get(day.day) if sheet else None


def _key(asset: str, quote: str, day: date) -> SheetKey:
    """Name the sheet that a day's close is on."""
    return SheetKey(Pair(asset, quote), f"{day.year:04}-{day.month:02}")


def _keys(transactions: Iterable[Transaction], quote: str, today: date) -> list[SheetKey]:
    """Name the sheets that transactions are valued by, each once; today has no closes."""
    days = ((each.facts, day_of(each.facts.occurred_at)) for each in transactions)
    return list(
        dict.fromkeys(
            _key(asset, quote, day)
            for facts, day in days
            if day < today
            for asset in sorted(needed(facts, quote))
        )
    )


def _sheets_of(months: Iterable[Month], quote: str) -> list[SheetKey]:
    """Name the sheets that may be wanted for months."""
    return [
        SheetKey(Pair(asset, quote), month.month)
        for month in months
        for asset in sorted(month.totals)
        if asset != quote
    ]


def _overlap(month: Month, window: Window) -> bool:
    """Tell whether a month and a window have time in common."""
    return _clip(span_of(month.month), window) is not None


def _clip(span: Window, window: Window) -> Window | None:
    """Give what two windows have in common, if anything."""
    starts = [each for each in (span.since, window.since) if each is not None]
    since, until = max(starts, default=None), min(span.until, window.until)
    return Window(since, until) if since is None or since < until else None
