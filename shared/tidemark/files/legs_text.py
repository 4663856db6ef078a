"""Legs in a cell: a JSON list, for transactions that one amount out, in and fee cannot tell."""

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import cast

from tidemark.domain.amounts import parse_amount, spell, total
from tidemark.domain.legs import Kind, Leg, Role
from tidemark.files.refused_cell import RefusedCell

_LONGEST, _LONGEST_ASSET = 1000, 100
_ENCODE = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True).encode
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)


def spell_legs_cell(legs: Sequence[Leg], longest: int) -> str:
    """Write legs as JSON; more than a cell holds are added up per asset."""
    spelled = _ENCODE(leg_objects(legs))
    return spelled if len(spelled) <= longest else _ENCODE(leg_objects(_added_up(legs)))


def leg_objects(legs: Iterable[Leg]) -> list[dict[str, str]]:
    """Give legs as JSON objects; a source's code is told where it differs from the asset."""
    return [
        {
            "id": leg.id,
            "asset": leg.asset,
            "amount": spell(leg.amount),
            "role": leg.role.value,
            "kind": leg.kind.value,
        }
        | ({"source_asset": leg.source_asset} if leg.source_asset != leg.asset else {})
        for leg in legs
    ]


def _added_up(legs: Sequence[Leg]) -> list[Leg]:
    """Add legs up per asset, role and kind."""
    together: dict[tuple[str, Role, Kind], list[Decimal]] = {}
    for leg in legs:
        together.setdefault((leg.asset, leg.role, leg.kind), []).append(leg.amount)
    return [
        Leg(str(number), asset, total(values), role, asset, kind)
        for number, ((asset, role, kind), values) in enumerate(together.items(), start=1)
    ]


def parse_legs_cell(text: str, kind: Kind | None) -> tuple[Leg, ...]:
    """Read what a cell holds. Raises RefusedCell."""
    try:
        return read_leg_objects(_DECODER.decode(text), kind)
    except (ValueError, RecursionError):
        raise RefusedCell(
            "not_legs", 'Legs are JSON like [{"asset":"BTC","amount":"-0.5"}].'
        ) from None


def read_leg_objects(value: object, kind: Kind | None) -> tuple[Leg, ...]:
    """Read legs of a JSON value. Raises ValueError."""
    if not isinstance(value, list) or not value:
        raise ValueError("no list")
    legs = tuple(_leg(number, each, kind) for number, each in enumerate(value, start=1))
    if len({leg.id for leg in legs}) < len(legs):
        raise ValueError("two legs of one id")
    return legs


def _leg(number: int, value: object, kind: Kind | None) -> Leg:
    """Read one leg. Raises ValueError."""
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise ValueError("no object of texts")
    told = cast("Mapping[str, str]", value)
    asset, id_ = told.get("asset", ""), told.get("id", str(number))
    source_asset = told.get("source_asset", asset)
    if not 1 <= len(asset) <= _LONGEST_ASSET or not asset.isprintable():
        raise ValueError("no asset")
    if not id_ or not f"{id_}{source_asset}".isprintable() or len(id_ + source_asset) > _LONGEST:
        raise ValueError("no id")
    amount = parse_amount(told.get("amount"))
    role = Role(told.get("role", Role.PRINCIPAL))
    own = Kind.FEE if role is Role.FEE else kind or _natural(amount)
    return Leg(id_, asset, amount, role, source_asset, Kind(told.get("kind", own)))


def _natural(amount: Decimal) -> Kind:
    """Give the kind of an amount that stands alone."""
    return Kind.WITHDRAWAL if amount < 0 else Kind.DEPOSIT
