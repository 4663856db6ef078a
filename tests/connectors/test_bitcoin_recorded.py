"""A real wallet, as recorded: one xpub, 38 used addresses, 43 transactions, nothing left."""

import json
import os
from pathlib import Path

import pytest

from local.sources.chain import Chain
from tests.connectors.bitcoin_world import World
from tidemark.connector_kit.bip32 import branches, extended_key
from tidemark.domain.legs import Role, net

RECORDINGS = Path(os.environ.get("TIDEMARK_RECORDINGS", "/nowhere"))
WALLET = RECORDINGS / "bitcoin" / "ledger-xpub-esplora"

pytestmark = pytest.mark.skipif(not WALLET.is_dir(), reason="TIDEMARK_RECORDINGS is not set")


@pytest.fixture
def world() -> World:
    """Serve the recorded wallet."""
    chain = Chain()
    chain.load(WALLET)
    return World(chain)


@pytest.fixture
def xpub() -> str:
    """Give the recorded wallet's key."""
    return str(json.loads((WALLET / "wallet.json").read_text())["xpub"])


def test_the_wallet_comes_out_whole(world: World, xpub: str) -> None:
    """All 43 transactions, each once, and they leave nothing."""
    read = world.read(xpub)

    assert len(read.found) == read.named == 43
    assert read.sum == 0
    assert world.open(xpub).balances({"wallet": read.bookmark}) == {"BTC": 0}
    assert world.open(xpub).balances() == {"BTC": 0}
    assert not read.unread
    assert not read.pending
    assert read.pages[-1].incomplete is None


def test_every_derived_address_is_the_recorded_one(xpub: str) -> None:
    """The key's own software derived the same."""
    recorded = json.loads((WALLET / "wallet.json").read_text())["derivation"]
    plain, types = extended_key(xpub)
    receive, change = branches(plain, types[:1])

    for address, (branch, place) in recorded.items():
        assert (change if branch else receive).place(place).address == address


def test_nothing_new_costs_one_call_per_address(world: World, xpub: str) -> None:
    """The second reading: 78 addresses, the height of the chain, and no transactions."""
    first = world.read(xpub)
    world.forget_requests()

    again = world.read(xpub, bookmark=first.bookmark)

    assert again.named == 0
    assert world.asked("/address/.*/txs.*") == []
    assert len(world.asked("/address/[^/]+")) == len(set(world.asked(".*"))) - 1 == 78


def test_fees_and_strangers_are_told_apart(world: World, xpub: str) -> None:
    """One of its transactions has inputs of others beside its own; fees are the owner's."""
    found = world.read(xpub).found.values()
    mixed = [each for each in found if "mixed_inputs" in each.details]
    fees = [leg for each in found for leg in each.legs if leg.role is Role.FEE]

    assert [each.source_id[:6] for each in mixed] == ["6d0606"]
    assert len(fees) == 8
    assert net(fees)["BTC"] < 0


def test_listed_addresses_are_read_like_the_key(world: World, xpub: str) -> None:
    """Whoever lists the 38 used addresses gets the same transactions."""
    listed = [path.name.removesuffix(".txs.json") for path in WALLET.glob("address/*.txs.json")]

    assert world.read(*listed).found == world.read(xpub).found
