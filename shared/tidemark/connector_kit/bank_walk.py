"""The way through a customer's accounts, one after the other: a cursor, and a bookmark.

Each account is read in whole days. An account that the bookmark does not name was never read to
its end, so it is read from its beginning, whatever the others' window is.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Self

import msgspec

from tidemark.connector_kit.bank_rows import BankPage, Lane, Occurrences
from tidemark.domain.amounts import difference
from tidemark.domain.ids import digest_of
from tidemark.domain.pages import Window
from tidemark.errors import CursorExpired, SourceGarbage

LOOKBACK = timedelta(days=88)
"""So far back any bank gives transactions at any time: some refuse ninety days to the day."""

_QUIET = timedelta(days=45)
"""An account where nothing happened for so long is taken for one that was not there."""

_LADDER = (730, 365, 180, 90, 88, 60, 30, 10, 3)


@dataclass(frozen=True, slots=True)
class Days:
    """Whole days to read, both ends inclusive; None leaves an end open.

    ``longest`` asks for all that the bank has: there is no telling how far back that is.
    """

    since: date | None
    until: date | None
    longest: bool

    def shorter(self, today: date) -> "Days | None":
        """Give fewer days, for a bank that does not go back so far; None when there are none."""
        for back in _LADDER:
            since = today - timedelta(days=back)
            if self.since is None or since > self.since:
                return Days(since, self.until, longest=False)
        return None


@dataclass(frozen=True, slots=True)
class Start:
    """The oldest day that was met, and whether a row of it began from a balance of nothing."""

    day: date | None = None
    told: bool = False
    from_nothing: bool = False

    def met(self, page: BankPage) -> "Start":
        """Take in the rows of a page."""
        start = self
        for row in [row for row in page.rows if row.lane is Lane.BOOKED]:
            if start.day is None or row.day < start.day:
                start = Start(row.day)
            if row.day == start.day and row.after is not None:
                nothing = not difference(row.after, row.amount)
                start = Start(row.day, told=True, from_nothing=start.from_nothing or nothing)
        return start

    def cut_at(self, days: Days, begins: date | None) -> date | None:
        """Give the day before which there must be more than the bank gave, if there is one.

        ``begins`` is where the aggregator's memory does, if it says so: rows up to there go on
        before it.
        """
        if self.day is None or self.from_nothing:
            return None
        if self.told and days.since is None:
            return self.day
        if begins is None or (days.since is not None and days.since >= begins):
            return None
        return begins if self.day < begins + _QUIET else None


@dataclass(frozen=True)
class AccountsWalk:
    """A place in the walk: which account, which page of it, and what was met so far.

    ``key`` is the bank's own for the next page, ``keys`` stand for all that were met. ``since`` is
    from when on everything was given, where that is not all that was wanted.
    """

    accounts: tuple[str, ...]
    place: int = 0
    days: Days | None = None
    key: str | None = None
    keys: tuple[str, ...] = ()
    met: Occurrences = field(default_factory=Occurrences)
    start: Start = field(default_factory=Start)
    since: date | None = None

    @classmethod
    def resume(cls, cursor: str | None, accounts: Sequence[str]) -> Self:
        """Begin, or go on where a cursor says. Raises CursorExpired: there are other accounts."""
        ordered = tuple(sorted(accounts))
        if cursor is None:
            return cls(ordered)
        with suppress(ValueError, TypeError):
            of, place, days, key, keys, met, start, since = msgspec.json.decode(cursor)
            if of == _name(ordered) and place < len(ordered):
                known = Start(_day(start[0]), *start[1:])
                wanted = Days(_day(days[0]), _day(days[1]), days[2]) if days else None
                facts = tuple(keys), Occurrences(met), known, _day(since)
                return cls(ordered, place, wanted, key, *facts)
        raise CursorExpired("The accounts are not those that were being read.")

    def spell(self) -> str:
        """Spell the cursor of this place."""
        days, start = self.days, self.start
        told = [
            _name(self.accounts),
            self.place,
            [days.since, days.until, days.longest] if days else None,
            self.key,
            self.keys,
            self.met.days,
            [start.day, start.told, start.from_nothing],
            self.since,
        ]
        return msgspec.json.encode(told).decode()

    @property
    def is_last(self) -> bool:
        """Tell whether no account comes after this one."""
        return self.place + 1 == len(self.accounts)

    @property
    def account(self) -> str:
        """Name the account whose turn it is."""
        return self.accounts[self.place]

    def wanted(self, window: Window, now: datetime, read: frozenset[str] | None) -> Days:
        """Say which days of this account to read.

        ``read`` are the accounts that were read to their end before, None where that is not known
        or does not count.
        """
        known = read is None or self.account in read
        since = window.since.date() if window.since and known else None
        far = since is None or since < (now - LOOKBACK).date()
        until = window.until.date() if window.until.date() < now.date() else None
        whole = since is None or (far and read is None)
        return Days(since, until, longest=whole)

    def limited(self, since: date) -> Self:
        """Note that nothing was given before a day."""
        return replace(self, since=since if self.since is None else max(self.since, since))

    def after(self, page: BankPage, key: str | None) -> "AccountsWalk | None":
        """Give the next place: the next page, the next account, or None at the end.

        Raises:
            SourceGarbage: the pages come round again; they would never end.
        """
        if key is not None:
            name, met = digest_of(key), Occurrences(self.met.near(page.edge))
            if name in self.keys:
                raise SourceGarbage("The source's pages repeat.")
            return replace(self, key=key, keys=(*self.keys, name), met=met)
        if self.is_last:
            return None
        return AccountsWalk(self.accounts, self.place + 1, since=self.since)


def spell_bookmark(accounts: Sequence[str]) -> str:
    """Write down which accounts were read to their end."""
    return msgspec.json.encode(sorted(accounts)).decode()


def read_bookmark(bookmark: str | None) -> frozenset[str] | None:
    """Read which accounts were read to their end before; None where nothing is known."""
    if bookmark is None:
        return None
    with suppress(ValueError, TypeError):
        return frozenset(msgspec.json.decode(bookmark, type=list[str]))
    return frozenset()


def midnight(day: date) -> datetime:
    """Give the beginning of a day (UTC)."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _name(accounts: Sequence[str]) -> str:
    """Give a short text that stands for the accounts."""
    return digest_of("\n".join(accounts))


def _day(text: str | None) -> date | None:
    """Read a day."""
    return None if text is None else date.fromisoformat(text)
