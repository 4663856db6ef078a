"""What an owner says of a transaction: shown as said, over what was imported, which stays."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidemark.domain.facts import Overlay, Words
from tidemark.domain.files import Money
from tidemark.domain.legs import Kind, Leg, Role, net
from tidemark.domain.sides import Side, summed
from tidemark.domain.transactions import Transaction
from tidemark.domain.wording import Said, SaidLeg, new_legs, reworded
from tidemark.errors import Invalid

AT = datetime(2025, 1, 1, tzinfo=UTC)
SENT = Leg("A", "EUR", Decimal("-24.50"), Role.PRINCIPAL, "ZEUR", Kind.TRADE)
RECEIVED = Leg("B", "BTC", Decimal("0.001"), Role.PRINCIPAL, "XXBT", Kind.TRADE)
FEE = Leg("C", "EUR", Decimal("-0.05"), Role.FEE, "ZEUR", Kind.TRADE)
TRADE = Transaction("T", "T", AT, (SENT, RECEIVED, FEE), AT, "sync_1")
REWARD = replace(TRADE, legs=(RECEIVED._replace(kind=Kind.REWARD),))


def say(stored: Transaction, **said: Any) -> Transaction:  # noqa: ANN401
    """Say something of a transaction."""
    return replace(stored, overlay=reworded(stored, Said(**said)))


def money(asset: str, amount: str) -> Money:
    """Give an amount."""
    return Money(asset, Decimal(amount))


def sides(stored: Transaction) -> list[Money | None]:
    """Give what is shown as sent, received and fee."""
    return [summed(stored.facts.legs, side) for side in Side]


def test_only_what_is_said_is_laid_over() -> None:
    """Everything else stays as it is shown."""
    said = say(TRADE, label="Rent", note="March")
    assert said.overlay == {"label": "Rent", "note": "March"}
    again = say(said, note="April", occurred_at=AT + timedelta(days=1))
    assert again.overlay == {
        "label": "Rent",
        "note": "April",
        "occurred_at": AT + timedelta(days=1),
    }
    assert again.facts.legs == TRADE.legs


def test_one_side_is_said_and_the_others_stay() -> None:
    """Another amount keeps the leg's id, code and kind; another asset has its own code."""
    said = say(TRADE, sent=money("EUR", "25"))
    assert sides(said) == [money("EUR", "25"), money("BTC", "0.001"), money("EUR", "0.05")]
    assert SENT._replace(amount=Decimal(-25)) in said.facts.legs
    assert {RECEIVED, FEE} <= set(said.facts.legs)
    other = say(TRADE, fee=money("USD", "0.06"))
    assert FEE._replace(asset="USD", amount=Decimal("-0.06"), source_asset="USD") in (
        other.facts.legs
    )


def test_a_side_is_taken_away_and_comes_back() -> None:
    """What is left of a trade is called what it is; what was imported is not edited."""
    said = say(TRADE, received=None, fee=None)
    assert (sides(said), said.facts.kind) == ([money("EUR", "24.5"), None, None], Kind.WITHDRAWAL)
    back = say(said, received=money("BTC", "0.0010"), fee=money("EUR", "0.05"))
    assert back.overlay is None
    assert say(TRADE, sent=None).facts.kind is Kind.DEPOSIT
    assert say(TRADE, sent=None, received=None).facts.kind is Kind.FEE


def test_a_side_that_was_not_there_is_added() -> None:
    """A reward with a fee is still a reward; with something sent it is a trade."""
    said = say(REWARD, fee=money("ETH", "0.1"))
    assert (sides(said)[2], said.facts.kind) == (money("ETH", "0.1"), Kind.REWARD)
    assert say(said, sent=money("EUR", "20")).facts.kind is Kind.TRADE
    assert say(REWARD, received=money("BTC", "5")).facts.kind is Kind.REWARD


