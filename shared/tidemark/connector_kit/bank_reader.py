"""Reads a customer's accounts at any aggregator, page by page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from tidemark.connector_kit.bank_rows import BankPage, Lane, Understand
from tidemark.connector_kit.bank_walk import (
    AccountsWalk,
    Days,
    midnight,
    read_bookmark,
    spell_bookmark,
)
from tidemark.domain.pages import Page, Window
from tidemark.errors import SourceError, SourceGarbage

_CUT = "The bank gives nothing before {} of an account: import a file for what is older."
_NO_DAYS = "The bank gives no transactions, however few days are asked for."


class TooFarBack(SourceError):
    """The bank does not give transactions from so long ago."""

    code = "source_garbage"


class Fetched(NamedTuple):
    """Records of one account as they came, and the bank's key for the next page.

    ``pending`` are those that the bank lists apart as not booked yet. Before ``begins`` the
    aggregator gives none at all, where it says so.
    """

    records: Sequence[object]
    key: str | None = None
    pending: Sequence[object] = ()
    begins: date | None = None


type Fetch = Callable[[str, Days, str | None], Fetched]
"""Fetches one page: of which account, which days, and the key of a further page.

Raises:
    TooFarBack: fewer days may be asked for.
    SourceError: nothing was fetched.
"""


@dataclass(frozen=True)
class BankReader:
    """Reads accounts, named by what stays the same from consent to consent."""

    accounts: Sequence[str]
    fetch: Fetch
    understand: Understand
    now: datetime

    def page(self, window: Window, cursor: str | None, bookmark: str | None) -> Page:
        """Read one page (see ``tidemark.domain.ports.Source.page``)."""
        walk = AccountsWalk.resume(cursor, self.accounts)
        wanted = walk.days or walk.wanted(window, self.now, read_bookmark(bookmark))
        days, fetched = self._fetched(walk, wanted)
        walk, warnings = replace(walk, days=days), []
        if days is not wanted and days.since is not None:
            walk = walk.limited(days.since)
            warnings.append(_CUT.format(days.since))
        page = BankPage(walk.account, self.understand, walk.met)
        page.take(fetched.records)
        page.take(fetched.pending, Lane.PENDING)
        walk = replace(walk, start=walk.start.met(page))
        cut_at = walk.start.cut_at(days, fetched.begins) if fetched.key is None else None
        if cut_at is not None:
            walk = walk.limited(cut_at)
            warnings.append(_CUT.format(cut_at))
        return self._page(walk, page, fetched, warnings)

    def _fetched(self, walk: AccountsWalk, days: Days) -> tuple[Days, Fetched]:
        """Fetch a page; of fewer days, where the bank does not go back so far."""
        try:
            return days, self.fetch(walk.account, days, walk.key)
        except TooFarBack:
            fewer = None if walk.key else days.shorter(self.now.date())
        if fewer is None:
            raise SourceGarbage(_NO_DAYS)
        return self._fetched(walk, fewer)

    def _page(
        self, walk: AccountsWalk, page: BankPage, fetched: Fetched, warnings: Sequence[str]
    ) -> Page:
        """Make the page, and at the end the bookmark."""
        after = walk.after(page, fetched.key)
        pending = [each for name, each in page.pending.items() if name not in page.booked]
        times = [row.occurred_at for row in page.rows]
        return Page(
            list(page.booked.values()),
            after.spell() if after else None,
            page.unread,
            pending,
            read=len(fetched.records) + len(fetched.pending),
            reached=min(times, default=None) if walk.is_last else None,
            bookmark=None if after else spell_bookmark(self.accounts),
            history_from=midnight(walk.since) if walk.since and not after else None,
            warnings=warnings,
        )
