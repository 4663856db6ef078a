"""Rows of a ledger that say what was moved, what it cost, and what balance that led to."""

import functools
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from operator import itemgetter
from typing import cast

import msgspec

from tidemark.connector_kit import grouping
from tidemark.connector_kit.asset_names import AssetNames
from tidemark.connector_kit.grouping import Entry
from tidemark.connector_kit.running_balance import RunningBalance
from tidemark.domain.amounts import parse_amount
from tidemark.domain.legs import Kind, Leg, Role
from tidemark.domain.moments import from_seconds
from tidemark.domain.pages import Unread

_MOST_MET = 1_000
_FEE, _PRINCIPAL = Role.FEE, Role.PRINCIPAL
_COLUMNS = itemgetter("time", "amount", "fee", "balance", "asset", "refid", "type", "subtype")
_AMOUNTS = msgspec.json.Decoder(list[Decimal])
_TIMES = msgspec.json.Decoder(list[datetime], strict=False)
_IN_NUMBERS = b"0123456789.,-"
_LONGEST_AMOUNT, _LONGEST_TIME = 36, len("1700000000.123456")
_TEN_DIGITS = datetime(2001, 9, 10, tzinfo=UTC), datetime(2096, 1, 1, tzinfo=UTC)
"""Seconds between these have ten digits before the point, so six at most behind it."""


class Kinds(dict[tuple[str, str], Kind]):
    """What a source's types and subtypes of rows are; the table is by ``type`` or ``type/sub``.

    Spaces, hyphens and underscores in types do not count, nor does case.
    """

    def __init__(self, table: Mapping[str, Kind]) -> None:
        super().__init__()
        self._table = table

    def __missing__(self, words: tuple[str, str]) -> Kind:
        """Look up words that were not met before. Raises ValueError when they are not known."""
        word, sub = (re.sub("[ _-]", "", text.lower()) for text in words)
        kind = self._table.get(f"{word}/{sub}") or self._table.get(word)
        if kind is None:
            raise ValueError(f"a type of ledger row that is not known: {words[0][:40]}")
        if len(self) < _MOST_MET:
            self[words] = kind
        return kind


@dataclass(frozen=True)
class LedgerRows:
    """Reads the ledger rows of one source and stream.

    A row has ``type, subtype, time`` (seconds), ``asset, amount, fee, balance`` and ``refid``, the
    event it is part of. ``fee`` is of the same asset and comes on top; a positive one is paid.
    ``fee_assets`` are assets that are only ever spent on fees, ``no_refids`` words that name no
    event.
    """

    stream: str
    kinds: Kinds
    assets: AssetNames
    fee_assets: frozenset[str] = frozenset()
    no_refids: frozenset[str] = frozenset({""})

    def read(
        self, balances: RunningBalance, rows: Mapping[str, object]
    ) -> tuple[list[Entry], list[Unread]]:
        """Read the rows of a page by their ids, and take them into the running balances.

        Nearly always all are well and plain, and to look at columns costs a third of what it costs
        to look at rows. Where anything is odd, each row is looked at by itself.
        """
        try:
            return self._at_once(balances, rows), []
        except (KeyError, TypeError, ValueError):
            return grouping.understand(rows, functools.partial(self.read_one, balances))

    def _at_once(self, balances: RunningBalance, rows: Mapping[str, object]) -> list[Entry]:
        """Read rows by columns. Raises KeyError, TypeError, ValueError before anything is done."""
        records = cast("Collection[Mapping[str, object]]", rows.values())
        columns = zip(*map(_COLUMNS, records), strict=True)
        at, moved, paid, balance, assets, refids, types, subtypes = columns
        self._check(set(assets), set(refids), set(zip(types, subtypes, strict=True)))
        times, count = _times(at), len(at)
        numbers = _numbers(_AMOUNTS, (*moved, *paid, *balance), _LONGEST_AMOUNT)
        amounts, fees, after = numbers[:count], numbers[count:-count], numbers[-count:]
        balances.meet_all(zip(assets, amounts, fees, after, times, strict=True))
        told = map(" ".join, zip(rows, assets, moved, paid, strict=True))
        return list(map(Entry, rows, refids, times, amounts, fees, told, records))

    def _check(
        self, assets: set[object], refids: set[object], words: set[tuple[object, object]]
    ) -> None:
        """Refuse what is no text, assets and events without a name, and types not known."""
        texts = [*assets, *refids, *(word for pair in words for word in pair)]
        nameless = "" in assets or not self.no_refids.isdisjoint(refids)
        if nameless or not all(type(text) is str for text in texts):
            raise ValueError("not all are plain texts")
        for each in words:
            self.kinds[cast("tuple[str, str]", each)]

    def read_one(
        self, balances: RunningBalance, row_id: str, record: Mapping[str, object]
    ) -> Entry:
        """Read one row, and take it into the running balances.

        Raises:
            ValueError: saying what cannot be read.
        """
        told = record.get
        asset, word, sub = told("asset"), told("type"), told("subtype") or ""
        if not (
            asset and isinstance(asset, str) and isinstance(word, str) and isinstance(sub, str)
        ):
            raise ValueError("a ledger row without an asset or a type")
        try:
            self.kinds[word, sub]
            amount, fee = parse_amount(told("amount")), parse_amount(told("fee", "0"))
            at = from_seconds(told("time"))
        except ValueError:
            balances.lose(asset)
            raise
        balances.meet(asset, amount, fee, told("balance"), at)
        event = self._event(row_id, told("refid"))
        words = f"{row_id} {asset} {told('amount')} {told('fee')}"
        return Entry(row_id, event, at, amount, fee, words, record)

    def _event(self, row_id: str, refid: object) -> str:
        """Name the event that a row is part of."""
        return refid if isinstance(refid, str) and refid not in self.no_refids else row_id

    def legs(self, entry: Entry) -> list[Leg]:
        """Make the legs of a row: what it moved, and what that cost."""
        row_id, amount, fee, record = entry.record_id, entry.amount, entry.fee, entry.record
        asset, word, sub = (str(record.get(name) or "") for name in ("asset", "type", "subtype"))
        legs, clean = [], self.assets.clean(asset)
        if amount or not fee:
            role = _FEE if asset in self.fee_assets and amount < 0 else _PRINCIPAL
            legs.append(Leg(row_id, clean, amount, role, asset, self.kinds[word, sub]))
        if fee:
            legs.append(Leg(f"{row_id}:fee", clean, fee.copy_negate(), _FEE, asset, Kind.FEE))
        return legs


def _times(texts: Sequence[str]) -> list[datetime]:
    """Read seconds that have ten digits before the point, and six at most behind it."""
    times: list[datetime] = _numbers(_TIMES, texts, _LONGEST_TIME)
    if min(times) < _TEN_DIGITS[0] or max(times) > _TEN_DIGITS[1]:
        raise ValueError("not of ten digits")
    return times


def _numbers[T](decoder: msgspec.json.Decoder[list[T]], texts: Sequence[str], most: int) -> list[T]:
    """Read texts that are all numbers as JSON spells them, no longer than so many characters.

    Raises:
        TypeError, ValueError: when they are not, or have exponents.
    """
    joined = ",".join(texts)
    if joined.encode().translate(None, _IN_NUMBERS) or max(map(len, texts)) > most:
        raise ValueError("not plain numbers")
    values = decoder.decode(f"[{joined}]")
    if len(values) != len(texts):
        raise ValueError("not one number in each text")
    return values
