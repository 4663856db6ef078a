"""Rows of bank accounts: what they say, and how they are known again.

A bank's own reference names a row where there is one. Where there is none, a fingerprint of what
the bank sent does, with the number of its occurrence: true twins stay two. Equal rows are of one
day, so their numbers stay the same as long as whole days are read, whatever the window and the
size of the pages.
"""

import json
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from tidemark.connector_kit import exact_json
from tidemark.domain.ids import fingerprint
from tidemark.domain.legs import Kind, Leg, Role
from tidemark.domain.pages import Unread
from tidemark.domain.transactions import Found
from tidemark.errors import SourceGarbage

STREAM = "transactions"
_VERSION = "fp1"
_NO_REFERENCE = re.compile(r"0*|notprovided|notavailable|nonref|none|null|na", re.IGNORECASE)
"""The letters and digits of what banks write where they name no row: each row has it."""

_MOST_KEPT, _NEAR = 500, timedelta(days=10)

type Record = dict[str, object]


class Lane(StrEnum):
    """Where a row goes: into the ledger, to what is pending, or nowhere (it never happened)."""

    BOOKED = "booked"
    PENDING = "pending"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class BankRow:
    """A row as it was understood; ``amount`` is signed.

    ``told`` are the raw texts that its fingerprint is of, none of which a bank changes later.
    ``after`` is the balance that it led to, where the bank says so.
    """

    lane: Lane
    day: date
    amount: Decimal
    currency: str
    kind: Kind
    reference: str
    told: tuple[str, ...]
    at: datetime | None = None
    after: Decimal | None = None

    @property
    def occurred_at(self) -> datetime:
        """Give its time: midnight (UTC) of its day where the bank says no more."""
        return self.at or datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC)


type Understand = Callable[[Record], BankRow]
"""Reads one record of a bank. Raises ValueError or SourceGarbage, saying what cannot be read."""


@dataclass
class Occurrences:
    """How often each fingerprint was met, by day: what one page needs to know of those before."""

    days: dict[str, dict[str, int]] = field(default_factory=dict)

    def number(self, day: str, name: str) -> int:
        """Give the number of this occurrence, from 0."""
        met = self.days.setdefault(day, {})
        met[name] = met.get(name, -1) + 1
        return met[name]

    def near(self, edge: date | None) -> dict[str, dict[str, int]]:
        """Give what later pages may need: all, or (if it is much) what is near the last row."""
        if edge is None or sum(map(len, self.days.values())) <= _MOST_KEPT:
            return self.days
        first, last = (edge - _NEAR).isoformat(), (edge + _NEAR).isoformat()
        return {day: met for day, met in self.days.items() if first <= day <= last}


@dataclass
class BankPage:
    """A page of one account: its rows, each put where it belongs."""

    account: str
    understand: Understand
    met: Occurrences
    booked: dict[str, Found] = field(default_factory=dict)
    pending: dict[str, Found] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)
    rows: list[BankRow] = field(default_factory=list)

    @property
    def edge(self) -> date | None:
        """Give the day of the last row."""
        return self.rows[-1].day if self.rows else None

    def take(self, records: Iterable[object], lane: Lane | None = None) -> None:
        """Read records; what cannot be read is kept as it came.

        ``lane`` is where they belong, if the rows themselves do not say so.
        """
        for value in records:
            record = value if isinstance(value, dict) else {"value": value}
            try:
                row = self.understand(record)
            except (ValueError, SourceGarbage) as error:
                self._keep_unread(record, str(error))
            else:
                row = replace(row, lane=lane) if lane else row
                self.rows.append(row)
                self._put(row, record)

    def _put(self, row: BankRow, record: Record) -> None:
        """Put a row where it belongs; two rows under one reference are not both believed."""
        if row.lane is Lane.VOID:
            return
        found = _found(self.account, _reference(row) or self._numbered(row), row, record)
        lane = self.booked if row.lane is Lane.BOOKED else self.pending
        known = lane.setdefault(found.id, found)
        if known.raw != found.raw:
            reason = "another row has the same reference"
            self._keep_unread(record, reason, row.occurred_at)

    def _numbered(self, row: BankRow) -> str:
        """Name a row without a reference by what it says, and by its number among its like."""
        name = fingerprint(row.lane, *row.told)
        return f"{_VERSION}:{name}:{self.met.number(row.day.isoformat(), name)}"

    def _keep_unread(self, record: Record, reason: str, at: datetime | None = None) -> None:
        """Keep a record that was not understood."""
        raw = exact_json.spell(record)
        name = fingerprint("unread", raw)
        unread_id = f"{self.account}:{name}:{self.met.number('', name)}"
        self.unread.append(Unread(unread_id, reason, raw, at))


def _reference(row: BankRow) -> str:
    """Give the bank's own name of a row; empty where there is none."""
    bare = re.sub(r"[\W_]", "", row.reference)
    return "" if _NO_REFERENCE.fullmatch(bare) else row.reference


def _found(account: str, source_id: str, row: BankRow, record: Record) -> Found:
    """Make a transaction of one leg."""
    code = row.currency
    return Found(
        f"{STREAM}:{account}:{source_id}",
        source_id,
        row.occurred_at,
        (Leg(source_id, code, row.amount, Role.PRINCIPAL, code, row.kind),),
        exact_json.spell([record]),
        {"account": account},
    )


def account_of(transaction_id: str, source_id: str) -> str:
    """Give the account that a transaction was found in."""
    return transaction_id.removeprefix(f"{STREAM}:").removesuffix(f":{source_id}")


def balances_after(raw: str, understand: Understand) -> dict[str, Decimal]:
    """Give the balance that a transaction's record (JSON) led to, if it is booked and tells one."""
    told = {}
    for record in json.loads(raw or "[]"):
        with suppress(ValueError, SourceGarbage):
            row = understand(record)
            if row.lane is Lane.BOOKED and row.after is not None:
                told[row.currency] = row.after
    return told


def day_of(*texts: object) -> date:
    """Read the first date that is given. Raises ValueError."""
    for text in texts:
        if isinstance(text, str) and text.strip():
            return date.fromisoformat(text.strip()[:10])
    raise ValueError("a row without a date")


def strings(value: object) -> list[str]:
    """Give the texts that are anywhere inside a value, in order."""
    if isinstance(value, dict):
        return [text for name in sorted(value) for text in strings(value[name])]
    if isinstance(value, list):
        return [text for each in value for text in strings(each)]
    return [] if value is None else [str(value)]
