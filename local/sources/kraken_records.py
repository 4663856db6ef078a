"""The lists of a made-up Kraken account: how they are spelled, cut into pages, and added up."""

import bisect
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

TICKS = 10_000
"""Kraken's times have four decimals."""

PAGE = 50
_CLEAN = {
    "XXBT": "BTC",
    "XETH": "ETH",
    "XXDG": "DOGE",
    "ZEUR": "EUR",
    "ZUSD": "USD",
    "DOT": "DOT",
    "DOT28.S": "DOT",
    "DOT.F": "DOT",
    "XBT.M": "BTC",
    "ETH2.S": "ETH",
    "SOL": "SOL",
    "SOL.F": "SOL",
    "USDC.M": "USDC",
    "USDC": "USDC",
    "KFEE": "KFEE",
}


class Record(NamedTuple):
    """A record of one of Kraken's lists, ready to be sent: a member of an object, or a value."""

    at: int
    id: str
    spelled: bytes


@dataclass
class History:
    """All lists of an account, each oldest first."""

    ledger: list[Record]
    trades: list[Record]
    deposits: list[Record]
    withdrawals: list[Record]


class Truth(NamedTuple):
    """What has to come out: legs per transaction id as (leg id, asset, amount), and sums."""

    legs: dict[str, frozenset[tuple[str, str, str]]]
    sums: dict[str, Decimal]
    rows: int


def truth(ledger: Iterable[Record]) -> Truth:
    """Say what has to come out of a ledger, by the rules in words: group by refid, add up."""
    legs: dict[str, set[tuple[str, str, str]]] = {}
    sums: dict[str, Decimal] = {}
    count = 0
    for record in ledger:
        row = read(record)
        group = record.id if row["refid"] in ("", "Unknown") else row["refid"]
        asset, amount, fee = clean(row["asset"]), Decimal(row["amount"]), Decimal(row["fee"])
        mine = legs.setdefault(f"ledger:{group}", set())
        if amount or not fee:
            mine.add((record.id, asset, f"{amount:f}"))
        if fee:
            mine.add((f"{record.id}:fee", asset, f"{fee.copy_negate():f}"))
        sums[asset] = sums.get(asset, Decimal(0)) + amount - fee
        count += 1
    return Truth({key: frozenset(value) for key, value in legs.items()}, sums, count)


def clean(asset: str) -> str:
    """Give the common name of an asset, as far as this module makes any."""
    return _CLEAN.get(asset, asset)


def spell_row(row_id: str, row: Mapping[str, object], at: int) -> Record:
    """Spell a ledger row as Kraken does: times are numbers, amounts are texts."""
    shown = json.dumps({**row, "time": "@"}).replace('"@"', spell_time(at))
    return Record(at, row_id, f'"{row_id}":{shown}'.encode())


def spell_time(at: int) -> str:
    """Spell ticks as seconds with four decimals."""
    return f"{at // TICKS}.{at % TICKS:04}"


def sums_by_code(ledger: Iterable[Record]) -> dict[str, Decimal]:
    """Add up a ledger per asset, as the source calls it."""
    sums: dict[str, Decimal] = {}
    for record in ledger:
        row = read(record)
        moved = Decimal(row["amount"]) - Decimal(row["fee"])
        sums[row["asset"]] = sums.get(row["asset"], Decimal(0)) + moved
    return sums


def read(record: Record) -> dict[str, str]:
    """Read a ledger row again, its numbers as text."""
    row: dict[str, str] = json.loads(b"{%s}" % record.spelled, parse_float=str)[record.id]
    return row


def page(
    records: list[Record], place: Mapping[str, str], size: int = PAGE
) -> tuple[list[Record], int]:
    """Cut a page out of a list: ``start`` exclusive, ``end`` inclusive, newest first."""
    start, end = (int(Decimal(place.get(name, "-1")) * TICKS) for name in ("start", "end"))
    first = 0 if start < 0 else bisect.bisect_right(records, start, key=_at)
    beyond = len(records) if end < 0 else bisect.bisect_right(records, end, key=_at)
    top = beyond - int(place.get("ofs", "0"))
    return records[max(first, top - size) : max(first, top)][::-1], max(0, beyond - first)


def cursor_page(records: list[Record], place: Mapping[str, str], name: bytes) -> bytes:
    """Give a page with the cursor of the next one, which is its offset here."""
    cursor = place.get("cursor", "false")
    offset = cursor if cursor.isdigit() else "0"
    shown, count = page(records, {**place, "ofs": offset})
    after = int(offset) + len(shown)
    following = b'"%d"' % after if after < count else b"null"
    return b'{"%s":[%s],"next_cursor":%s}' % (name, joined(shown), following)


def _at(record: Record) -> int:
    """Give a record's time."""
    return record.at


def joined(page: Iterable[Record]) -> bytes:
    """Join the spelled records of a page."""
    return b",".join([record.spelled for record in page])


def changed(record: Record, changes: Mapping[str, str]) -> Record:
    """Give a ledger row with other members."""
    row = read(record)
    return spell_row(record.id, {**row, **changes}, record.at)
