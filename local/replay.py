"""The sources on this machine, and the accounts that can be connected to them."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from local.sources.esplora import EsploraSource
from local.sources.kraken import KrakenSource
from local.sources.kraken_history import generate

_RECORDED = Path("bitcoin/ledger-xpub-esplora")
_RECORDED_TRANSACTIONS = 43
_KRAKEN_ROWS, _BURST_ROWS = 1_200, 100
_SATOSHI = Decimal("1e-8")

type Leg = tuple[str, str, Decimal]


@dataclass(frozen=True, slots=True)
class Account:
    """Something to connect, and what has to come out of it; ``legs`` where their ids are known."""

    name: str
    connector: str
    credentials: Mapping[str, str]
    transactions: int
    balances: Mapping[str, Decimal]
    legs: frozenset[Leg] | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """Running sources: their addresses by connector, and their accounts."""

    urls: Mapping[str, str]
    accounts: tuple[Account, ...]


@contextmanager
def replay_sources() -> Iterator[Replay]:
    """Serve a made-up Kraken account and a made-up wallet.

    With TIDEMARK_RECORDINGS set, a real wallet that was recorded is served too.
    """
    recordings = os.environ.get("TIDEMARK_RECORDINGS")
    folder = Path(recordings) / _RECORDED if recordings else None
    kraken = KrakenSource(generate(_KRAKEN_ROWS, burst_rows=_BURST_ROWS))
    with kraken, EsploraSource(recorded=folder) as esplora:
        accounts = [_kraken(kraken), _wallet(esplora)]
        if folder is not None:
            accounts.append(_recorded(folder))
        yield Replay({"kraken": kraken.url, "bitcoin": esplora.url}, tuple(accounts))


def _kraken(source: KrakenSource) -> Account:
    """Describe the Kraken account."""
    truth = source.truth()
    every = (leg for legs in truth.legs.values() for leg in legs)
    legs = frozenset((leg, asset, Decimal(amount)) for leg, asset, amount in every)
    return Account("Kraken", "kraken", source.credentials, len(truth.legs), truth.sums, legs)


def _wallet(source: EsploraSource) -> Account:
    """Describe the made-up wallet."""
    balance = source.truth.balance * _SATOSHI
    key = {"public_key": source.public_key}
    return Account("Wallet", "bitcoin", key, len(source.truth.amounts), {"BTC": balance})


def _recorded(folder: Path) -> Account:
    """Describe the recorded wallet: a real one, long empty."""
    key = {"public_key": json.loads((folder / "wallet.json").read_text())["xpub"]}
    nothing = {"BTC": Decimal(0)}
    return Account("Recorded wallet", "bitcoin", key, _RECORDED_TRANSACTIONS, nothing)
