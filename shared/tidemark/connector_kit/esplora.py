"""The Esplora REST API (github.com/Blockstream/esplora, API.md), as far as wallets need it."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from tidemark.connector_kit.http import Http
from tidemark.connector_kit.utxo import Row
from tidemark.domain.moments import from_seconds
from tidemark.errors import CursorExpired, SourceError, SourceGarbage

FULL_PAGE = 25
"""How many confirmed transactions a page holds at least, unless it is the last."""

_TXID = re.compile(r"[0-9a-f]{64}")
_HEIGHT = re.compile(r"[0-9]{1,9}")
_GONE = frozenset({400, 404})


class Stats(NamedTuple):
    """What the source counts of one address: transactions, and coins in smallest units."""

    confirmed: int
    unconfirmed: int
    units: int


@dataclass(frozen=True)
class Esplora:
    """One explorer."""

    http: Http

    def tip(self) -> int:
        """Give the height of the chain."""
        height = self.http.text("/blocks/tip/height").strip()
        if not _HEIGHT.fullmatch(height):
            raise SourceGarbage("The explorer does not say how long the chain is.")
        return int(height)

    def stats(self, address: str) -> Stats:
        """Give the counts of an address: one call tells whether anything has changed."""
        answer = self.http.get(f"/address/{address}")
        if not isinstance(answer, dict) or answer.get("address", address) != address:
            raise SourceGarbage("The explorer does not tell of the address it was asked for.")
        chain, mempool = answer.get("chain_stats"), answer.get("mempool_stats")
        units = _count(chain, "funded_txo_sum") - _count(chain, "spent_txo_sum")
        return Stats(_count(chain, "tx_count"), _count(mempool, "tx_count"), units)

    def rows(self, address: str, last: str) -> list[Row]:
        """Give a page of an address's transactions, newest first, after the one called ``last``.

        The first page (``last`` is empty) holds unconfirmed ones too.

        Raises:
            CursorExpired: ``last`` is not in the chain any more.
        """
        path = f"/address/{address}/txs"
        if not last:
            return _rows(self.http.get(path))
        answer = self.http.get(f"{path}/chain/{last}", explain=_expired)
        if answer == [] and not self._is_confirmed(last):
            raise CursorExpired("The chain was reorganised while it was read.")
        return _rows(answer)

    def _is_confirmed(self, txid: str) -> bool:
        """Tell whether a transaction is in the chain: a page after one that is not is empty too."""
        answer = self.http.get(f"/tx/{txid}/status", explain=_expired)
        return isinstance(answer, dict) and answer.get("confirmed") is True


def _expired(status: int, _body: bytes) -> SourceError | None:
    """Say what it means that a transaction is unknown that was there before."""
    if status in _GONE:
        return CursorExpired("The chain was reorganised while it was read.")
    return None


def _count(stats: object, name: str) -> int:
    """Give one of the counts of an address."""
    value = stats.get(name) if isinstance(stats, dict) else None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise SourceGarbage("The explorer's counts of an address cannot be read.")
    return value


def _rows(answer: object) -> list[Row]:
    """Read a page: unconfirmed ones first, then from the newest block down."""
    if not isinstance(answer, list):
        raise SourceGarbage("The explorer's list of transactions cannot be read.")
    rows = [_row(record) for record in answer]
    heights = [row.height for row in rows if row.height is not None]
    if heights != sorted(heights, reverse=True):
        raise SourceGarbage("The explorer's transactions are not in the order of the chain.")
    return rows


def _row(record: object) -> Row:
    """Read what a record says of itself: its id, and its place in the chain."""
    if not isinstance(record, dict):
        raise SourceGarbage("The explorer's list of transactions cannot be read.")
    txid, status = record.get("txid"), record.get("status")
    if not isinstance(txid, str) or not _TXID.fullmatch(txid) or not isinstance(status, dict):
        raise SourceGarbage("The explorer's transaction has no id or no status.")
    if status.get("confirmed") is not True:
        return Row(txid, None, None, record)
    height, at = status.get("block_height"), _moment(status.get("block_time"))
    if isinstance(height, bool) or not isinstance(height, int):
        raise SourceGarbage("The explorer's transaction has no place in the chain.")
    return Row(txid, height, at, record)


def _moment(seconds: object) -> datetime:
    """Read the time of a block."""
    try:
        return from_seconds(seconds)
    except ValueError:
        raise SourceGarbage("The explorer's transaction has no time.") from None
