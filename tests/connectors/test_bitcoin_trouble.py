"""A Bitcoin wallet and an explorer in trouble: nothing is lost, and what is wrong is said."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from tests.connectors.bitcoin_world import LATER, ZPUB, World
from tidemark.connector_kit.bip32 import ScriptType, branches, extended_key
from tidemark.domain.pages import Window
from tidemark.errors import (
    RateLimited,
    SourceError,
    SourceGarbage,
    SourceUnavailable,
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


def test_transactions_that_are_counted_but_not_listed_make_it_incomplete() -> None:
    """A page that is missing is never passed over in silence, and is asked for again."""
    world = many(40)
    dropped = world.chain.confirmed(MINE)[30]["txid"]
    world.hook = _without(world, str(dropped))

    short = world.read(MINE)
    world.hook = lambda _request: None
    repaired = world.read(MINE, bookmark=short.bookmark)

    assert short.pages[-1].incomplete is not None
    assert len(short.found) == 39
    assert len(repaired.found) == 40
    assert repaired.pages[-1].incomplete is None


def test_pages_that_repeat_come_to_an_end() -> None:
    """An explorer that gives one page for ever is incomplete, not endless."""
    world = World()
    for number in range(30):
        world.pay(MINE, 1_000 + number)
    world.chain.mine(6)
    first = world.explorer.answer(f"/address/{MINE}/txs").text

    def repeat(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(200, text=first) if "/txs" in request.url.path else None

    world.hook = repeat

    assert world.read(MINE).pages[-1].incomplete is not None


@pytest.mark.parametrize("every", [2, 3, 7])
def test_an_explorer_that_asks_to_wait_is_got_through(every: int) -> None:
    """What it told before it refused is kept: however often it refuses, each page goes on."""
    world = many(30)
    whole = world.read(ZPUB)
    world.forget_requests()
    world.explorer.busy_every = every
    source, cursor, named, waits = world.open(ZPUB), None, 0, 0
    told: list[timedelta | None] = []
    while waits < 400:
        try:
            page = source.page("wallet", WINDOW, cursor, None)
        except RateLimited as error:
            told.append(error.retry_after)
            waits += 1
            continue
        named, cursor = named + len(page.transactions), page.cursor
        if cursor is None:
            break

    assert named == whole.named == 30
    assert set(told) == {timedelta(seconds=1)}
    assert len(told) == len(world.explorer.requests) // every


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda: httpx.Response(429, headers={"Retry-After": "7"}), RateLimited),
        (lambda: httpx.Response(503), SourceUnavailable),
        (lambda: httpx.Response(500), SourceUnavailable),
        (lambda: httpx.Response(200, text="<html>busy</html>"), SourceGarbage),
        (lambda: httpx.Response(200, json={"error": "x"}), SourceGarbage),
        (lambda: httpx.Response(200, json=[1, 2]), SourceGarbage),
        (lambda: httpx.Response(200, json=[{"txid": "00", "status": {}}]), SourceGarbage),
        (lambda: httpx.Response(302, headers={"Location": "https://x.example"}), SourceGarbage),
    ],
)
@pytest.mark.parametrize("path", ["/txs", "/address/", "/tip/"])
def test_what_goes_wrong_is_said(
    answer: Callable[[], httpx.Response], error: type[SourceError], path: str
) -> None:
    """Each trouble has its error, which holds neither address nor answer."""
    world = many(1)
    world.hook = lambda request: answer() if path in request.url.path else None

    with pytest.raises(error) as caught:
        world.read(MINE)

    assert MINE not in str(caught.value)
    assert "busy" not in str(caught.value)


@pytest.mark.parametrize(
    "damage",
    [
        {"status": {"confirmed": True, "block_height": "7", "block_time": 1}},
        {"status": {"confirmed": True, "block_height": 7, "block_time": "soon"}},
        {"status": {"confirmed": True, "block_height": 10**9, "block_time": 1}},
        {"txid": None},
    ],
)
def test_a_page_out_of_the_chains_order_is_refused(damage: dict[str, object]) -> None:
    """Where a transaction stands decides what is final: a page that does not say is not used."""
    world = many(3)
    world.damage[str(world.chain.confirmed(MINE)[1]["txid"])] = damage

    with pytest.raises(SourceGarbage):
        world.read(MINE)


def test_rights_are_those_of_a_public_key() -> None:
    """One call tells whether the explorer is there; nobody can spend with a public key."""
    world = World()

    assert world.open(ZPUB).rights().read_only is True
    assert world.asked(".*") == ["/api/blocks/tip/height"]


def _without(world: World, txid: str) -> Callable[[httpx.Request], httpx.Response | None]:
    """Answer as the explorer does, but never list one transaction."""

    def hook(request: httpx.Request) -> httpx.Response | None:
        reply = world.explorer.answer(request.url.path)
        if not reply.text.startswith("["):
            return httpx.Response(reply.status, text=reply.text)
        listed = httpx.Response(200, text=reply.text).json()
        return httpx.Response(200, json=[each for each in listed if each["txid"] != txid])

    return hook
