"""Rows of a ledger that say what was moved, what it cost, and what balance that led to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import itemgetter

from tidemark.connector_kit.asset_names import AssetNames
from tidemark.connector_kit.grouping import Entry, make_entry
from tidemark.connector_kit.running_balance import RunningBalance
from tidemark.domain.amounts import PLAIN, difference, parse_amount
from tidemark.domain.legs import Kind, Leg, Role, make_leg
from tidemark.domain.moments import SHORT_SECONDS, from_seconds, from_short_seconds

_MOST_MET = 1_000
_FEE, _PRINCIPAL = Role.FEE, Role.PRINCIPAL
_FIGURES = itemgetter("time", "amount", "fee", "balance")
_PLAIN = re.compile(rf"{SHORT_SECONDS} {PLAIN} {PLAIN} {PLAIN}").fullmatch


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

    def read(self, balances: RunningBalance, row_id: str, record: Mapping[str, object]) -> Entry:
        """Read one row, and take it into the running balances.

        Raises:
            ValueError: saying what cannot be read.
        """
        told = record.get
        asset, word, sub, refid = told("asset"), told("type"), told("subtype") or "", told("refid")
        if not (
            asset and isinstance(asset, str) and isinstance(word, str) and isinstance(sub, str)
        ):
            raise ValueError("a ledger row without an asset or a type")
        try:
            kind = self.kinds[word, sub]
            at, amount, fee, balance = _figures(record)
        except ValueError:
            balances.lose(asset)
            raise
        balances.meet(asset, difference(amount, fee) if fee else amount, balance, at)
        group = refid if isinstance(refid, str) and refid not in self.no_refids else row_id
        legs = self._legs(row_id, asset, amount, fee, kind)
        return make_entry((row_id, f"{self.stream}:{group}", group, at, legs, record))

    def _legs(
        self, row_id: str, asset: str, amount: Decimal, fee: Decimal, kind: Kind
    ) -> tuple[Leg, ...]:
        """Give one leg for the amount, one for the fee; nothing moved beside a fee is no leg."""
        name = self.assets.clean(asset)
        role = _FEE if asset in self.fee_assets and amount < 0 else _PRINCIPAL
        moved = make_leg((row_id, name, amount, role, asset, kind))
        if not fee:
            return (moved,)
        paid = make_leg((f"{row_id}:fee", name, fee.copy_negate(), _FEE, asset, Kind.FEE))
        return (moved, paid) if amount else (paid,)


def _figures(record: Mapping[str, object]) -> tuple[datetime, Decimal, Decimal, object]:
    """Read time, amount, fee and balance, which is given as it came where it is not plain.

    Nearly all rows are plain text; one look at all four figures costs half as much as four looks.
    """
    try:
        figures = _FIGURES(record)
        if _PLAIN(" ".join(figures)):
            time, amount, fee, balance = figures
            return from_short_seconds(time), Decimal(amount), Decimal(fee), Decimal(balance)
    except (KeyError, TypeError):
        pass
    told = record.get
    amount, fee = parse_amount(told("amount")), parse_amount(told("fee", "0"))
    return from_seconds(told("time")), amount, fee, told("balance")
