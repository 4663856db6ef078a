"""How a Bitcoin wallet is read again: at little cost, and missing nothing."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from local.sources.bitcoin_wallet import WalletLife
from tests.connectors.bitcoin_world import LATER, STRANGER, YPUB, ZPUB, Read, World
from tidemark.connector_kit.bip32 import Branch, ScriptType, branches, extended_key
from tidemark.connector_kit.seen import Bookmark, Seen
from tidemark.domain.moments import from_seconds

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


def test_an_unchanged_address_costs_one_call() -> None:
    """The second reading asks each address once, and for no transaction."""
    world = World()
    paid(world, RECEIVE, 0, 7, 12)
    paid(world, CHANGE, 1)
    first = world.read(ZPUB)
    latest = max(found.occurred_at for found in first.found.values())
    world.forget_requests()

    again = world.read(ZPUB, bookmark=first.bookmark, since=latest)

    assert again.named == 0
    assert world.asked(TXS) == []
    assert len(world.asked(STATS)) == len(set(world.asked(STATS))) == 33 + 22
    assert len(world.asked(".*")) == 33 + 22 + 1
    assert again.bookmark == first.bookmark


def test_a_changed_address_is_read_down_to_what_is_known() -> None:
    """Of a long history one page is read, and only the new transaction is named."""
    world = World()
    for _ in range(80):
        world.pay(STRANGER, 1_000)
        world.chain.mine()
    world.chain.mine(6)
    first = world.read(STRANGER)
    new = world.pay(STRANGER, 2_000)
    world.chain.mine(6)
    world.forget_requests()

    again = world.read(STRANGER, bookmark=first.bookmark)

    assert ids(again) == {new.txid}
    assert len(world.asked(TXS)) == 1
    assert ids(world.read(STRANGER, bookmark=again.bookmark)) == set()


def test_a_bookmark_of_other_keys_is_not_believed() -> None:
    """After other credentials were entered everything is read."""
    world = World()
    made = paid(world, RECEIVE, 0)
    other = world.read(YPUB)

    assert ids(world.read(ZPUB, bookmark=other.bookmark)) == made


def test_a_bookmark_serves_no_earlier_window() -> None:
    """What was left out before a start date is read when the start date moves."""
    world = World()
    early = paid(world, RECEIVE, 0)
    middle = from_seconds(1_690_168_629 + 30 * 600)
    world.chain.mine(40)
    late = paid(world, RECEIVE, 0)

    read = world.read(ZPUB, since=middle)

    assert ids(read) == late
    assert ids(world.read(ZPUB, bookmark=read.bookmark)) == early | late
    assert ids(world.read(ZPUB, bookmark=read.bookmark, since=LATER)) == set()


def test_what_the_ledger_forgot_is_read_again() -> None:
    """A window that begins before the newest known transaction says that some are missed."""
    world = World()
    made = paid(world, RECEIVE, 0) | paid(world, RECEIVE, 1)
    first = world.read(ZPUB)
    oldest = min(found.occurred_at for found in first.found.values())

    again = world.read(ZPUB, bookmark=first.bookmark, since=oldest)

    assert ids(again) == made


def test_transactions_after_the_window_come_with_the_next_reading() -> None:
    """They are not named, and not noted as known either."""
    world = World()
    early = paid(world, RECEIVE, 0)
    until = from_seconds(1_690_168_629 + 600 * 3)
    late = paid(world, RECEIVE, 0)

    read = world.read(ZPUB, until=until)

    assert ids(read) == early
    assert ids(world.read(ZPUB, bookmark=read.bookmark)) >= late


def test_known_counts_survive_a_longer_life() -> None:
    """A cursor or bookmark reads back as what was written."""
    mark = Bookmark("w", None, 5, None, [[Seen(1, None, 3, "ab"), None], None, []])

    assert Bookmark.load(mark.dump()) == mark


@settings(max_examples=12)
@given(
    seed=st.integers(0, 2**32),
    steps=st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=6
    ),
)
def test_readings_in_between_make_no_difference(
    seed: int, steps: list[tuple[int, int, int]]
) -> None:
    """However often a wallet is read while it lives, and the chain turns: each comes once."""
    world = World()
    life = WalletLife(world.chain, seed)
    told: Counter[str] = Counter()
    bookmark = None
    for events, turned, blocks in steps:
        life.go_on(events)
        world.chain.reorganise(turned)
        world.chain.mine(blocks)
        read = world.read(ZPUB, bookmark=bookmark)
        told.update(read.found.keys())
        bookmark = read.bookmark
        assert read.pages[-1].incomplete is None
    world.chain.mine(6)
    told.update(world.read(ZPUB, bookmark=bookmark).found.keys())

    assert told == Counter(world.read(ZPUB).found.keys())
    assert told == Counter(f"wallet:{txid}" for txid in life.truth.amounts)
