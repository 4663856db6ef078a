"""Quotes in the Quotes table, by pair and moment; the pairs that are held are beside them.

Items end by ``expires_at``; DynamoDB removes them some time later, so it is looked at here too.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tidemark.domain import amounts, moments
from tidemark.domain.prices import NEWEST_FOR, Pair, Quote, pair_of
from tidemark.stores import bulk
from tidemark.stores.table import Table, read
from tidemark.wire import Wire

_HELD = "held"
"""Where held pairs are: no pair is spelled without a ``#``."""


class DynamoQuotes:
    """One item per quote, and one per held pair."""

    def __init__(self, wire: Wire, table: str) -> None:
        """Keep quotes in a table."""
        self._table = Table(wire, table)

    def put(self, quotes: Mapping[Pair, Quote]) -> None:
        """Write in batches."""
        items = [_item(pair, quote) for pair, quote in quotes.items()]
        bulk.write_all(self._table, [bulk.put_request(item) for item in items])

    def newest(self, pair: Pair, now: datetime) -> Quote | None:
        """Read the last one."""
        found = self._table.query(
            "#pair = :pair AND #at <= :now",
            {"pair": pair.text, "now": moments.spell(now)},
            backwards=True,
            page=1,
        )
        for item in found:
            values = read(item)
            quote = Quote(
                Decimal(values["price"]), moments.parse(values["at"]), str(values["source"])
            )
            return quote if _ends(values) > now else None
        return None

    def hold(self, pairs: Collection[Pair], until: datetime) -> None:
        """Write in batches."""
        ends = int(until.timestamp())
        items = [{"pair": _HELD, "at": pair.text, "expires_at": ends} for pair in pairs]
        bulk.write_all(self._table, [bulk.put_request(item) for item in items])

    def held(self, now: datetime) -> dict[Pair, datetime]:
        """Read all that are noted."""
        found = map(read, self._table.query("#pair = :held", {"held": _HELD}))
        return {pair_of(each["at"]): _ends(each) for each in found if _ends(each) > now}


def _item(pair: Pair, quote: Quote) -> dict[str, object]:
    """Spell a quote."""
    return {
        "pair": pair.text,
        "at": moments.spell(quote.at),
        "price": amounts.spell(quote.price),
        "source": quote.source,
        "expires_at": int((quote.at + NEWEST_FOR).timestamp()),
    }


def _ends(values: dict[str, Any]) -> datetime:
    """Read when an item ends."""
    return datetime.fromtimestamp(values["expires_at"], UTC)
