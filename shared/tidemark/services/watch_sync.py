"""Watching a sync: how much of an open-ended history it has walked."""

from datetime import datetime

from tidemark.domain.moments import EARLIEST
from tidemark.domain.pages import Window
from tidemark.domain.ports import Ledger
from tidemark.domain.syncs import Sync


def first_moment(sync: Sync, ledger: Ledger) -> datetime:
    """Give where a running sync's history begins, for its progress to be measured against.

    That is its window's own beginning, else the first transaction that an earlier sync brought,
    else the beginning of all there is.
    """
    window = sync.window
    if window is None or window.since is not None or sync.status.final:
        return EARLIEST
    first = next(ledger.oldest_first(sync.key, Window(None, window.until), None), None)
    return EARLIEST if first is None or first.import_id == sync.id else first.facts.occurred_at
