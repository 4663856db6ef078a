"""What has to come out, and whether it did: for Tidemark's table and for the script's."""

import json
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Context, Decimal, Inexact
from typing import NamedTuple

from local.sources.kraken_records import clean
from tidemark import wiring
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.pages import Window
from tidemark.domain.transactions import State, Transaction
from tidemark.services.add_up import AddUp
from tidemark.stores.table import Table, read

_EXACT = Context(prec=100, traps=[Inexact])
_ALL = Window(None, datetime(2100, 1, 1, tzinfo=UTC))


@dataclass(frozen=True)
class Truth:
    """The legs of each transaction as (id, asset, amount), and the sums of all."""

    legs: Mapping[str, list[list[str]]]
    sums: Mapping[str, Decimal]

    @classmethod
    def ask(cls, source: str) -> "Truth":
        """Ask the source."""
        with urllib.request.urlopen(f"{source}/bench/truth") as answer:  # noqa: S310 - our own
            told = json.load(answer)
        return cls(told["legs"], {asset: Decimal(text) for asset, text in told["sums"].items()})


class Verdict(NamedTuple):
    """What was right. ``whole``: every transaction is there, with what the source says of it."""

    whole: bool
    exact: bool
    excluded_kept: bool


def judge_ours(truth: Truth, key: IntegrationKey, excluded: Mapping[str, int]) -> Verdict:
    """Look at Tidemark's table, and at its balance; ``excluded`` are ids with revisions."""
    stored = {each.id: each for each in wiring.ledger().oldest_first(key, _ALL, None)}
    legs = {each.id: _spelled(each) for each in stored.values()}
    kept = {
        each.id: each.revision for each in stored.values() if each.state is State.EXCLUDED
    } == dict(excluded)
    balance = AddUp(wiring.ledger(), wiring.months(), wiring.clock()).calculated(key)
    out = [leg for name in excluded for leg in truth.legs[name]]
    due = _sums([*truth.sums.items(), *((asset, -Decimal(text)) for _, asset, text in out)])
    sums = _sums((leg.asset, leg.amount) for each in stored.values() for leg in each.legs)
    return Verdict(legs == truth.legs, sums == truth.sums and _same(balance, due), kept)


def judge_theirs(truth: Truth, table: Table, excluded: Iterable[str]) -> Verdict:
    """Look at the script's table."""
    rows = [read(item) for item in _their_items(table)]
    moved = [(clean(asset), amount) for row in rows for asset, amount in _moved(row)]
    ids = {f"ledger:{row['trade_id']}" for row in rows}
    kept = {f"ledger:{row['trade_id']}" for row in rows if row.get("excluded")}
    return Verdict(ids == truth.legs.keys(), _same(_sums(moved), truth.sums), kept == {*excluded})


def _spelled(transaction: Transaction) -> list[list[str]]:
    """Spell legs as the source's truth does."""
    return sorted([leg.id, leg.asset, f"{leg.amount:f}"] for leg in transaction.legs)


def _their_items(table: Table) -> Iterable[dict[str, dict[str, str]]]:
    """Read the script's table; its numbers are left as text."""
    for item in table.query("#account = :account", {"account": "kraken"}):
        yield {name: {"S": value["N"]} if "N" in value else value for name, value in item.items()}


def _moved(row: Mapping[str, str]) -> Iterable[tuple[str, Decimal]]:
    """Give what a trade moved, per asset."""
    base, quote = row["symbol"].split("/")
    sign = 1 if row["side"] == "buy" else -1
    yield base, sign * Decimal(row["amount"])
    yield quote, -sign * Decimal(row["cost"])
    yield row["fee_asset"], -Decimal(row["fee"])


def _sums(moved: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """Add up per asset, exactly."""
    sums: dict[str, Decimal] = {}
    for asset, amount in moved:
        sums[asset] = _EXACT.add(sums.get(asset, Decimal(0)), amount)
    return sums


def _same(some: Mapping[str, Decimal], others: Mapping[str, Decimal]) -> bool:
    """Compare sums; an asset that is not named is zero."""
    return all(some.get(asset, 0) == others.get(asset, 0) for asset in {*some, *others})
