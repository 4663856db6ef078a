"""Where the balances that banks tell of several accounts part from the calculated one.

What is known of each row at no cost (excluded, edited, an owner's own) is told apart from what is
missing, which only the told balances show. The day where both together begin to differ is searched
for by halves; within it, all ways to order its rows are gone through. If more than one row may be
the first, none is named, but the moment of the first of them.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

from tidemark.domain import amounts
from tidemark.domain.account_days import AccountDays, After, day_of
from tidemark.domain.timelines import Entry


class Break(NamedTuple):
    """Where the balances part: at the first of ``rows`` that may be it, exactly if it is alone.

    ``front`` is the row before, where it is known.
    """

    rows: tuple[Entry, ...]
    front: Entry | None = None

    @property
    def at(self) -> datetime:
        """Give the first moment that it may be."""
        return min(row.at for row in self.rows)


class AccountTimelines:
    """The transactions of one asset in several accounts; those without one are the owner's."""

    def __init__(self, accounts: Mapping[str | None, Sequence[Entry]], after: After) -> None:
        """Find out which accounts tell balances.

        An owner's own transactions may stand for what an account that tells nothing lacks: beside
        such a one they are not judged.
        """
        named = {each: rows for each, rows in accounts.items() if each is not None}
        every = [AccountDays(named[each], after) for each in sorted(named)]
        self._telling = [each for each in every if each.tells]
        judged = accounts if len(self._telling) == len(every) else named
        rows = [row for each in judged.values() for row in each]
        self._changed: dict[date, list[Entry]] = {}
        for row in sorted(rows, key=day_of):
            self._changed.setdefault(day_of(row), []).extend([row] if _by(row) else [])
        self._days = list(self._changed)
        sums = (amounts.total(map(_by, each)) for each in self._changed.values())
        self._by = list(accumulate(sums, lambda one, other: amounts.total([one, other])))

    def parting(self) -> Break | None:
        """Find where the balances part; None where no account tells, or none that tells differs.

        Raises:
            LookupError: balances are told too seldom.
        """
        if not self._telling:
            return None
        bad = len(self._days) - 1
        if not self._differs(bad):
            return self._behind_the_last()
        fine = -1
        while bad - fine > 1:
            middle = (fine + bad) // 2
            if self._differs(middle):
                bad = middle
            else:
                fine = middle
        return self._within(fine, bad)

    def _differs(self, place: int) -> bool:
        """Tell whether the balances differ at the end of a day."""
        day = self._days[place]
        lacking = [each.lacking(each.sure(day)) for each in self._telling]
        return amounts.total(lacking) != self._by[place]

    def _within(self, fine: int, bad: int) -> Break:
        """Find the row between the ends of two days."""
        day = self._days[bad]
        found = [Break((row,)) for row in self._changed[day]]
        for account in self._telling:
            before = account.sure(self._days[fine]) if fine >= 0 else -1
            if account.lacking(before) != account.lacking(account.sure(day)):
                hole = _hole(account, before, day)
                found.append(hole or Break(tuple(account.rows(before + 1, day))))
        return _one_of(found)

    def _behind_the_last(self) -> Break | None:
        """Look at the last days, which may not say where they end."""
        day = self._days[-1]
        found = [_hole(account, account.sure(day), day) for account in self._telling]
        torn = [each for each in found if each is not None]
        return _one_of(torn) if torn else None


def _hole(account: AccountDays, fine: int, until: date) -> Break | None:
    """Find the row behind what is missing in an account; None if nothing needs to be."""
    rows = account.rows(max(fine, 0), until)
    found = account.holes(fine, until)
    if found is None or not (found[0] or found[1]):
        return Break(tuple(account.rows(fine + 1, until)) or tuple(rows))
    places, whole = found
    if whole:
        return None
    behind = {hole.behind for hole in places}
    fronts = {hole.front for hole in places}
    front = fronts.pop() if len(fronts) == 1 else None
    return Break(
        tuple(rows[place] for place in sorted(behind)), None if front is None else rows[front]
    )


def _one_of(found: Sequence[Break]) -> Break:
    """Give the only one, or say that it may be any of them."""
    if len(found) == 1:
        return found[0]
    return Break(tuple(row for each in found for row in each.rows))


def _by(entry: Entry) -> Decimal:
    """Give by how much more of a row counts than its source told."""
    return amounts.difference(entry.moved, entry.amount)