def test_several_legs_of_one_asset_are_one_side() -> None:
    """One amount takes the place of them; if it is their sum, they stay themselves."""
    parts = (RECEIVED, RECEIVED._replace(id="D", amount=Decimal("0.002")))
    stored = replace(TRADE, legs=(SENT, *parts))
    assert say(stored, received=money("BTC", "0.003")).overlay is None
    said = say(stored, received=money("BTC", "0.004"))
    assert [leg.amount for leg in said.facts.legs if leg.asset == "BTC"] == [Decimal("0.004")]
    assert say(said, received=money("BTC", "0.003")).overlay is None


@pytest.mark.parametrize("amount", [None, Money("BTC", Decimal(1))])
def test_several_assets_on_a_side_are_told_by_legs(amount: Money | None) -> None:
    """One amount cannot stand for them; the other sides can be said."""
    stored = replace(TRADE, legs=(*TRADE.legs, RECEIVED._replace(id="D", asset="ETH")))
    with pytest.raises(Invalid) as refused:
        say(stored, received=amount)
    assert refused.value.errors[0].pointer == "/received"
    assert "`legs`" in refused.value.errors[0].detail
    assert sides(say(stored, sent=money("EUR", "1")))[0] == money("EUR", "1")


@pytest.mark.parametrize("said", [{"received": None}, {"legs": []}])
def test_nothing_is_not_a_transaction(said: dict[str, Any]) -> None:
    """To take it out there are other ways."""
    with pytest.raises(Invalid):
        say(REWARD, **said)


def test_legs_that_are_there_stay_themselves() -> None:
    """In any order; those that are new are like those of the same side."""
    told = [SaidLeg(*leg[1:4]) for leg in TRADE.legs]
    assert say(TRADE, legs=told[::-1]).overlay is None
    more = SaidLeg("USDT", Decimal(-3), Role.PRINCIPAL)
    said = say(TRADE, legs=[*told, more])
    new = Leg("1", "USDT", Decimal(-3), Role.PRINCIPAL, "USDT", Kind.TRADE)
    assert said.facts.legs == (*TRADE.legs, new)
    assert say(said, legs=told).overlay is None


def test_an_amount_that_is_listed_twice_is_there_twice() -> None:
    """With ids of their own, also beside what was imported."""
    said = say(REWARD, legs=[SaidLeg("BTC", Decimal("0.001"), Role.PRINCIPAL)] * 3)
    assert net(said.facts.legs) == {"BTC": Decimal("0.003")}
    changed = say(REWARD, received=money("BTC", "7"))
    both = [SaidLeg("BTC", Decimal(each), Role.PRINCIPAL) for each in ("7", "0.001")]
    for legs in (said.facts.legs, say(changed, legs=both).facts.legs):
        assert len({leg.id for leg in legs}) == len(legs)


def test_the_kind_that_was_said_when_it_was_made_stays_said() -> None:
    """Also when an amount is corrected; the owner's later word counts more."""
    payment = replace(TRADE, words=Words(Kind.PAYMENT, "Shoes", None))
    said = say(payment, sent=money("EUR", "30"))
    assert (said.facts.kind, said.facts.label) == (Kind.PAYMENT, "Shoes")
    assert say(said, kind=Kind.REFUND).facts.kind is Kind.REFUND
    assert say(said, sent=money("EUR", "24.5")).overlay is None
    assert say(payment, label=None).facts.label is None
    assert say(payment, label="Shoes", note=None, kind=Kind.PAYMENT).overlay is None


def test_a_kind_is_dropped_only_where_it_makes_no_difference() -> None:
    """A reward that is corrected to look like a trade may still be called a reward."""
    said = say(REWARD, sent=money("EUR", "1"), kind=Kind.REWARD)
    assert (said.facts.kind, "kind" in (said.overlay or {})) == (Kind.REWARD, True)
    assert say(TRADE, kind=Kind.TRADE).overlay is None


