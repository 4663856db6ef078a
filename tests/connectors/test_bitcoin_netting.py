"""What a Bitcoin transaction means to a wallet: netted against all of its scripts."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.sources.bitcoin_wallet import WalletLife
from local.sources.chain import Coin
from tests.connectors.bitcoin_world import STRANGER, ZPUB, Read, World
from tidemark.connector_kit.bip32 import ScriptType, branches, extended_key
from tidemark.domain.legs import Kind, Role, kind_of
from tidemark.domain.transactions import Found

RECEIVE, CHANGE = branches(extended_key(ZPUB)[0], (ScriptType.P2WPKH,))
OTHER = "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr"


def only(read: Read) -> Found:
    """Give the one transaction of a reading besides the first, which brought the coins."""
    return max(read.found.values(), key=lambda found: found.occurred_at)


def legs(found: Found) -> dict[str, str]:
    """Give a transaction's amounts by what they are."""
    return {leg.role.value: f"{leg.amount:f}" for leg in found.legs}


def world_with(*values: int) -> tuple[World, list[Coin]]:
    """Make a world in which the wallet has coins on its first addresses."""
    world = World()
    coins = [world.pay(RECEIVE.place(i).address, value) for i, value in enumerate(values)]
    world.chain.mine()
    return world, coins


def test_a_deposit_is_what_arrives() -> None:
    """Several outputs of one transaction to the wallet are one deposit, without a fee."""
    world = World()
    pays = [(RECEIVE.place(0).address, 1), (STRANGER, 5), (RECEIVE.place(3).address, 99_999_999)]
    made = world.chain.send([world.chain.strange_coin(STRANGER, 100_000_900)], pays)
    world.chain.mine(6)

    read = world.read(ZPUB)

    found = only(read)
    assert legs(found) == {"principal": "1.00000000"}
    assert kind_of(found.legs) is Kind.DEPOSIT
    assert found.id == f"wallet:{made[0].txid}"
    assert found.source_id == made[0].txid
    assert found.legs[0].id == f"{made[0].txid}:net"
    assert read.named == 1


def test_a_withdrawal_is_what_others_get_and_the_fee() -> None:
    """Change comes home; amount and fee add up to what is gone."""
    world, coins = world_with(100_000)
    change = CHANGE.place(0).address
    made = world.chain.send(coins, [(STRANGER, 30_000), (change, 69_000)])
    world.chain.mine(6)

    found = only(world.read(ZPUB))

    assert legs(found) == {"principal": "-0.00030000", "fee": "-0.00001000"}
    assert kind_of(found.legs) is Kind.WITHDRAWAL
    assert {leg.id for leg in found.legs} == {f"{made[0].txid}:net", f"{made[0].txid}:fee"}


def test_a_consolidation_is_a_fee() -> None:
    """Coins that only move inside the wallet cost the fee, and nothing else."""
    world, coins = world_with(5_000, 6_000, 7_000)
    world.chain.send(coins, [(CHANGE.place(1).address, 17_700)])
    world.chain.mine(6)

    read = world.read(ZPUB)

    assert legs(only(read)) == {"fee": "-0.00000300"}
    assert kind_of(only(read).legs) is Kind.FEE
    assert read.sum == Decimal("0.00017700")


def test_an_own_input_beside_a_strange_one_is_flagged() -> None:
    """Whose fee it is cannot be told: the whole change of the wallet is the amount."""
    world, coins = world_with(50_000)
    strange = world.chain.strange_coin(STRANGER, 50_000)
    pays = [(CHANGE.place(0).address, 49_500), (OTHER, 49_500)]
    world.chain.send([coins[0], strange], pays)
    world.chain.mine(6)

    found = only(world.read(ZPUB))

    assert legs(found) == {"principal": "-0.00000500"}
    assert found.details["mixed_inputs"] == "yes"


def test_a_payjoin_is_a_deposit_of_the_difference() -> None:
    """The receiver's own coin in the payer's transaction changes nothing but the flag."""
    world, coins = world_with(10_000)
    strange = world.chain.strange_coin(STRANGER, 80_000)
    world.chain.send([coins[0], strange], [(RECEIVE.place(1).address, 60_000), (OTHER, 29_000)])
    world.chain.mine(6)

    found = only(world.read(ZPUB))

    assert legs(found) == {"principal": "0.00050000"}
    assert kind_of(found.legs) is Kind.DEPOSIT
    assert found.details["mixed_inputs"] == "yes"


