"""Prices of assets: what sources say of them, and what is asked of a source.

A *close* is the last price of a UTC day, and never changes; a *quote* is the price of a moment.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import NamedTuple, Protocol

_CURRENCIES = (
    "AUD BGN BRL CAD CHF CNY CZK DKK EUR GBP HKD HRK HUF IDR ILS INR ISK JPY KRW MXN MYR NOK NZD"
    " PHP PLN RON RUB SEK SGD THB TRY USD ZAR"
)
FIAT = frozenset(_CURRENCIES.split())
"""What is money of a state: the currencies for which the ECB gives, or gave, reference rates."""

NEWEST_FOR = timedelta(hours=48)
"""For how long a quote may be given as the newest one."""

SETTLED_AFTER = timedelta(minutes=5)
"""How long after its end a day's close is asked for."""

_DIVISION = Context(prec=28, rounding=ROUND_HALF_EVEN)


class Pair(NamedTuple):
    """An asset, and the currency that its price is in."""

    asset: str
    quote: str

    @property
    def text(self) -> str:
        """Spell the pair, as a key."""
        return f"{self.asset}#{self.quote}"


def pair_of(text: str) -> Pair:
    """Read what ``Pair.text`` spelled; a currency has no ``#`` in it."""
    asset, _, quote = text.rpartition("#")
    return Pair(asset, quote)


class Close(NamedTuple):
    """The last price of a day, and who said so."""

    price: Decimal
    source: str


class Quote(NamedTuple):
    """The price of a moment (UTC), and who said so."""

    price: Decimal
    at: datetime
    source: str


class PriceSource(Protocol):
    """One source of prices. What it does not list it is never asked for.

    One that is ``free`` may be asked as often as one likes.
    """

    name: str
    free: bool

    def knows(self, pair: Pair) -> bool:
        """Tell, without asking anybody, whether the source may have prices of a pair."""

    def closes(self, pair: Pair, days: Sequence[date]) -> Mapping[date, Decimal | None]:
        """Give the closes of past days (in order); None where the source surely has none.

        Days that are not told of were not asked for yet, or are not settled at the source.

        Raises:
            SourceError
        """

    def spot(self, pairs: Collection[Pair]) -> Mapping[Pair, Quote]:
        """Give the prices of now, as far as there are any. Raises SourceError."""


def ratio(numerator: Decimal, denominator: Decimal) -> Decimal:
    """Divide, to 28 digits: most prices have no end."""
    return _DIVISION.divide(numerator, denominator)


def is_price(value: Decimal) -> bool:
    """Tell whether a number can be a price: finite, and more than nothing."""
    return value.is_finite() and value > 0


def day_of(moment: datetime) -> date:
    """Give the UTC day of a moment."""
    return moment.astimezone(UTC).date()


def settled_at(day: date) -> datetime:
    """Give the moment from which on the close of a day can be asked for."""
    midnight = datetime.combine(day, time(), UTC) + timedelta(days=1)
    return midnight + SETTLED_AFTER
