"""CoinGecko's public API (docs.coingecko.com: /coins/{id}/history, /simple/price).

Its ids are its own, and many coins share a symbol: only those of the table are asked for. History
is a snapshot at the beginning (UTC) of its date, so a day's close is that of the day after. Free
access reaches back 365 days (error 10012).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from tidemark.connector_kit import shapes
from tidemark.connector_kit.price_source import PublicPrices, price
from tidemark.domain.pages import RateBudget
from tidemark.domain.prices import Pair, Quote, day_of, settled_at
from tidemark.errors import SourceError, SourceGarbage

_IDS = {
    "AAVE": "aave",
    "ADA": "cardano",
    "ALGO": "algorand",
    "APT": "aptos",
    "ARB": "arbitrum",
    "ATOM": "cosmos",
    "AVAX": "avalanche-2",
    "BCH": "bitcoin-cash",
    "BEST": "bitpanda-ecosystem-token",
    "BNB": "binancecoin",
    "BTC": "bitcoin",
    "CRO": "crypto-com-chain",
    "CRV": "curve-dao-token",
    "DAI": "dai",
    "DASH": "dash",
    "DOGE": "dogecoin",
    "DOT": "polkadot",
    "EOS": "eos",
    "ETC": "ethereum-classic",
    "ETH": "ethereum",
    "FIL": "filecoin",
    "GRT": "the-graph",
    "HBAR": "hedera-hashgraph",
    "ICP": "internet-computer",
    "INJ": "injective-protocol",
    "KSM": "kusama",
    "LINK": "chainlink",
    "LTC": "litecoin",
    "MKR": "maker",
    "NEAR": "near",
    "OP": "optimism",
    "PEPE": "pepe",
    "POL": "polygon-ecosystem-token",
    "SHIB": "shiba-inu",
    "SOL": "solana",
    "SUI": "sui",
    "TIA": "celestia",
    "TON": "the-open-network",
    "TRX": "tron",
    "UNI": "uniswap",
    "USDC": "usd-coin",
    "USDT": "tether",
    "WBTC": "wrapped-bitcoin",
    "XLM": "stellar",
    "XMR": "monero",
    "XRP": "ripple",
    "XTZ": "tezos",
    "ZEC": "zcash",
}
_CURRENCIES = (
    "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF IDR ILS INR JPY KRW MXN MYR NOK NZD PHP PLN SEK"
    " SGD THB TRY USD ZAR"
)
_QUOTES = frozenset(_CURRENCIES.split())
_AT_ONCE = 5
"""So many days are asked for at a time: each is a call, and few are allowed a minute."""

_REACH = timedelta(days=365)
_STALE = timedelta(hours=1)
_TOO_OLD, _UNKNOWN = b"10012", b"coin not found"


class _BeyondReach(SourceGarbage):
    """The day is older than what free access shows, or the coin is not listed any more."""


class CoinGeckoPrices(PublicPrices):
    """Prices across many exchanges, and their history of one year."""

    name = "coingecko"
    base_url = "https://api.coingecko.com"
    budget = RateBudget(6, 0.1)

    def knows(self, pair: Pair) -> bool:
        """Look into the table of ids."""
        return pair.asset in _IDS and pair.quote in _QUOTES

    def closes(self, pair: Pair, days: Sequence[date]) -> Mapping[date, Decimal | None]:
        """Ask for a few days one by one, the oldest first; the others are left for later."""
        now, found = self.clock.now(), dict[date, Decimal | None]()
        over = [day for day in days if settled_at(day) <= now]
        reach = day_of(now) - _REACH
        found.update(dict.fromkeys((day for day in over if day < reach), None))
        for day in [day for day in over if day >= reach][:_AT_ONCE]:
            try:
                found[day] = self._close(pair, day)
            except SourceError:
                if not found:
                    raise
                break
        return found

    def _close(self, pair: Pair, day: date) -> Decimal | None:
        """Ask for the beginning of the day after; None where there is nothing of it."""
        asked = {"date": f"{day + timedelta(days=1):%d-%m-%Y}", "localization": "false"}
        path = f"/api/v3/coins/{_IDS[pair.asset]}/history"
        try:
            answer = self.asked(lambda: self.http.get(path, asked, explain=_explain))
        except _BeyondReach:
            return None
        if shapes.text(shapes.mapping(answer).get("id")) != _IDS[pair.asset]:
            raise SourceGarbage("The source's answer is about another coin.")
        prices = shapes.mapping(answer, "market_data", "current_price")
        told = prices.get(pair.quote.lower())
        return None if told is None else price(told)

    def spot(self, pairs: Collection[Pair]) -> Mapping[Pair, Quote]:
        """Ask for all coins in all currencies at once."""
        asked = {
            "ids": ",".join(sorted({_IDS[pair.asset] for pair in pairs})),
            "vs_currencies": ",".join(sorted({pair.quote.lower() for pair in pairs})),
            "include_last_updated_at": "true",
            "precision": "full",
        }
        answer = shapes.mapping(self.asked(lambda: self.http.get("/api/v3/simple/price", asked)))
        quotes = {pair: self._quote(pair, answer) for pair in pairs}
        return {pair: quote for pair, quote in quotes.items() if quote is not None}

    def _quote(self, pair: Pair, answer: Mapping[str, object]) -> Quote | None:
        """Read one price; one that is stale is none."""
        coin = shapes.mapping(answer.get(_IDS[pair.asset]))
        told = coin.get(pair.quote.lower())
        if told is None:
            return None
        at, now = shapes.moment(coin.get("last_updated_at")), self.clock.now()
        if at < now - _STALE:
            return None
        return Quote(price(told), min(at, now), self.name)


def _explain(_status: int, body: bytes) -> SourceError | None:
    """Tell a day that is too old, and a coin that is gone, from everything else."""
    beyond = _TOO_OLD in body or _UNKNOWN in body
    return _BeyondReach("The source does not show that day of it.") if beyond else None
