"""One page of a ledger that is walked by offset, newest first."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from tidemark.connector_kit import grouping
from tidemark.connector_kit.ledger_rows import LedgerRows
from tidemark.connector_kit.paging import OffsetWalk
from tidemark.connector_kit.running_balance import RunningBalance
from tidemark.domain.pages import Page


def ledger_page(
    reader: LedgerRows,
    walk: OffsetWalk,
    rows: Mapping[str, object],
    *,
    earliest: datetime | None,
    span: timedelta,
) -> Page:
    """Read the rows of a page, put them together, and check the running balances.

    Rows of one event are no further apart than ``span``, as a rule. Events that begin before
    ``earliest`` are left out. The notes of the walk are the running balances'.
    """
    balances = RunningBalance(walk.notes)
    entries, unread = reader.read(balances, rows)
    edge = min([entry.at for entry in entries], default=None)
    after = walk.after(len(rows))
    warnings = balances.settle(edge if after else None, span)
    return Page(
        grouping.group(entries, reader, earliest),
        after.noted(balances.notes()).spell() if after else None,
        unread,
        open_ids=grouping.may_go_on(entries, reader, edge, span) if after else frozenset(),
        read=len(rows),
        reached=edge,
        incomplete=None if after else walk.gap(len(rows)),
        warnings=warnings,
    )
