"""Balances: what the source says is there, and what the transactions add up to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
class Tip:
    """What may explain a mismatch: a word, a sentence, and where to look (a path of the API)."""

    code: str
    message: str
    link: str
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parting:
    """The first transaction after which the source's running balance is not the calculated one.

    ``source_ids`` are the source's: of the last one that agreed, if that is known, and of this one.
    What is missing lies between them. Where it may be one of several transactions, ``at`` is the
    time of the first of them, and none is named.
    """

    at: datetime
    transaction_id: str | None
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out about the mismatch of one asset."""

    asset: str
    difference: Decimal
    tips: tuple[Tip, ...]
    parting: Parting | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All balances of one integration, taken ``as_of`` (UTC) by a sync or a check, ``sync_id``.

    ``good`` says when each asset was last found to match; ``findings`` are of those that do not.
    """

    as_of: datetime
    balances: tuple[AssetBalance, ...]
    sync_id: str | None = None
    good: Mapping[str, datetime] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

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


def good_after(
    before: Snapshot | None, balances: Sequence[AssetBalance], now: datetime
) -> dict[str, datetime]:
    """Say when each asset was last found to match, now that these balances were found."""
    good = dict(before.good) if before else {}
    if before is not None and any(each.synced is not None for each in before.balances):
        differed = {each.asset for each in before.balances if each.difference != 0}
        for each in balances:
            if each.asset not in differed:
                good[each.asset] = before.as_of
    return good | {each.asset: now for each in balances if each.difference == 0}
