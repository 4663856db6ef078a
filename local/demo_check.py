"""Holds what came out of the demo against what its sources hold."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from local.replay import Account, Leg, Value

type Json = dict[str, Any]

STILL_OPEN = {"year_not_over", "pending_transactions"}
"""What this year's report lacks: the year's end, and what the bank has not booked yet."""


@dataclass(slots=True)
class Connected:
    """An account, its integration, its syncs, what it asked its owner for, and its ledger."""

    account: Account
    integration: str
    syncs: list[Json] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    ledger: Sequence[Json] = ()


def faults_of(connected: Connected, balances: Sequence[Json]) -> Iterator[str]:
    """Say what is not as the source's truth has it."""
    account, mine = connected.account, connected.integration
    of_account = (
        *_wrong_syncs(account, connected.syncs, connected.asked),
        *_wrong_ledger(account, connected.ledger),
        *_wrong_values(account, connected.ledger),
        *_wrong_balances(account, [row for row in balances if row["integration"] == mine]),
    )
    yield from (f"{account.name}: {fault}" for fault in of_account)


def faults_of_reports(reports: Mapping[int, Json]) -> Iterator[str]:
    """Say which reports lack something else than expected: nothing, but for the last year."""
    for year, report in reports.items():
        codes = {each["code"] for each in report["blockers"]}
        expected = STILL_OPEN if year == max(reports) else set()
        if codes != expected:
            yield f"The report of {year} lacks {sorted(codes)}, and should lack {sorted(expected)}"


def value_of(transaction: Json) -> Value | None:
    """Give what a transaction is worth, as the truth has it; None: there is no value."""
    valuation = transaction["valuation"]
    amount = valuation["amount"]
    return None if amount is None else (valuation["currency"], Decimal(amount))


def legs_of(transactions: Sequence[Json]) -> frozenset[Leg]:
    """Give the legs of transactions as the truth has them."""
    legs = (leg for transaction in transactions for leg in transaction["legs"])
    return frozenset((leg["id"], leg["asset"], Decimal(leg["amount"])) for leg in legs)


def _wrong_syncs(account: Account, syncs: Sequence[Json], asked: Sequence[str]) -> Iterator[str]:
    """Say what is wrong with the first sync, and the one that read all again."""
    for sync in syncs:
        if sync["status"] != "succeeded":
            yield f"a sync ended as {sync['status']}: {sync['error'] or sync['warnings']}"
    first, again = (sync["counts"] for sync in syncs)
    expected, found = account.transactions, (first["new"], again["new"], again["known"])
    if found != (expected, 0, expected):
        yield f"{expected} expected; new, then new and known: {found}"
    if tuple(asked) != account.asks:
        yield f"the owner was asked for {asked}, and should be for {account.asks}"


def _wrong_ledger(account: Account, ledger: Sequence[Json]) -> Iterator[str]:
    """Say what the ledger has too much or too little."""
    if len(ledger) != account.transactions:
        yield f"{account.transactions} transactions expected, {len(ledger)} are in the ledger"
    legs = account.legs
    if legs is not None and legs != legs_of(ledger):
        yield f"legs differ: {sorted(legs ^ legs_of(ledger))[:3]} ..."


def _wrong_values(account: Account, ledger: Sequence[Json]) -> Iterator[str]:
    """Say which values are not those of their days."""
    if account.values is None:
        return
    expected: Counter[Value | None] = Counter(account.values)
    found = Counter(value_of(each) for each in ledger)
    if found != expected:
        wrong, right = [*(found - expected)][:3], [*(expected - found)][:3]
        yield f"values differ: {wrong} ..., and should be {right} ..."


def _wrong_balances(account: Account, rows: Sequence[Json]) -> Iterator[str]:
    """Say which balances are not what they should be."""
    shown = {row["asset"]: row for row in rows}
    for asset, amount in account.balances.items():
        row = shown.get(asset, {"synced": "0", "calculated": "0"})
        if Decimal(row["calculated"]) != amount:
            yield f"{asset} is {row['calculated']}, and should be {amount}"
    for asset, row in shown.items():
        if row["synced"] is None or Decimal(row["synced"]) != Decimal(row["calculated"]):
            yield f"{asset}: synced {row['synced']} is not {row['calculated']}"
