"""What an owner says of a transaction, and the overlay, or the new legs, that this makes."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, TypedDict

from tidemark.domain.facts import Overlay, Worth, facts_of
from tidemark.domain.files import Money, row_legs
from tidemark.domain.legs import Kind, Leg, Role
from tidemark.domain.sides import NATURAL, Side, legs_on, side_of, summed
from tidemark.domain.transactions import Transaction
from tidemark.errors import FieldError, Invalid

_FIRST_IDS = {Side.SENT: "out", Side.RECEIVED: "in", Side.FEE: "fee"}


class SaidLeg(NamedTuple):
    """One signed amount as an owner names it."""

    asset: str
    amount: Decimal
    role: Role


class Said(TypedDict, total=False):
    """What an owner says; what is not in it, nothing is said of.

    Either ``legs``, or sides. None takes away a side, the label, the note or the valuation.
    """

    occurred_at: datetime
    kind: Kind
    legs: Sequence[SaidLeg]
    sent: Money | None
    received: Money | None
    fee: Money | None
    label: str | None
    note: str | None
    valuation: Worth | None


def new_legs(said: Said) -> tuple[Leg, ...]:
    """Make the legs of a new transaction. Raises Invalid where nothing is moved."""
    kind = said.get("kind")
    if "legs" in said:
        made = _listed(said["legs"], (), (), kind)
    else:
        made = row_legs(said.get("sent"), said.get("received"), said.get("fee"), kind)
    return _something(made)


def reworded(stored: Transaction, said: Said) -> Overlay | None:
    """Give a transaction's overlay with what is said now: only what is not as imported.

    Raises:
        Invalid: nothing would be left of it, or one amount cannot take the place of several assets.
    """
    own: Overlay = {**(stored.overlay or {})}
    if "occurred_at" in said:
        own["occurred_at"] = said["occurred_at"]
    if "kind" in said:
        own["kind"] = said["kind"]
    if "label" in said:
        own["label"] = said["label"]
    if "note" in said:
        own["note"] = said["note"]
    if "valuation" in said:
        own["valuation"] = said["valuation"]
    if "legs" in said or any(side.value in said for side in Side):
        own = _with_legs(stored, own, _something(_worded(stored, said)))
    return _as_far_as_it_differs(stored, own)


def _with_legs(stored: Transaction, own: Overlay, legs: tuple[Leg, ...]) -> Overlay:
    """Add legs to an overlay; what was said of the kind when it was made stays said."""
    changed: Overlay = {**own, "legs": legs}
    said = stored.words.kind if stored.words else None
    if said is not None and "legs" not in own and "kind" not in own:
        changed["kind"] = said
    return changed


def _as_far_as_it_differs(stored: Transaction, own: Overlay) -> Overlay | None:
    """Drop from an overlay what would be the same without it."""
    for name in ("legs", "occurred_at", "kind", "label", "note", "valuation"):
        less: Overlay = {**own}
        less.pop(name, None)  # type: ignore[misc]  # all of its keys may be absent
        with_it = facts_of(stored.occurred_at, stored.legs, stored.words, own)
        without = facts_of(stored.occurred_at, stored.legs, stored.words, less)
        if getattr(with_it, name) == getattr(without, name):
            own = less
    return own or None


def _worded(stored: Transaction, said: Said) -> tuple[Leg, ...]:
    """Give the legs as they are now, with what is said of them."""
    shown = stored.facts.legs
    legs = shown
    if "legs" in said:
        legs = _listed(said["legs"], shown, stored.legs, None)
    if "sent" in said:
        legs = _with_side(legs, stored.legs, Side.SENT, said["sent"])
    if "received" in said:
        legs = _with_side(legs, stored.legs, Side.RECEIVED, said["received"])
    if "fee" in said:
        legs = _with_side(legs, stored.legs, Side.FEE, said["fee"])
    same = (each for each in (stored.legs, shown) if _plain(each) == _plain(legs))
    return next(same, _settled(legs))


def _with_side(
    legs: tuple[Leg, ...], imported: tuple[Leg, ...], side: Side, money: Money | None
) -> tuple[Leg, ...]:
    """Put one amount in place of a side; an amount that was imported is that again."""
    present, told = legs_on(legs, side), legs_on(imported, side)
    if len({leg.asset for leg in present}) > 1:
        raise _wrong(side.value, "Several assets are on this side: say all of it with `legs`.")
    if summed(present, side) == money:
        return legs
    rest = tuple(leg for leg in legs if side_of(leg) is not side)
    if money is None:
        return rest
    if summed(told, side) == money:
        return (*rest, *told)
    like = next(iter((*present, *told)), None)
    amount = money.amount if side is Side.RECEIVED else money.amount.copy_negate()
    role = Role.FEE if side is Side.FEE else Role.PRINCIPAL
    id_ = _FIRST_IDS[side] if like is None else like.id
    said = SaidLeg(money.asset, amount, role)
    return (*rest, _made(said, like, _free(id_, {leg.id for leg in rest}), None))


def _listed(
    said: Sequence[SaidLeg], shown: Sequence[Leg], imported: Sequence[Leg], kind: Kind | None
) -> tuple[Leg, ...]:
    """Make legs of a list; those that are there already, or were imported, stay themselves."""
    there = [*imported, *(leg for leg in shown if leg not in imported)]
    legs: list[Leg] = []
    for each in said:
        same = next((leg for leg in there if leg[1:4] == each), None)
        like = same or next((leg for leg in (*shown, *imported) if _alike(leg, each)), None)
        if same is not None:
            there.remove(same)
        taken = {leg.id for leg in (*legs, *there)} if same is None else {leg.id for leg in legs}
        id_ = "1" if same is None else same.id
        legs.append(_made(each, like, _free(id_, taken), kind))
    return tuple(legs)


def _made(said: SaidLeg, like: Leg | None, id_: str, kind: Kind | None) -> Leg:
    """Make a leg of what is said, otherwise like another one."""
    code = like.source_asset if like and like.asset == said.asset else said.asset
    leg = Leg(id_, said.asset, said.amount, said.role, code, Kind.UNKNOWN)
    return leg._replace(kind=like.kind if like else _kind_alone(leg, kind))


def _kind_alone(leg: Leg, kind: Kind | None) -> Kind:
    """Say what a new leg is: what its transaction was said to be, except for the fee."""
    side = side_of(leg)
    natural = NATURAL[side] if side else Kind.UNKNOWN
    return natural if kind is None or side is Side.FEE else kind


def _alike(leg: Leg, said: SaidLeg) -> bool:
    """Tell whether a leg is on the same side as one that is said."""
    return leg.role is said.role and (
        said.role is Role.FEE or (leg.amount > 0) == (said.amount > 0)
    )


def _free(id_: str, taken: set[str]) -> str:
    """Give an id that is not taken: this one, if it is not."""
    ids = (id_, *(f"own:{number}" for number in range(1, len(taken) + 2)))
    return next(each for each in ids if each not in taken)


def _settled(legs: tuple[Leg, ...]) -> tuple[Leg, ...]:
    """Call the legs of a trade of which only one side is left what they are alone."""
    if {Side.SENT, Side.RECEIVED} <= {side_of(leg) for leg in legs}:
        return legs
    return tuple(
        leg._replace(kind=_kind_alone(leg, None)) if leg.kind is Kind.TRADE else leg for leg in legs
    )


def _plain(legs: Sequence[Leg]) -> list[tuple[object, ...]]:
    """Give what makes legs the same to their owner."""
    return sorted((leg.id, leg.asset, leg.amount, leg.role) for leg in legs)


def _something(legs: tuple[Leg, ...]) -> tuple[Leg, ...]:
    """Refuse a transaction that moves nothing."""
    if not legs:
        raise Invalid(
            "Nothing would be moved: a transaction needs an amount.",
            [FieldError("/legs", "Say what was sent, received or paid as a fee.")],
        )
    return legs


def _wrong(name: str, detail: str) -> Invalid:
    """Point at a field."""
    return Invalid("The request is not valid.", [FieldError(f"/{name}", detail)])
