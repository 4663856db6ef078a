"""Reading a wallet from an explorer, page by page.

A page probes some addresses (one call each), or reads one page of one address that has changed.
The height of the chain is frozen when a reading begins, so that all its pages call the same
transactions final.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tidemark.connector_kit.esplora import FULL_PAGE, Esplora
from tidemark.connector_kit.seen import Bookmark, Branches, judge
from tidemark.connector_kit.survey import Survey, Walk
from tidemark.connector_kit.utxo import (
    Coin,
    Net,
    Row,
    found_of,
    net_of,
    scripts_of,
    unread_of,
)
from tidemark.connector_kit.wallet import Wallet
from tidemark.domain.moments import to_seconds
from tidemark.domain.pages import Page, Unread, Window
from tidemark.domain.transactions import Found
from tidemark.errors import RateLimited

_PROBES = 20
_SHORT = "The explorer counts transactions that it does not list, at {} of the addresses."


@dataclass
class _Batch:
    """What one page of one address brings. ``since`` is None where only changes are read."""

    coin: Coin
    tip: int
    until: datetime
    since: datetime | None
    transactions: list[Found] = field(default_factory=list)
    pending: list[Found] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    read: int = 0

    def is_final(self, row: Row) -> bool:
        """Tell whether a transaction has confirmations enough."""
        return self.coin.is_final(row, self.tip)

    def settles(self, row: Row) -> bool:
        """Tell whether a transaction is final, and of the time that is read."""
        return self.is_final(row) and row.at is not None and row.at < self.until

    def add(self, row: Row, net: Net | str) -> None:
        """Put a transaction where it belongs, if it belongs anywhere."""
        if isinstance(net, str):
            self.unread.append(unread_of(row, net))
            return
        found = found_of(row, net, self.coin, otherwise=self.until)
        if not self.is_final(row):
            self.pending.append(found)
        elif self.settles(row) and (self.since is None or found.occurred_at >= self.since):
            self.transactions.append(found)

    def page(self, cursor: str | None, mark: Bookmark | None = None, short: int = 0) -> Page:
        """Make it a page; the last one has a bookmark."""
        return Page(
            self.transactions,
            cursor,
            unread=self.unread,
            pending=self.pending,
            read=self.read,
            bookmark=mark.dump() if mark else None,
            incomplete=_SHORT.format(short) if short else None,
        )


@dataclass(frozen=True)
class WalletReader:
    """Reads one wallet of one coin.

    All that a page needs is in its cursor; the survey of the last one is at hand only so that it
    need not be read from there.
    """

    wallet: Wallet
    explorer: Esplora
    coin: Coin
    _told_to_wait: list[RateLimited] = field(default_factory=list)
    _at_hand: dict[str, Survey] = field(default_factory=dict)

    def page(self, window: Window, cursor: str | None, bookmark: str | None) -> Page:
        """Read one page (see ``tidemark.domain.ports.Source.page``).

        Where the bookmark serves, changed addresses are read down to what it knows; where it does
        not, all are read whole.
        """
        if self._told_to_wait:
            raise self._told_to_wait.pop()
        known = self._serving(window, bookmark)
        survey = self._resumed(cursor) if cursor else self._begun(known)
        batch = _Batch(self.coin, survey.tip, window.until, None if known else window.since)
        if self.wallet.unprobed(survey):
            self._probe_some(survey, known, begun=not cursor)
        elif walk := survey.next_walk():
            self._walk(survey, walk, batch)
        if self.wallet.unprobed(survey) or survey.next_walk():
            place = survey.dump()
            self._at_hand[place] = survey
            return batch.page(place)
        since = known.since if known else _seconds(window.since)
        facts = (since, survey.latest, survey.balance, survey.kept())
        return batch.page(None, Bookmark(self.wallet.name, *facts), survey.short)

    def balance(self, bookmark: str | None) -> int | None:
        """Give what the final transactions leave, in units; None when a block came in between.

        A bookmark holds it as of its reading. Without one every address is asked, and each used
        one for its newest transactions.
        """
        mark = Bookmark.load(bookmark) if bookmark else None
        if mark and mark.wallet == self.wallet.name:
            return mark.balance
        survey = self._begun(None)
        while self.wallet.unprobed(survey):
            self._probe(survey, None)
        for ref, seen in survey.used():
            if seen.todo:
                self._weigh(survey, self.wallet.place(ref).address)
        return survey.balance

    def _resumed(self, cursor: str) -> Survey:
        """Go on from a cursor; a page that fails spoils the survey at hand, so it is taken away."""
        at_hand = self._at_hand.pop(cursor, None)
        self._at_hand.clear()
        return at_hand or Survey.load(cursor)

    def _serving(self, window: Window, bookmark: str | None) -> Bookmark | None:
        """Give what the last reading left, if it serves for this window."""
        mark = Bookmark.load(bookmark) if bookmark else None
        return mark if mark and mark.serves(self.wallet.name, _seconds(window.since)) else None

    def _begun(self, known: Bookmark | None) -> Survey:
        """Begin a reading. Script types that the last one found unused are left out again."""
        entries: Sequence[object] = known.branches if known else self.wallet.branches
        branches: Branches = [None if each is None else [] for each in entries]
        return Survey(self.explorer.tip(), branches, latest=known.latest if known else 0)

    def _probe_some(self, survey: Survey, known: Bookmark | None, *, begun: bool) -> None:
        """Probe the next addresses.

        If the explorer asks to wait, what it told before is kept, and the wait comes before the
        next page; a reading that has just ``begun`` has been told how long the chain is.
        """
        for done in range(_PROBES):
            try:
                self._probe(survey, known)
            except RateLimited as error:
                if not done and not begun:
                    raise
                self._told_to_wait.append(error)
                return
            if not self.wallet.unprobed(survey):
                return

    def _probe(self, survey: Survey, known: Bookmark | None) -> None:
        """Probe the next address; one that is derived and listed counts once."""
        ref = self.wallet.unprobed(survey)
        if ref is None:
            return
        if self.wallet.is_repeated(survey, ref):
            survey.note(ref.branch, None, 0)
        else:
            stats = self.explorer.stats(self.wallet.place(ref).address)
            seen = judge(stats.confirmed, stats.unconfirmed, known.known(ref) if known else None)
            survey.note(ref.branch, seen, stats.units)
        if not self.wallet.unprobed(survey):
            self.wallet.drop_unused_types(survey)

    def _walk(self, survey: Survey, walk: Walk, batch: _Batch) -> None:
        """Read one page of the address whose turn it is."""
        rows = self.explorer.rows(self.wallet.place(walk.ref).address, walk.last)
        survey.walk, batch.read = walk, len(rows)
        for row in rows:
            if row.height is not None and survey.meets_known(row.txid):
                survey.end_walk(at_known=True)
                return
            self._take(row, survey, walk, batch)
        confirmed = sum(row.height is not None for row in rows)
        if survey.ends_with(confirmed, FULL_PAGE):
            survey.end_walk(at_known=False)

    def _take(self, row: Row, survey: Survey, walk: Walk, batch: _Batch) -> None:
        """Take one transaction in; of its addresses, the first in turn names it."""
        own = self.wallet.own(survey)
        net = net_of(row.record, own)
        touched = [own[script] for script in scripts_of(row.record) if script in own]
        if survey.first_in_turn(touched) in {None, walk.ref}:
            batch.add(row, net)
        if row.height is None:
            return
        gained = net.gained if isinstance(net, Net) else None
        settled = gained is not None and batch.settles(row)
        survey.meet(row.txid, row.height, settled=settled)
        if settled:
            survey.latest = max(survey.latest, _seconds(row.at) or 0)
        elif not batch.is_final(row):
            survey.unsettle(row.txid, row.height, gained)

    def _weigh(self, survey: Survey, address: str) -> None:
        """Note which of an address's newest transactions are not final."""
        own = self.wallet.own(survey)
        confirmed = [row for row in self.explorer.rows(address, "") if row.height is not None]
        for row in confirmed:
            if self.coin.is_final(row, survey.tip):
                return
            net = net_of(row.record, own)
            survey.unsettle(row.txid, row.height or 0, net.gained if isinstance(net, Net) else None)
        survey.exact = survey.exact and len(confirmed) < FULL_PAGE


def _seconds(moment: datetime | None) -> int | None:
    """Give the whole seconds since 1970."""
    return None if moment is None else int(to_seconds(moment))
