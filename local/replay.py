"""The sources on this machine, and the accounts that can be connected to them."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from local.sources.bank import Bank, Booking
from local.sources.enable_banking import EnableBankingSource
from local.sources.esplora import EsploraSource
from local.sources.kraken import KrakenSource
from local.sources.kraken_history import generate

_RECORDED = Path("bitcoin/ledger-xpub-esplora")
_RECORDED_TRANSACTIONS = 43
_KRAKEN_ROWS, _BURST_ROWS = 1_200, 100
_SATOSHI = Decimal("1e-8")
_OWN = "EUR"

OTP = "123456"
"""What the bank sends its customer, and asks for before it gives its history."""

type Leg = tuple[str, str, Decimal]
type Value = tuple[str, Decimal]


@dataclass(frozen=True, slots=True)
class Account:
    """Something to connect, and what has to come out of it.

    ``legs``, and what each transaction was worth (``values``), where they are known; ``asks``:
    what its first sync waits for.
    """

    name: str
    connector: str
    credentials: Mapping[str, str]
    transactions: int
    balances: Mapping[str, Decimal]
    legs: frozenset[Leg] | None = None
    values: tuple[Value, ...] | None = None
    asks: tuple[str, ...] = ()


class Close(NamedTuple):
    """What a day closed at."""

    asset: str
    quote: str
    day: date
    price: Decimal


@dataclass(frozen=True, slots=True)
class Replay:
    """Running sources: their addresses by connector, their accounts, what their days closed at."""

    urls: Mapping[str, str]
    accounts: tuple[Account, ...]
    closes: tuple[Close, ...]


@contextmanager
def replay_sources() -> Iterator[Replay]:
    """Serve a made-up Kraken account, a made-up wallet and a made-up bank.

    With TIDEMARK_RECORDINGS set, a real wallet that was recorded is served too.
    """
    recordings = os.environ.get("TIDEMARK_RECORDINGS")
    folder = Path(recordings) / _RECORDED if recordings else None
    kraken = KrakenSource(generate(_KRAKEN_ROWS, burst_rows=_BURST_ROWS))
    with kraken, EsploraSource(recorded=folder) as esplora, EnableBankingSource() as bank:
        bank.asking.require("otp", OTP)
        accounts = [_kraken(kraken), _wallet(esplora), _bank(bank)]
        if folder is not None:
            accounts.append(_recorded(folder))
        urls = {"kraken": kraken.url, "bitcoin": esplora.url, "enable_banking": bank.url}
        yield Replay(urls, tuple(accounts), _closes(bank.bank))


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


def _bank(source: EnableBankingSource) -> Account:
    """Describe the made-up bank: linked by consent, and its history is given for a password."""
    bank = source.bank
    return Account(
        "Bank",
        "enable_banking",
        source.credentials,
        bank.count(),
        bank.balances(),
        values=tuple(_value(currency, booking) for currency, booking in _booked(bank)),
        asks=("consent", "otp"),
    )


def _closes(bank: Bank) -> tuple[Close, ...]:
    """Make up what foreign money was worth on the days on which it was booked."""
    days = {(currency, each.day) for currency, each in _booked(bank) if currency != _OWN}
    return tuple(Close(currency, _OWN, day, _rate(day)) for currency, day in sorted(days))


def _booked(bank: Bank) -> Iterator[tuple[str, Booking]]:
    """Give all that is booked, with its currency."""
    for account in bank.accounts.values():
        yield from ((account.currency, booking) for booking in account.booked)


def _value(currency: str, booking: Booking) -> Value:
    """Say what a booking was worth on its day."""
    rate = 1 if currency == _OWN else _rate(booking.day)
    return _OWN, abs(booking.amount) * rate


def _rate(day: date) -> Decimal:
    """Make up a rate, another one every day."""
    return Decimal(85 + day.toordinal() % 10) / 100


def _recorded(folder: Path) -> Account:
    """Describe the recorded wallet: a real one, long empty."""
    key = {"public_key": json.loads((folder / "wallet.json").read_text())["xpub"]}
    nothing = {"BTC": Decimal(0)}
    return Account("Recorded wallet", "bitcoin", key, _RECORDED_TRANSACTIONS, nothing)
