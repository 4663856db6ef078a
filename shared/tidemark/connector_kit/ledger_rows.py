"""Rows of a ledger that say what was moved, what it cost, and what balance that led to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import itemgetter

from tidemark.connector_kit.asset_names import AssetNames
from tidemark.connector_kit.grouping import Entry, SpelledLeg
from tidemark.connector_kit.running_balance import RunningBalance
from tidemark.domain.amounts import SPELLED, difference, parse_amount, spell
from tidemark.domain.legs import Kind, Role, leg_frame, spell_leg
from tidemark.domain.moments import SHORT_SECONDS, from_seconds, from_short_seconds

_MOST_MET = 1_000
_FEE, _PRINCIPAL = Role.FEE, Role.PRINCIPAL
_FIGURES = itemgetter("time", "amount", "fee", "balance")
_PLAIN = re.compile(rf"{SHORT_SECONDS} {SPELLED} {SPELLED} {SPELLED}").fullmatch


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
            at, moved, paid, balance = _figures(record)
        except ValueError:
            balances.lose(asset)
            raise
        amount, fee = Decimal(moved), Decimal(paid)
        balances.meet(asset, difference(amount, fee) if fee else amount, balance, at)
        legs = []
        if amount or not fee:
            role = _FEE if asset in self.fee_assets and amount < 0 else _PRINCIPAL
            legs.append(self._leg(row_id, moved, role, asset, kind))
        if fee:
            out = paid[1:] if fee < 0 else f"-{paid}"
            legs.append(self._leg(f"{row_id}:fee", out, _FEE, asset, Kind.FEE))
        group = refid if isinstance(refid, str) and refid not in self.no_refids else row_id
        return Entry(row_id, f"{self.stream}:{group}", group, at, legs, record)

    def _leg(self, leg_id: str, amount: str, role: Role, asset: str, kind: Kind) -> SpelledLeg:
        """Spell a leg."""
        frame = leg_frame(self.assets.clean(asset), role, asset, kind)
        return leg_id, spell_leg(leg_id, amount, frame)


def _figures(record: Mapping[str, object]) -> tuple[datetime, str, str, object]:
    """Read time, amount and fee, these spelled plainly, and balance.

    That one is given as it came where not all is plain text. Nearly all is: one look at all four
    costs half as much as four looks.
    """
    try:
        figures = _FIGURES(record)
        if _PLAIN(" ".join(figures)):
            time, amount, fee, balance = figures
            return from_short_seconds(time), amount, fee, Decimal(balance)
    except (KeyError, TypeError):
        pass
    told = record.get
    amount, fee = parse_amount(told("amount")), parse_amount(told("fee", "0"))
    return from_seconds(told("time")), spell(amount), spell(fee), told("balance")
