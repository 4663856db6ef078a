"""Kraken's public market data (docs.kraken.com/api/docs/rest-api: OHLC, Ticker).

OHLC gives the last 720 days at most, and always ends with the day that is not over. A pair that is
not in the table is not asked for: there are assets of one name that are not one.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from tidemark.connector_kit import shapes
from tidemark.connector_kit.price_source import Means, PublicPrices, price
from tidemark.domain.pages import RateBudget
from tidemark.domain.prices import Pair, Quote, day_of, settled_at
from tidemark.errors import RateLimited, SourceError, SourceGarbage, SourceUnavailable

_DAY = "1440"
_CLOSE, _LAST_TRADE = 4, "c"
_REACH, _KEPT = timedelta(days=720), timedelta(minutes=10)
"""How far candles go back, and how long those that were read are good for other days."""

_OWN_CODES = {"BTC": "XBT", "DOGE": "XDG"}
_LISTED = (
    "AAVE ADA ALGO ATOM AVAX BCH BTC COMP CRV DAI DASH DOGE DOT EOS ETC ETH FIL GRT ICP KSM LINK"
    " LTC MANA MATIC MKR NEAR PEPE POL SAND SHIB SNX SOL TIA TRX UNI USDC USDT XLM XMR XRP XTZ"
    " YFI ZEC"
)
_ASSETS = frozenset(_LISTED.split())
_FOR_ALL, _FOR_THE_LARGEST = {"EUR", "USD"}, {"AUD", "CAD", "CHF", "GBP", "JPY"}
_LARGEST = {"BTC", "ETH"}


class _NotListed(SourceGarbage):
    """A pair is not traded any more, or not yet."""


class KrakenPrices(PublicPrices):
    """Last trades, and daily closes of the last two years."""

    name = "kraken"
    base_url = "https://api.kraken.com"
    budget = RateBudget(30, 1)

    def __init__(self, means: Means) -> None:
        """Start without candles."""
        super().__init__(means)
        self._read: dict[Pair, tuple[datetime, Mapping[date, Decimal]]] = {}
        self._gone: set[Pair] = set()

    def knows(self, pair: Pair) -> bool:
        """Look into the table; what turned out to be listed no more is not asked for again."""
        quotes = _FOR_ALL | (_FOR_THE_LARGEST if pair.asset in _LARGEST else set())
        return pair.asset in _ASSETS and pair.quote in quotes and pair not in self._gone

    def closes(self, pair: Pair, days: Sequence[date]) -> Mapping[date, Decimal | None]:
        """Look at daily candles; what is older than any is not to be had."""
        now = self.clock.now()
        over = [day for day in days if settled_at(day) <= now]
        oldest = day_of(now) - _REACH
        if not over or over[-1] < oldest:
            return dict.fromkeys(over)
        try:
            candles = self._candles(pair, now, settled_at(over[-1]))
        except _NotListed:
            self._gone.add(pair)
            candles = {}
        return {day: candles.get(day) for day in over}

    def _candles(self, pair: Pair, now: datetime, since: datetime) -> Mapping[date, Decimal]:
        """Ask for all candles of a pair, unless that was done just now, and ``since`` a moment.

        The last of them is of the day that is not over: it is looked at when it is read anew.
        """
        read_at, candles = self._read.get(pair, (now - 2 * _KEPT, {}))
        if not max(now - _KEPT, since) <= read_at <= now:
            result = self._result("/0/public/OHLC", {"pair": _code(pair), "interval": _DAY})
            lists = [rows for name, rows in result.items() if name != "last"]
            if len(lists) != 1:
                raise SourceGarbage("The source's answer is not about the one pair.")
            candles = dict(map(_candle, shapes.listing(lists[0])))
            self._read[pair] = now, candles
        return candles

    def spot(self, pairs: Collection[Pair]) -> Mapping[Pair, Quote]:
        """Ask for the last trades of all pairs at once; Kraken refuses all for one not listed."""
        asked_for = sorted(pair for pair in pairs if pair not in self._gone)
        try:
            return self._trades(asked_for) if asked_for else {}
        except _NotListed:
            if len(asked_for) == 1:
                self._gone.update(asked_for)
                return {}
            half = len(asked_for) // 2
            return {**self.spot(asked_for[:half]), **self.spot(asked_for[half:])}

    def _trades(self, pairs: Collection[Pair]) -> Mapping[Pair, Quote]:
        """Ask for the last trades of pairs that are listed. Raises SourceError."""
        asked = {"pair": ",".join(sorted(map(_code, pairs)))}
        told_as = {name: pair for pair in pairs for name in _names(pair)}
        now, found = self.clock.now(), dict[Pair, Quote]()
        for name, ticker in self._result("/0/public/Ticker", asked).items():
            pair = told_as.get(name)
            trade = shapes.listing(shapes.mapping(ticker).get(_LAST_TRADE))
            if pair is not None and trade:
                found[pair] = Quote(price(trade[0]), now, self.name)
        return found

    def _result(self, path: str, asked: Mapping[str, str]) -> Mapping[str, object]:
        """Ask, and give the result; Kraken tells errors with status 200."""

        def ask() -> Mapping[str, object]:
            answer = shapes.mapping(self.http.get(path, asked))
            if errors := shapes.listing(answer.get("error")):
                raise _meant(" ".join(map(shapes.text, errors)))
            return shapes.mapping(answer.get("result"))

        return self.asked(ask)


def _code(pair: Pair) -> str:
    """Give Kraken's name of a pair."""
    return _OWN_CODES.get(pair.asset, pair.asset) + pair.quote


def _names(pair: Pair) -> tuple[str, ...]:
    """Give the names that a pair may be answered by: old ones are longer, as in ``XXBTZEUR``."""
    asset = _code(pair).removesuffix(pair.quote)
    return _code(pair), f"{asset}Z{pair.quote}", f"X{asset}Z{pair.quote}"


def _candle(row: object) -> tuple[date, Decimal]:
    """Read day and close of a candle. Raises SourceGarbage."""
    values = shapes.listing(row)
    if len(values) <= _CLOSE:
        raise SourceGarbage("The source's answer has a candle without a close.")
    at = shapes.moment(values[0])
    if at.time() != time():
        raise SourceGarbage("The source's answer has a candle that is not of a day.")
    return day_of(at), price(values[_CLOSE])


def _meant(errors: str) -> SourceError:
    """Say what Kraken's words mean."""
    if "limit" in errors or "Too many" in errors:
        return RateLimited("The source asks to wait.")
    if errors.startswith(("EService", "EGeneral:Internal")):
        return SourceUnavailable("The source is not available at the moment.")
    if "Unknown asset pair" in errors:
        return _NotListed("The source does not list the pair.")
    return SourceGarbage("The source does not know what it was asked for.")
