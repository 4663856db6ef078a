"""Rows of a ledger that say what was moved, what it cost, and what balance that led to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tidemark.connector_kit.asset_names import AssetNames
from tidemark.connector_kit.grouping import Entry
from tidemark.connector_kit.running_balance import RunningBalance
from tidemark.domain.amounts import difference, parse_amount
from tidemark.domain.legs import Kind, Leg, Role
from tidemark.domain.moments import from_seconds

_MOST_MET = 1_000
_FEE, _PRINCIPAL = Role.FEE, Role.PRINCIPAL


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
        asset, word, sub = record.get("asset"), record.get("type"), record.get("subtype") or ""
        if not (
            asset and isinstance(asset, str) and isinstance(word, str) and isinstance(sub, str)
        ):
            raise ValueError("a ledger row without an asset or a type")
        try:
            kind, at = self.kinds[word, sub], from_seconds(record.get("time"))
            amount, fee = parse_amount(record.get("amount")), parse_amount(record.get("fee", "0"))
        except ValueError:
            balances.lose(asset)
            raise
        balances.meet(asset, difference(amount, fee) if fee else amount, record.get("balance"), at)
        refid = record.get("refid")
        group = refid if isinstance(refid, str) and refid not in self.no_refids else row_id
        legs = self._legs(row_id, asset, amount, fee, kind)
        return Entry(f"{self.stream}:{group}", group, at, legs, record)

    def _legs(
        self, row_id: str, asset: str, amount: Decimal, fee: Decimal, kind: Kind
    ) -> tuple[Leg, ...]:
        """Give one leg for the amount, one for the fee; nothing moved beside a fee is no leg."""
        name = self.assets.clean(asset)
        role = _FEE if asset in self.fee_assets and amount < 0 else _PRINCIPAL
        moved = Leg(row_id, name, amount, role, asset, kind)
        if not fee:
            return (moved,)
        paid = Leg(f"{row_id}:fee", name, fee.copy_negate(), _FEE, asset, Kind.FEE)
        return (moved, paid) if amount else (paid,)
