"""A source that goes on living: it gets rows, late ones too, revises some, settles others."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from tests.fakes.source import FakeSource, Row
from tidemark.domain.legs import Leg
from tidemark.domain.pages import Page, Unread, Window
from tidemark.domain.reading import merge
from tidemark.domain.transactions import Found
from tidemark.domain.windows import for_source
from tidemark.errors import CursorExpired

SPREAD = timedelta(seconds=2)
"""How far apart the legs of one event are at most."""


@dataclass
class LivingSource(FakeSource):
    """A source that changes while it is read; its cursor names the last row that was given.

    ``turn`` counts its changes, ``turned`` says with which one an event changed last. ``shown``
    are all legs that it ever had. ``pending`` are rows that it has not settled.
    """

    turn: int = 0
    turned: dict[str, int] = field(default_factory=dict)
    shown: dict[str, set[Leg]] = field(default_factory=dict)
    pending: dict[str, Row] = field(default_factory=dict)
    forgetful: bool = False
    lost: int = 0

    def put(self, *rows: Row) -> None:
        """Get rows, or other ones in place of those with the same ids."""
        ids = {row.id for row in rows}
        self.rows = [*(row for row in self.rows if row.id not in ids), *rows]
        for row in rows:
            self.shown.setdefault(row.found().id, set()).update(row.found().legs)
            self._turn(row)

    def announce(self, row: Row) -> None:
        """Have a row that is not settled."""
        self.pending[row.id] = row
        self._turn(row)

    def settle(self, row_id: str) -> None:
        """Settle it."""
        self.put(self.pending.pop(row_id))

    def _turn(self, row: Row) -> None:
        """Note that an event has changed."""
        self.turn += 1
        self.turned[row.found().id] = self.turn

    def page(self, stream: str, window: Window, cursor: str | None, bookmark: str | None) -> Page:
        """Read one page: what comes after the row that the cursor names."""
        self._ask(f"page {stream} {cursor}")
        self._lose(cursor)
        rows = [row for row in self._window(window) if cursor is None or _spot(row) < cursor]
        part, more = rows[: self.page_size], len(rows) > self.page_size
        return Page(
            transactions=list(joined(part).values()),
            cursor=_spot(part[-1]) if more else None,
            unread=[
                Unread(row.id, "unknown type", f'{{"id":"{row.id}"}}', row.at)
                for row in part
                if not row.readable
            ],
            open_ids=self._open(part) if more else frozenset(),
            read=len(part),
            reached=part[-1].at if part else None,
            pending=() if more else [row.found() for row in self.pending_in(window)],
        )

    def pending_in(self, window: Window) -> list[Row]:
        """Give what is not settled in a window."""
        return list(within(self.pending.values(), window))

    def visible(self, window: Window) -> list[Row]:
        """Give what a run of some window is shown."""
        return self._window(for_source(window, self.group_span))

    def _window(self, window: Window) -> list[Row]:
        """Give the rows of whole events, newest first: what begins before the window is left out.

        As a connector does, it looks a little further back to see where an event begins.
        """
        if window.since is None:
            return super()._window(window)
        earliest = window.since - self.group_span
        rows = super()._window(Window(earliest - self.group_span, window.until))
        early = {row.group for row in rows if row.at < earliest}
        return [row for row in rows if row.group not in early]

    def cuts(self, window: Window, cursor: str) -> bool:
        """Tell whether a cursor stands between two rows of one event."""
        rows = self.visible(window)
        above = {row.group for row in rows if _spot(row) >= cursor}
        return any(row.group in above for row in rows if _spot(row) < cursor)

    def _lose(self, cursor: str | None) -> None:
        """Once, after being told so, do not know a cursor any more."""
        if self.forgetful and cursor is not None:
            self.forgetful = False
            self.lost += 1
            raise CursorExpired("the page is gone")


def within(rows: Iterable[Row], window: Window) -> Iterator[Row]:
    """Go through the rows of a window as the source understands it: both ends inclusive."""
    since = window.since
    return (row for row in rows if row.at <= window.until and (since is None or row.at >= since))


def joined(rows: Sequence[Row]) -> dict[str, Found]:
    """Give the transactions that readable rows tell, by id."""
    whole: dict[str, Found] = {}
    for row in rows:
        if row.readable:
            part = row.found()
            whole[part.id] = merge(whole[part.id], part) if part.id in whole else part
    return whole


def event(name: str, at: datetime, legs: Sequence[tuple[str, Decimal]], from_leg: int) -> list[Row]:
    """Make the rows of an event, each a second after the other, beginning with one of the legs."""
    return [
        Row(f"{name}-{n}", name, at + timedelta(seconds=n % 3), asset, amount)
        for n, (asset, amount) in enumerate(legs, from_leg)
    ]


def revised(row: Row) -> Row:
    """Give a row with another amount."""
    return replace(row, amount=row.amount + 1)


def _spot(row: Row) -> str:
    """Spell a place in the order of the rows."""
    return f"{row.at.isoformat(timespec='microseconds')}|{row.id}"