def test_a_coinbase_is_a_deposit() -> None:
    """New coins come from nowhere."""
    world = World()
    world.chain.send([], [(RECEIVE.place(0).address, 312_500_000)])
    world.chain.mine(6)

    found = only(world.read(ZPUB))

    assert legs(found) == {"principal": "3.12500000"}
    assert found.details["coinbase"] == "yes"


def test_an_output_of_nothing_is_named_too() -> None:
    """The chain has it, so the ledger has it."""
    world = World()
    world.pay(RECEIVE.place(0).address, 0)
    world.chain.mine(6)

    assert legs(only(world.read(ZPUB))) == {"principal": "0.00000000"}


def test_the_record_is_kept_without_the_bulk() -> None:
    """Inputs, outputs, fee and place in the chain stay; signatures do not."""
    world, coins = world_with(9_000)
    world.chain.send(coins, [(STRANGER, 8_000)])
    world.chain.mine(6)

    record = json.loads(only(world.read(ZPUB)).raw)[0]

    assert record["fee"] == 1_000
    assert record["vin"][0]["prevout"]["value"] == 9_000
    assert record["status"]["confirmed"] is True
    assert not {"witness", "scriptsig", "scriptsig_asm"} & set(record["vin"][0])


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ({"fee": 999_999}, "inputs, outputs and fee do not add up"),
        ({"fee": "0.5"}, "inputs, outputs and fee do not add up"),
        ({"vin": []}, "vin is not a list of objects"),
        ({"vout": [7]}, "vout is not a list of objects"),
        ({"vout": [{"scriptpubkey": "00", "value": -1}]}, "an output has no script"),
        ({"vout": [{"value": 1}]}, "an output has no script"),
        ({"vin": [{"prevout": None}]}, "an input's origin is missing"),
        ({"vout": [{"scriptpubkey": "6a", "value": 1}]}, "touches none"),
    ],
)
def test_a_record_that_makes_no_sense_is_kept_unread(
    damage: dict[str, object], reason: str
) -> None:
    """It is kept with the reason, everything else is read, and the next reading tries again."""
    world, coins = world_with(10_000)
    made = world.chain.send(coins, [(STRANGER, 9_000)])
    if "touches" in reason:
        made = [world.pay(RECEIVE.place(0).address, 1_000)]
    world.chain.mine(6)
    world.damage[made[0].txid] = damage

    read = world.read(ZPUB)
    world.damage.clear()
    repaired = world.read(ZPUB, bookmark=read.bookmark)

    assert [row.id for row in read.unread] == [f"{made[0].txid}:net"]
    assert reason in read.unread[0].reason
    assert made[0].txid in read.unread[0].raw
    assert len(read.found) == len(world.read(ZPUB).found) - 1
    assert f"wallet:{made[0].txid}" in repaired.found


@settings(max_examples=15)
@given(seed=st.integers(0, 2**32), events=st.integers(0, 40))
def test_any_life_of_a_wallet_adds_up(seed: int, events: int) -> None:
    """Amounts, fees and balance are those of who lived it; each transaction is named once."""
    world = World()
    truth = WalletLife(world.chain, seed).live(events)

    read = world.read(ZPUB)

    told = {
        found.source_id: tuple(
            sum(int(leg.amount.scaleb(8)) for leg in found.legs if leg.role is role)
            for role in (Role.PRINCIPAL, Role.FEE)
        )
        for found in read.found.values()
    }
    assert told == {txid: (amount, -fee) for txid, (amount, fee) in truth.amounts.items()}
    assert read.named == len(truth.amounts)
    assert read.sum == Decimal(truth.balance).scaleb(-8)
    assert world.open(ZPUB).balances({"wallet": read.bookmark}) == {"BTC": read.sum}
    assert world.open(ZPUB).balances() == {"BTC": read.sum}
    assert not read.pending
    assert not read.unread
    assert read.pages[-1].incomplete is None
