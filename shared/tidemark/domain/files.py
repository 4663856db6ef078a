"""Transaction files: what a row says, which id it has, and how large a file may be."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from tidemark.domain import amounts, moments
from tidemark.domain.facts import Words, Worth
from tidemark.domain.ids import fingerprint
from tidemark.domain.legs import Kind, Leg, Role, kind_of
from tidemark.domain.transactions import Found

INNER_ID = "file:"
"""What the inner ids of transactions that a file brought begin with."""


class FileFormat(StrEnum):
    """How a file of transactions is written."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class FileLimits:
    """How large a file may be. Sizes are in bytes, ``text`` is in characters of all cells.

    ``packed`` is the file as it was sent; ``ratio`` is unpacked to packed size; ``rows`` go
    without the header.
    """

    packed: int = 5_000_000
    unpacked: int = 30_000_000
    entries: int = 100
    ratio: int = 200
    rows: int = 20_000
    columns: int = 50
    text: int = 10_000_000


class CellError(NamedTuple):
    """Why a row cannot be imported: its number as a person sees it, the column's title, why."""

    row: int
    column: str
    code: str
    message: str


class Money(NamedTuple):
    """An amount of an asset, as a row names it: never negative."""

    asset: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class FileRow:
    """One transaction of a file. ``number`` is the row as a person sees it; the header is 1.

    ``occurred_at`` is UTC. ``kind`` is None where nothing in the row names it. ``source_id`` is
    the file's own id of the transaction, or empty. ``raw`` are the cells that are not empty, as
    text, with their columns' titles. ``valuation`` is its owner's word, no price's.
    """

    number: int
    occurred_at: datetime
    legs: tuple[Leg, ...]
    kind: Kind | None = None
    label: str | None = None
    note: str | None = None
    source_id: str = ""
    integration_name: str = ""
    raw: tuple[tuple[str, str], ...] = ()
    valuation: Worth | None = None
    excluded: bool = False

    @property
    def words(self) -> Words:
        """What the row says beside its legs; the kind only where the legs make another one."""
        kind = None if self.kind is kind_of(self.legs) else self.kind
        return Words(kind, self.label, self.note, self.valuation)


@dataclass(frozen=True, slots=True)
class FileRead:
    """What a file holds: rows that can be imported, what is wrong with others, and remarks.

    ``count`` is the number of rows that are not empty, good and bad.
    """

    rows: tuple[FileRow, ...]
    errors: tuple[CellError, ...]
    notes: tuple[str, ...]
    count: int


def row_legs(
    sent: Money | None, received: Money | None, fee: Money | None, kind: Kind | None
) -> tuple[Leg, ...]:
    """Make legs of what a row says: what goes out and the fee are negative."""
    trade = sent is not None and received is not None
    made = [
        _leg("out", sent, -1, kind or (Kind.TRADE if trade else Kind.WITHDRAWAL)),
        _leg("in", received, 1, kind or (Kind.TRADE if trade else Kind.DEPOSIT)),
        _leg("fee", fee, -1, Kind.FEE, Role.FEE),
    ]
    return tuple(leg for leg in made if leg is not None)


def _leg(
    id_: str, money: Money | None, sign: int, kind: Kind, role: Role = Role.PRINCIPAL
) -> Leg | None:
    """Make one leg; an amount of nothing is none."""
    if money is None or not money.amount:
        return None
    amount = money.amount if sign > 0 else money.amount.copy_negate()
    return Leg(id_, money.asset, amount, role, money.asset, kind)


def with_ids(rows: Iterable[FileRow]) -> Iterator[tuple[str, FileRow]]:
    """Give each row with its inner id: the same file gives the same ids, and twins stay two.

    The id stands for time, amounts, label and the file's own id, not for the comment and the
    integration's name; the number at its end counts rows that are alike.
    """
    met: Counter[str] = Counter()
    for row in rows:
        print_ = row_fingerprint(row)
        met[print_] += 1
        yield f"{INNER_ID}{print_}:{met[print_]}", row


def row_fingerprint(row: FileRow) -> str:
    """Give what stands for a row, however its cells were written."""
    moved = sorted((leg.role.value, leg.asset, amounts.canonical(leg.amount)) for leg in row.legs)
    label = (row.label or "").strip().casefold()
    spelled = (part for leg in moved for part in leg)
    return fingerprint("fp1", moments.spell(row.occurred_at), label, row.source_id, *spelled)


def found(inner_id: str, row: FileRow) -> Found:
    """Give a row as what a source tells; its record are the cells by their titles."""
    record = json.dumps([dict(row.raw)], separators=(",", ":"), ensure_ascii=False)
    return Found(inner_id, row.source_id, row.occurred_at, row.legs, raw=record)
