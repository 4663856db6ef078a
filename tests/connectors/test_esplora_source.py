"""The explorer on this machine: a server that real connections talk to."""

import json
import threading
import time
from urllib.request import urlopen

import pytest

from local.sources.esplora import EsploraSource
from tests.connectors.bitcoin_world import LATER, Read
from tests.fakes import FakeClock
from tidemark.connector_kit.registry import Registry
from tidemark.domain.pages import Window
from tidemark.errors import RateLimited


def read(source: EsploraSource) -> Read:
    """Read the made-up wallet over the network, as the product opens it."""
    registry = Registry("tidemark.connectors", FakeClock(LATER), {"bitcoin": source.url})
    facts = registry.get("bitcoin")
    result, cursor = Read(), None
    with facts.open(facts.connector.check({"public_key": source.public_key})) as opened:
        while not result.pages or cursor is not None:
            page = opened.page("wallet", Window(None, LATER), cursor, None)
            result.take(page)
            cursor = page.cursor
    return result


def test_the_made_up_wallet_is_read_over_the_network() -> None:
    """What is read is what was made up, and the key was not sent."""
    with EsploraSource(events=15) as source:
        result = read(source)

    assert {found.source_id for found in result.found.values()} == set(source.truth.amounts)
    assert int(result.sum.scaleb(8)) == source.truth.balance
    assert not [path for path in source.requests if source.public_key[4:30] in path]


def test_the_same_seed_makes_the_same_life() -> None:
    """And another seed another."""
    first, second = EsploraSource(seed=3, events=10), EsploraSource(seed=3, events=10)
    other = EsploraSource(seed=4, events=10)
    for each in (first, second, other):
        each.start().stop()

    assert first.truth == second.truth
    assert first.truth != other.truth


def test_it_refuses_now_and_then() -> None:
    """Every third request is told to wait a second."""
    with EsploraSource(events=5, busy_every=3) as source, pytest.raises(RateLimited) as caught:
        read(source)

    assert caught.value.retry_after is not None
    assert caught.value.retry_after.total_seconds() == 1


def test_a_kept_connection_answers_quickly() -> None:
    """Hundreds of calls take no time for lack of buffering."""
    with EsploraSource(events=3) as source:
        began = time.monotonic()
        for _ in range(50):
            with urlopen(f"{source.url}/api/blocks/tip/height") as answer:  # noqa: S310 - our own
                assert int(answer.read()) == source.chain.tip

    assert time.monotonic() - began < 2


def test_the_chain_may_move_while_it_is_served() -> None:
    """Several at once may ask, and pay."""
    with EsploraSource(events=3) as source:
        threads = [threading.Thread(target=read, args=(source,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        with source.changing() as chain:
            chain.send([], [("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", 5_000)])
            chain.mine(2)
        for thread in threads:
            thread.join()
        with urlopen(f"{source.url}/blocks/tip/height") as answer:  # noqa: S310 - our own
            assert json.loads(answer.read()) == source.chain.tip