def test_new_legs_have_the_natural_kind_or_the_one_that_is_said() -> None:
    """A fee is always a fee."""
    said = Said(received=money("BTC", "1"), fee=money("EUR", "2"))
    assert [leg.kind for leg in new_legs(said)] == [Kind.DEPOSIT, Kind.FEE]
    said["kind"] = Kind.AIRDROP
    assert [leg.kind for leg in new_legs(said)] == [Kind.AIRDROP, Kind.FEE]
    listed = [SaidLeg("BTC", Decimal(-1), Role.PRINCIPAL), SaidLeg("EUR", Decimal(-2), Role.FEE)]
    assert [leg.kind for leg in new_legs(Said(legs=listed))] == [Kind.WITHDRAWAL, Kind.FEE]
    for nothing in (Said(), Said(legs=[]), Said(sent=None), Said(label="x")):
        with pytest.raises(Invalid):
            new_legs(nothing)


AMOUNTS = st.decimals("0.01", "99", places=2)
MONEY = st.builds(Money, st.sampled_from(["BTC", "EUR", "ETH"]), AMOUNTS)
LEGS = st.builds(
    SaidLeg,
    st.sampled_from(["BTC", "EUR", "ETH"]),
    st.one_of(AMOUNTS, AMOUNTS.map(Decimal.copy_negate)),
    st.sampled_from(Role),
)
TEXT = st.one_of(st.none(), st.text("ab", min_size=1, max_size=2))
SIDES = st.fixed_dictionaries({}, optional={side.value: st.none() | MONEY for side in Side})
AMOUNTS_SAID = st.one_of(
    SIDES, st.fixed_dictionaries({"legs": st.lists(LEGS, min_size=1, max_size=4)})
)
WORDS = st.fixed_dictionaries(
    {},
    optional={
        "label": TEXT,
        "note": TEXT,
        "kind": st.sampled_from([Kind.TRADE, Kind.REWARD, Kind.DEPOSIT]),
        "occurred_at": st.sampled_from([AT, AT + timedelta(days=40)]),
    },
)
SAID = st.builds(lambda amounts, words: {**amounts, **words}, AMOUNTS_SAID, WORDS)
MADE = st.builds(
    lambda legs, words: replace(TRADE, legs=new_legs(Said(legs=legs)), words=words),
    st.lists(LEGS, min_size=1, max_size=4),
    st.none() | st.builds(Words, st.none() | st.sampled_from(Kind), TEXT, TEXT),
)


@given(st.one_of(st.sampled_from([TRADE, REWARD]), MADE), st.lists(SAID, max_size=4))
def test_what_is_said_is_shown(stored: Transaction, many: list[dict[str, Any]]) -> None:
    """Whatever was said before: it is shown, is not said twice, and no id is there twice."""
    now = stored
    for said in many:
        try:
            now = say(now, **said)
        except Invalid:
            continue
        assert now.legs == stored.legs
        for name in ("label", "note", "kind", "occurred_at"):
            assert name not in said or getattr(now.facts, name) == said[name]
        for side in Side:
            shown = summed(now.facts.legs, side)
            assert side.value not in said or shown == said[side.value]
        if "legs" in said:
            assert sorted(leg[1:4] for leg in now.facts.legs) == sorted(map(tuple, said["legs"]))
        assert len({leg.id for leg in now.facts.legs}) == len(now.facts.legs)
        assert reworded(now, Said(**said)) == now.overlay  # type: ignore[typeddict-item]


@given(st.one_of(st.sampled_from([TRADE, REWARD]), MADE), st.lists(SAID, max_size=4))
def test_what_was_imported_can_be_said_again(
    stored: Transaction, many: list[dict[str, Any]]
) -> None:
    """Then it is not edited any more."""
    now = stored
    for said in many:
        try:
            now = say(now, **said)
        except Invalid:
            continue
    told, facts = [SaidLeg(*leg[1:4]) for leg in stored.legs], stored.facts
    again = say(
        now,
        legs=told,
        occurred_at=stored.occurred_at,
        kind=facts.kind,
        label=facts.label,
        note=facts.note,
    )
    overlay: Overlay | None = again.overlay
    assert overlay is None
