"""Balances: what the source says is there, and what the transactions add up to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tidemark.domain import amounts


@dataclass(frozen=True, slots=True)
class AssetBalance:
    """Both balances of one clean asset. ``synced`` is None where the source has not said."""

    asset: str
    synced: Decimal | None
    calculated: Decimal

    @property
    def difference(self) -> Decimal | None:
        """Give synced less calculated, exactly."""
        return None if self.synced is None else amounts.difference(self.synced, self.calculated)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All balances of one integration, taken ``as_of`` (UTC) after the sync ``sync_id``."""

    as_of: datetime
    balances: tuple[AssetBalance, ...]
    sync_id: str | None = None

    @property
    def matches(self) -> bool:
        """Tell whether nothing that the source said differs from what was added up."""
        return not any(balance.difference for balance in self.balances)


def pair_up(
    synced: Mapping[str, Decimal] | None, calculated: Mapping[str, Decimal]
) -> tuple[AssetBalance, ...]:
    """Pair both balances per asset that was ever held; what a source does not list is none.

    ``synced`` is None when the source was not asked or did not answer: nothing is known then.
    """
    assets = sorted({*calculated, *(synced or {})})
    pairs = (
        AssetBalance(
            asset,
            None if synced is None else synced.get(asset, amounts.ZERO),
            calculated.get(asset, amounts.ZERO),
        )
        for asset in assets
    )
    return tuple(pair for pair in pairs if pair.synced or pair.asset in calculated)
