"""A source in memory, newest first, with everything that goes wrong at real ones."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from types import TracebackType
from typing import Self

from tidemark.domain.consents import Answer, Granted, Link, Present, Quota
from tidemark.domain.integrations import IntegrationKind
from tidemark.domain.legs import Kind, Leg, Role, net
from tidemark.domain.pages import KeyRights, Page, RateBudget, Scope, Unread, Window
from tidemark.domain.reading import merge
from tidemark.domain.transactions import Found
from tidemark.errors import NotFound


@dataclass(frozen=True)
class Row:
    """One record of the source: a leg of the event ``group``."""

    id: str
    group: str
    at: datetime
    asset: str
    amount: Decimal
    kind: Kind = Kind.TRADE
    readable: bool = True

    def found(self) -> Found:
        """Give the part of a transaction that this record tells."""
        leg = Leg(self.id, self.asset, self.amount, Role.PRINCIPAL, self.asset, self.kind)
        return Found(f"ledger:{self.group}", self.group, self.at, (leg,), f'["{self.id}"]')


@dataclass
class FakeSource:
    """A connector and its source in one. ``trouble`` is asked before each call and may raise.

    ``calls`` lists what was asked for. ``open_span`` is how far apart legs of one event may be.
    """

    rows: list[Row] = field(default_factory=list)
    page_size: int = 3
    trouble: Callable[[str], None] = lambda _call: None
    calls: list[str] = field(default_factory=list)
    streams: tuple[str, ...] = ("ledger",)
    told_balances: dict[str, Decimal] | None = None
    open_span: timedelta = timedelta(seconds=2)

    name = "fake"
    title = "Fake"
    kind = IntegrationKind.EXCHANGE
    scope = Scope(reads=("everything",))
    overlap = timedelta(hours=24)
    lookback: timedelta | None = None
    group_span = timedelta(seconds=5)
    concurrency = 1
    budget: RateBudget | None = None
    needed_rights: tuple[str, ...] = ()
    forbidden_rights: tuple[str, ...] = ()
    nonce = 0
    by_consent = False

    def names(self) -> list[str]:
        """Be the only connector."""
        return [self.name]

    def get(self, name: str) -> Self:
        """Be found by name."""
        if name != self.name:
            raise NotFound
        return self

    def credentials_schema(self) -> dict[str, object]:
        """Ask for nothing."""
        return {"type": "object"}

    def check(self, credentials: Mapping[str, str]) -> dict[str, str]:
        """Take anything."""
        return dict(credentials)

    def balances_after(self, raw: str) -> dict[str, Decimal]:
        """Tell none."""
        return {}

    def account_of(self, transaction_id: str, source_id: str) -> str | None:
        """Have one account."""
        return None

    def identity(self, credentials: Mapping[str, str]) -> str:
        """Tell accounts apart by all they have."""
        return repr(sorted(credentials.items()))

    def open(
        self,
        credentials: Mapping[str, str],
        *,
        nonce: int = 0,
        present: Present | None = None,
        quota: Quota | None = None,
    ) -> Self:
        """Open at once."""
        return self

    def consent_until(self) -> datetime | None:
        """Need no consent."""
        return None

    def answer(self, answer: Answer) -> None:
        """Ask for nothing."""

    def link(self, state: str, return_to: str) -> Link:
        """Have no page for it."""
        raise NotImplementedError

    def grant(self, code: str, keep: Mapping[str, str]) -> Granted:
        """Have nothing to grant."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        return None

    def page(
        self,
        stream: str,
        window: Window,
        cursor: str | None,
        bookmark: str | None,
    ) -> Page:
        """Read one page; the cursor is the offset."""
        self._ask(f"page {stream} {cursor}")
        offset = int(cursor or 0)
        rows = self._window(window)
        part = rows[offset : offset + self.page_size]
        after = offset + self.page_size
        more = after < len(rows)
        found = _grouped(row.found() for row in part if row.readable)
        return Page(
            transactions=found,
            cursor=str(after) if more else None,
            unread=[_unread(row) for row in part if not row.readable],
            open_ids=self._open(part) if more else frozenset(),
            read=len(part),
            reached=part[-1].at if part else None,
        )

    def enrich(self, new: Sequence[Found]) -> Sequence[Found]:
        """Add where it came from."""
        self._ask("enrich")
        return [replace(each, details={"seen": "yes"}) for each in new]

    def balances(self, bookmarks: Mapping[str, str]) -> dict[str, Decimal] | None:
        """Give what was told to say, or the sum of all there is."""
        self._ask("balances")
        if self.told_balances is not None:
            return self.told_balances
        return net(leg for row in self.rows for leg in row.found().legs)

    def rights(self) -> KeyRights:
        """Allow reading only."""
        self._ask("rights")
        return KeyRights(read_only=True)

    def _ask(self, call: str) -> None:
        """Note a call; it may go wrong."""
        self.calls.append(call)
        self.trouble(call)

    def _window(self, window: Window) -> list[Row]:
        """Give the window's rows, newest first."""
        rows = [
            row
            for row in self.rows
            if row.at <= window.until and (window.since is None or row.at >= window.since)
        ]
        return sorted(rows, key=lambda row: (row.at, row.id), reverse=True)

    def _open(self, part: Sequence[Row]) -> frozenset[str]:
        """Give the events that may go on in the next page."""
        edge = part[-1].at + self.open_span
        return frozenset(f"ledger:{row.group}" for row in part if row.at <= edge)


def _grouped(parts: Iterable[Found]) -> list[Found]:
    """Join the legs of one page that belong together."""
    joined: dict[str, Found] = {}
    for part in parts:
        joined[part.id] = merge(joined[part.id], part) if part.id in joined else part
    return list(joined.values())


def _unread(row: Row) -> Unread:
    """Give a record that is not understood."""
    return Unread(row.id, "unknown type", f'{{"id":"{row.id}"}}', row.at)


def trades(count: int, *, start: datetime, every: timedelta = timedelta(hours=5)) -> list[Row]:
    """Make trades of two legs each, half a second apart, oldest first."""
    rows = []
    for number in range(count):
        at = start + number * every
        later = at + timedelta(milliseconds=500)
        group = f"T{number:04}"
        rows.append(Row(f"L{number:04}A", group, at, "EUR", Decimal(f"-{number + 1}.25")))
        rows.append(Row(f"L{number:04}B", group, later, "BTC", Decimal("0.001") * (number + 1)))
    return rows
