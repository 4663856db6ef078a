"""A Bitcoin wallet while the chain moves: what is pending, final, or gone again."""

from decimal import Decimal

import httpx
import pytest

from tests.connectors.bitcoin_world import LATER, STRANGER, ZPUB, World
from tidemark.connector_kit.bip32 import ScriptType, branches, extended_key
from tidemark.domain.pages import Page, Window
from tidemark.errors import (
    CursorExpired,
)

RECEIVE, CHANGE = branches(extended_key(ZPUB)[0], (ScriptType.P2WPKH,))
WINDOW = Window(None, LATER)
MINE = RECEIVE.place(0).address


def many(count: int, blocks: int = 1) -> World:
    """Make a world in which one address has so many final transactions."""
    world = World()
    for number in range(count):
        world.pay(MINE, 1_000 + number)
        world.chain.mine(blocks)
    world.chain.mine(6)
    return world


def pages(world: World, count: int) -> Page:
    """Read so many pages of the one address."""
    source, page = world.open(MINE), None
    for _ in range(count):
        page = source.page("wallet", WINDOW, page.cursor if page else None, None)
    assert page is not None
    return page


@pytest.mark.parametrize(("blocks", "final"), [(0, False), (1, False), (5, False), (6, True)])
def test_six_confirmations_make_it_final(blocks: int, *, final: bool) -> None:
    """With fewer it is pending, never a transaction, and no part of the balance."""
    world = World()
    old = world.pay(MINE, 500)
    world.chain.mine(6)
    coin = world.pay(MINE, 7_000)
    world.chain.mine(blocks)

    read = world.read(ZPUB)

    assert (f"wallet:{coin.txid}" in read.found) is final
    assert [found.source_id for found in read.pending] == ([] if final else [coin.txid])
    assert f"wallet:{old.txid}" in read.found
    assert world.open(ZPUB).balances({"wallet": read.bookmark}) == {"BTC": read.sum}
    assert world.open(ZPUB).balances() == {"BTC": read.sum}


def test_pending_becomes_final_in_a_later_reading() -> None:
    """An address with something pending is read again until all is final, then no more."""
    world = World()
    coin = world.pay(MINE, 7_000)
    world.chain.mine(6)
    spent = world.chain.send([coin], [(STRANGER, 6_500)])
    outcomes, bookmark = [], None
    for _ in range(9):
        world.forget_requests()
        read = world.read(ZPUB, bookmark=bookmark)
        bookmark = read.bookmark
        named = f"wallet:{spent[0].txid}" in read.found
        outcomes.append((named, len(read.pending), len(world.asked("/address/.*/txs.*"))))
        assert world.open(ZPUB).balances({"wallet": bookmark}) == {
            "BTC": Decimal(0) if outcomes.count((True, 0, 1)) else Decimal("0.00007000")
        }
        world.chain.mine()

    assert outcomes == [(False, 1, 1)] * 6 + [(True, 0, 1)] + [(False, 0, 0)] * 2


def test_a_pending_transaction_of_several_addresses_is_told_once() -> None:
    """The first of its addresses tells it."""
    world = World()
    coin = world.chain.strange_coin(STRANGER, 10_000)
    pays = [(RECEIVE.place(place).address, 1_000) for place in range(4)]
    world.chain.send([coin], pays)

    assert len(world.read(ZPUB).pending) == 1


def test_a_block_during_the_reading_leaves_the_balance_open() -> None:
    """What the counts hold and what they do not cannot be told then, and no mismatch is made up."""
    world = World()
    for place in range(30):
        world.pay(RECEIVE.place(place).address, 1_000)
    world.chain.mine(6)
    source, bookmark = world.open(ZPUB), None
    page = source.page("wallet", WINDOW, None, None)
    world.pay(CHANGE.place(0).address, 400)
    world.chain.mine()
    while page.cursor:
        page = source.page("wallet", WINDOW, page.cursor, None)
        bookmark = page.bookmark

    assert bookmark is not None
    assert world.open(ZPUB).balances({"wallet": bookmark}) is None
    assert world.open(ZPUB).balances() == {"BTC": Decimal("0.00030000")}


def test_a_reorganisation_under_the_cursor_begins_the_walk_again() -> None:
    """The place where the walk stood is gone: the page after it would be empty, not an end."""
    world = many(30)
    page = pages(world, 2)
    world.chain.reorganise(32)

    with pytest.raises(CursorExpired):
        world.open(MINE).page("wallet", WINDOW, page.cursor, None)

    world.chain.mine(7)
    assert len(world.read(MINE).found) == 30


@pytest.mark.parametrize("status", [400, 404])
def test_an_unknown_place_begins_the_walk_again(status: int) -> None:
    """Explorers that refuse an unknown transaction mean the same."""
    world = many(30)
    page = pages(world, 2)
    world.hook = lambda request: httpx.Response(status) if "/chain/" in request.url.path else None

    with pytest.raises(CursorExpired):
        world.open(MINE).page("wallet", WINDOW, page.cursor, None)


def test_a_transaction_that_left_the_chain_is_pending_again() -> None:
    """Before it was final nothing was kept; after the reorganisation nothing is left of it."""
    world = World()
    coin = world.pay(MINE, 900)
    world.chain.mine(3)
    before = world.read(ZPUB)
    world.chain.reorganise(3, lost=[coin.txid])
    world.chain.mine(8)
    after = world.read(ZPUB, bookmark=before.bookmark)

    assert [found.source_id for found in before.pending] == [coin.txid]
    assert not after.pending
    assert not after.found


def test_a_reorganisation_deeper_than_final_reads_the_address_whole() -> None:
    """If the source counts less than was known, nothing that is known can be built upon."""
    world = many(3)
    before = world.read(MINE)
    world.chain.reorganise(9)
    world.chain.mine(2)
    world.chain.mine(6)

    assert len(world.read(MINE, bookmark=before.bookmark).found) in {0, 3}
    assert world.read(MINE, bookmark=before.bookmark).pages[-1].incomplete is None
