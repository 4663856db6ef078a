"""The main job, end to end: connect, sync now, sync missing."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from local.sources.esplora import EsploraSource
from local.sources.kraken import KrakenSource
from tests.e2e.conftest import RECORDED, Server, balances, counts

SATOSHI = Decimal("1e-8")


def test_a_kraken_account(server: Server, kraken: KrakenSource) -> None:
    """Everything is imported once, "missing" finds nothing new, and the sums are the source's."""
    truth = kraken.truth()
    made = server.connect("kraken-owner", "kraken", **kraken.credentials)

    first = server.ended("kraken-owner", made["first_sync"])
    again = server.sync("kraken-owner", made["id"], "missing")

    assert counts(first) == ("succeeded", len(truth.legs), 0)
    assert counts(again) == ("succeeded", 0, len(truth.legs))
    assert len(server.transactions("kraken-owner")) == len(truth.legs)
    assert balances(server, "kraken-owner") == {a: (v, v) for a, v in truth.sums.items()}


def test_a_bitcoin_wallet(server: Server, esplora: EsploraSource) -> None:
    """A wallet is found by its key alone, and the key is never sent."""
    expected = len(esplora.truth.amounts)
    balance = esplora.truth.balance * SATOSHI
    made = server.connect("bitcoin-owner", "bitcoin", public_key=esplora.public_key)

    first = server.ended("bitcoin-owner", made["first_sync"])
    again = server.sync("bitcoin-owner", made["id"], "missing")

    assert counts(first) == ("succeeded", expected, 0)
    assert counts(again) == ("succeeded", 0, expected)
    assert balances(server, "bitcoin-owner") == {"BTC": (balance, balance)}
    assert not any(esplora.public_key in path for path in esplora.requests)


def test_the_recorded_wallet(server: Server, recordings: Path | None) -> None:
    """The real wallet that was recorded has 43 transactions and is empty."""
    if recordings is None:
        pytest.skip("TIDEMARK_RECORDINGS is not set")
    key = json.loads((recordings / RECORDED / "wallet.json").read_text())["xpub"]
    made = server.connect("recorded-owner", "bitcoin", public_key=key)

    first = server.ended("recorded-owner", made["first_sync"])

    assert counts(first) == ("succeeded", 43, 0)
    nothing = (Decimal(0), Decimal(0))
    assert balances(server, "recorded-owner").get("BTC", nothing) == nothing


def test_owners_are_apart(server: Server, esplora: EsploraSource) -> None:
    """What one owner has connected, another one cannot see."""
    made = server.connect("an-owner", "bitcoin", public_key=esplora.public_key)
    server.ended("an-owner", made["first_sync"])

    foreign = server.ask("GET", f"/v1/integrations/{made['id']}", "another-owner")
    unknown = server.ask("GET", f"/v1/integrations/{made['id'][:-1]}0", "another-owner")

    assert foreign.status_code == unknown.status_code == 404
    assert server.transactions("another-owner") == []


def test_time_passes(server: Server) -> None:
    """A day of ticks leaves a quiet product quiet."""
    before = server.advance(0)
    after = server.advance(86_400)

    assert after > before
    assert server.idle(30)
