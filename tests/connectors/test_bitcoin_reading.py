"""How a Bitcoin wallet is found and read completely."""

import re

import httpx
import pytest

from tests.connectors.bitcoin_world import LATER, STRANGER, TAPROOT_XPUB, YPUB, ZPUB, Read, World
from tidemark.connector_kit.bip32 import Branch, ScriptType, branches, extended_key
from tidemark.domain.pages import Window

RECEIVE, CHANGE = branches(extended_key(ZPUB)[0], (ScriptType.P2WPKH,))
TXS = "/address/.*/txs.*"
STATS = "/address/[^/]+"


def ids(read: Read) -> set[str]:
    """Give the transaction ids that were found."""
    return {found.source_id for found in read.found.values()}


def paid(world: World, branch: Branch, *places: int) -> set[str]:
    """Pay places of a branch, and let the payments become final."""
    made = {world.pay(branch.place(place).address, 1_000 + place).txid for place in places}
    world.chain.mine(6)
    return made


@pytest.mark.parametrize("branch", [RECEIVE, CHANGE])
def test_each_branch_is_read_over_gaps_of_nineteen(branch: Branch) -> None:
    """Twenty unused addresses in a row end a branch; nineteen do not."""
    world = World()
    near = paid(world, branch, 0, 20, 40)
    paid(world, branch, 61)

    assert ids(world.read(ZPUB)) == near
    assert len(world.asked(STATS)) == 61 + 20


def test_what_lies_behind_the_gap_appears_when_it_closes() -> None:
    """An address that comes into reach later brings its whole history."""
    world = World()
    first = paid(world, RECEIVE, 0)
    behind = paid(world, RECEIVE, 30)
    before = world.read(ZPUB)
    bridge = paid(world, RECEIVE, 15)

    after = world.read(ZPUB, bookmark=before.bookmark)

    assert ids(before) == first
    assert ids(after) == behind | bridge


@pytest.mark.parametrize("kind", list(ScriptType))
def test_a_plain_xpub_is_read_under_the_types_in_use(kind: ScriptType) -> None:
    """All four are probed on both branches; afterwards only those that are used."""
    world = World()
    xpub, _ = extended_key(TAPROOT_XPUB)
    receive, change = branches(xpub, (kind,))
    made = paid(world, receive, 0) | paid(world, change, 3)

    read = world.read(TAPROOT_XPUB)
    first = len(world.asked(STATS))
    world.forget_requests()
    world.read(TAPROOT_XPUB, bookmark=read.bookmark)

    assert ids(read) == made
    assert first == 3 * 40 + 21 + 24
    assert len(world.asked(STATS)) == 21 + 24


def test_an_unused_xpub_stays_open_to_all_types() -> None:
    """Whatever type is used first is found."""
    world = World()
    empty = world.read(TAPROOT_XPUB)
    taproot = branches(extended_key(TAPROOT_XPUB)[0], (ScriptType.P2TR,))[0]
    made = paid(world, taproot, 2)

    assert ids(empty) == set()
    assert ids(world.read(TAPROOT_XPUB, bookmark=empty.bookmark)) == made


def test_several_keys_and_addresses_are_one_wallet() -> None:
    """What moves between them is a transfer inside; an address that is given twice counts once."""
    world = World()
    other = branches(extended_key(YPUB)[0], (ScriptType.P2SH_P2WPKH,))[0].place(1).address
    coin = world.pay(RECEIVE.place(0).address, 9_000)
    world.chain.mine()
    moved = world.chain.send([coin], [(other, 8_000)])
    kept = world.chain.send(moved, [("1BoatSLRHtKNngkdXEeobR76b53LETtpyT", 7_000)])
    world.chain.mine(6)

    listed = RECEIVE.place(0).address
    read = world.read(ZPUB, YPUB, "1BoatSLRHtKNngkdXEeobR76b53LETtpyT", listed)

    assert read.named == 3
    assert f"{read.sum:f}" == "0.00007000"
    assert world.open(ZPUB, YPUB, kept[0].address, listed).balances() == {"BTC": read.sum}
    assert len(world.asked(f"/address/{listed}")) == 2


@pytest.mark.parametrize("count", [1, 24, 25, 26, 50, 51, 75])
def test_nothing_is_lost_at_a_page_edge(count: int) -> None:
    """Any number of transactions comes out once each, all of them in one block."""
    world = World()
    made = {world.pay(STRANGER, 1_000 + number).txid for number in range(count)}
    world.chain.mine(6)

    read = world.read(STRANGER, fresh=True)

    assert ids(read) == made
    assert read.named == count
    assert sum(page.read for page in read.pages) == count
    assert read.pages[-1].incomplete is None


def test_every_page_can_be_resumed_by_another_process() -> None:
    """The cursor is all that is handed over; it is text, and it is small."""
    world = World()
    for place in range(12):
        for _ in range(3):
            paid(world, RECEIVE if place % 2 else CHANGE, place)

    fresh, kept = world.read(ZPUB, fresh=True), world.read(ZPUB)

    assert fresh.found == kept.found
    assert [page.cursor for page in fresh.pages] == [page.cursor for page in kept.pages]
    assert len({page.cursor for page in fresh.pages}) == len(fresh.pages)
    assert max(len(page.cursor or "") for page in fresh.pages) < 1_000


def test_the_extended_key_stays_in_the_process() -> None:
    """No request, and nothing that is kept, holds a part of it."""
    world = World()
    seen: list[httpx.Request] = []

    def watch(request: httpx.Request) -> None:
        seen.append(request)

    world.hook = watch
    paid(world, RECEIVE, 0, 5)
    read = world.read(ZPUB, TAPROOT_XPUB)
    world.open(ZPUB).rights()
    world.open(ZPUB).balances()

    sent = " ".join(f"{r.method} {r.url} {r.headers} {r.content!r}" for r in seen)
    kept = " ".join(f"{page.cursor} {page.bookmark}" for page in read.pages)
    for key in (ZPUB, extended_key(ZPUB)[0], TAPROOT_XPUB):
        for start in range(0, len(key) - 12, 4):
            assert key[start : start + 12] not in sent + kept
    assert not re.search("[xyz]pub", sent + kept)
    assert {request.method for request in seen} == {"GET"}


def test_a_listed_address_has_no_gap() -> None:
    """Exactly the addresses given are asked for."""
    world = World()
    world.read(STRANGER, RECEIVE.place(4).address)

    assert len(world.asked(".*")) == 1 + 2


def test_the_window_of_a_page_is_not_moved_by_the_clock() -> None:
    """The height of the chain is asked once, when the reading begins."""
    world = World()
    paid(world, RECEIVE, 0, 1, 2)
    source = world.open(ZPUB)
    page = source.page("wallet", Window(None, LATER), None, None)
    while page.cursor:
        page = source.page("wallet", Window(None, LATER), page.cursor, None)

    assert len(world.asked("/blocks/tip/height")) == 1
