"""Legs make the same transaction in whatever order they come."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidemark.domain.legs import (
    Difference,
    Kind,
    Leg,
    Role,
    compare,
    kind_of,
    merge_legs,
    net,
    parse_legs,
    spell_legs,
)


def leg(asset: str, amount: str, kind: Kind = Kind.TRADE, role: Role = Role.PRINCIPAL) -> Leg:
    """Make a leg."""
    return Leg(f"{asset}{amount}{role}", asset, Decimal(amount), role, asset, kind)


legs = st.lists(
    st.builds(
        leg,
        st.sampled_from(["BTC", "EUR", "DOT"]),
        st.sampled_from(["1", "-1", "0.00000001", "-24.5000"]),
        st.sampled_from(list(Kind)),
        st.sampled_from(list(Role)),
    ),
    max_size=5,
)


@given(legs, st.randoms())
def test_the_kind_does_not_depend_on_the_order(some: list[Leg], random: object) -> None:
    """Legs of one event may arrive on different pages."""
    shuffled = sorted(some, key=lambda _leg: random.random())  # type: ignore[attr-defined]
    assert kind_of(some) == kind_of(shuffled)


@given(legs)
def test_legs_are_stored_and_read_back_alike(some: list[Leg]) -> None:
    """With every digit that the source sent."""
    assert list(parse_legs(spell_legs(some))) == some


@given(legs, legs)
def test_merging_keeps_each_leg_once(left: list[Leg], right: list[Leg]) -> None:
    """And merging again changes nothing."""
    merged = merge_legs(left, right)
    assert sorted(each.id for each in merged) == sorted({each.id for each in [*left, *right]})
    assert merge_legs(merged, merged) == merged


@pytest.mark.parametrize(
    ("some", "kind"),
    [
        ([leg("EUR", "-1"), leg("BTC", "1")], Kind.TRADE),
        ([leg("EUR", "-1", Kind.PAYMENT), leg("BTC", "1", Kind.UNKNOWN)], Kind.TRADE),
        ([leg("BTC", "-1", Kind.WITHDRAWAL)], Kind.WITHDRAWAL),
        ([leg("BTC", "-1", Kind.WITHDRAWAL), leg("BTC", "1", Kind.WITHDRAWAL)], Kind.REFUND),
        ([leg("BTC", "-1", Kind.FEE, Role.FEE)], Kind.FEE),
        ([leg("DOT", "1", Kind.STAKING)], Kind.STAKING),
        ([], Kind.UNKNOWN),
    ],
)
def test_what_legs_make_together(some: list[Leg], kind: Kind) -> None:
    """Trades, refunds, fees, and what stands alone."""
    assert kind_of(some) is kind


def test_fewer_legs_than_stored_are_no_difference_other_amounts_are() -> None:
    """A page edge may cut a trade; a source may not change its mind unnoticed."""
    stored = [leg("EUR", "-1"), leg("BTC", "1")]
    assert compare(stored, stored[:1]) is Difference.NONE
    assert compare(stored[:1], stored) is Difference.MORE_LEGS
    assert compare(stored, [stored[0]._replace(amount=Decimal(-2))]) is Difference.CHANGED
    assert compare(stored, [stored[0]._replace(source_asset="ZEUR")]) is Difference.CHANGED


def test_legs_add_up_per_asset() -> None:
    """Exactly, fees included."""
    some = [leg("EUR", "-24.5000"), leg("EUR", "-0.0490", role=Role.FEE), leg("BTC", "0.001")]
    assert net(some) == {"EUR": Decimal("-24.5490"), "BTC": Decimal("0.001")}
