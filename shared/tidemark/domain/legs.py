"""Legs: the signed amounts that a transaction is made of."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from itertools import batched
from json.encoder import encode_basestring
from typing import NamedTuple

import msgspec

from tidemark.domain import amounts

_AT_ONCE = 200


class Kind(StrEnum):
    """What a transaction is."""

    TRADE = "trade"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    TRANSFER = "transfer"
    FEE = "fee"
    REWARD = "reward"
    STAKING = "staking"
    AIRDROP = "airdrop"
    INTEREST = "interest"
    PAYMENT = "payment"
    REFUND = "refund"
    ADJUSTMENT = "adjustment"
    UNKNOWN = "unknown"


class Role(StrEnum):
    """What a leg is to its transaction."""

    PRINCIPAL = "principal"
    FEE = "fee"


class Leg(NamedTuple):
    """One signed amount of one asset.

    ``id`` contains the source's own id of the row and is unique in its transaction. ``asset`` is
    clean (``BTC``), ``source_asset`` is the source's code (``XXBT``), ``kind`` is what the row is
    when it stands alone.
    """

    id: str
    asset: str
    amount: Decimal
    role: Role
    source_asset: str
    kind: Kind


def kind_of(legs: Sequence[Leg]) -> Kind:
    """Say what legs make together, whatever order they arrived in.

    Different assets out and in are a trade. A withdrawal that came back is a refund. Legs that
    are all fees are a fee. Otherwise the earliest word in the alphabet of the principal legs'
    own kinds decides, so that the order of arrival does not.
    """
    principals = [leg for leg in legs if leg.role is Role.PRINCIPAL]
    if not principals:
        return Kind.FEE if legs else Kind.UNKNOWN
    kinds = {leg.kind for leg in principals}
    if _is_exchange(principals):
        return Kind.TRADE
    if kinds == {Kind.WITHDRAWAL} and _cancel_out(principals):
        return Kind.REFUND
    return min(kinds)


def _is_exchange(principals: Iterable[Leg]) -> bool:
    """Tell whether different assets went out and came in."""
    out = {leg.asset for leg in principals if leg.amount < 0}
    into = {leg.asset for leg in principals if leg.amount > 0}
    return bool(out - into) and bool(into - out)


def _cancel_out(principals: Sequence[Leg]) -> bool:
    """Tell whether every asset's legs add up to nothing."""
    return len(principals) > 1 and not any(net(principals).values())


def net(legs: Iterable[Leg]) -> dict[str, Decimal]:
    """Add up legs per clean asset, exactly."""
    per_asset: dict[str, list[Decimal]] = {}
    for leg in legs:
        per_asset.setdefault(leg.asset, []).append(leg.amount)
    return {asset: amounts.total(values) for asset, values in per_asset.items()}


class Difference(StrEnum):
    """How what a source tells differs from what the ledger keeps."""

    NONE = "none"
    MORE_LEGS = "more_legs"
    CHANGED = "changed"


def compare(stored: Sequence[Leg], told: Sequence[Leg]) -> Difference:
    """Compare the legs of one id. Fewer legs told than stored is no difference: a page edge."""
    by_id = {leg.id: leg for leg in stored}
    if any(_contradicts(by_id.get(leg.id), leg) for leg in told):
        return Difference.CHANGED
    return Difference.MORE_LEGS if any(leg.id not in by_id for leg in told) else Difference.NONE


def _contradicts(stored: Leg | None, told: Leg) -> bool:
    """Tell whether amount, sign or asset of one leg are not what was stored."""
    return stored is not None and (
        stored.amount != told.amount or stored.source_asset != told.source_asset
    )


def merge_legs(*parts: Sequence[Leg]) -> tuple[Leg, ...]:
    """Join legs that arrived apart, each once, in the order of their ids."""
    return tuple(sorted({leg.id: leg for legs in parts for leg in legs}.values()))


def spell_legs(legs: Iterable[Leg]) -> str:
    """Write legs as compact JSON, the form they are stored and compared in."""
    spelled = [
        spell_leg(id_, f"{amount:f}", leg_frame(asset, role, source_asset, kind))
        for id_, asset, amount, role, source_asset, kind in legs
    ]
    return f"[{','.join(spelled)}]"


def spell_leg(leg_id: str, amount: str, frame: tuple[str, str]) -> str:
    """Write one leg."""
    return f"[{encode_basestring(leg_id)},{frame[0]}{amount}{frame[1]}"


@lru_cache(maxsize=1_000)
def leg_frame(asset: str, role: Role, source_asset: str, kind: Kind) -> tuple[str, str]:
    """Write what stands before and behind the amount of a leg: there many are alike."""
    before, behind = encode_basestring(asset), encode_basestring(source_asset)
    return f'{before},"', f'","{role!s}",{behind},"{kind!s}"]'


_LEGS = msgspec.json.Decoder(tuple[Leg, ...])


def parse_legs(text: str) -> tuple[Leg, ...]:
    """Read what ``spell_legs`` wrote."""
    return _LEGS.decode(text)


_TOLD = msgspec.json.Decoder(list[list[tuple[str, str, Decimal, str, str, str]]])


def leg_amounts(texts: Iterable[str]) -> Iterator[tuple[str, Decimal]]:
    """Read only clean asset and amount of each leg that ``spell_legs`` wrote, many at a time."""
    for some in batched(texts, _AT_ONCE, strict=False):
        for legs in _TOLD.decode(f"[{','.join(some)}]"):
            for leg in legs:
                yield leg[1], leg[2]
