"""What keeps the report of a tax year from being ready."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tidemark.domain.accounts import start_of_day
from tidemark.domain.coverage import Interval, StreamCoverage
from tidemark.domain.integrations import Integration, Status
from tidemark.domain.local_times import zone_named
from tidemark.domain.moments import latest
from tidemark.domain.ways import Way


class BlockerCode(StrEnum):
    """Why a report is not ready."""

    YEAR_NOT_OVER = "year_not_over"
    NOTHING_CONNECTED = "nothing_connected"
    NOT_SYNCED = "not_synced"
    SYNCING = "syncing"
    PAUSED = "paused"
    FAILING = "failing"
    INVALID_CREDENTIALS = "invalid_credentials"
    RECONNECT_REQUIRED = "reconnect_required"
    WAITING_FOR_USER = "waiting_for_user"
    RATE_LIMITED = "rate_limited"
    HISTORY_TRUNCATED = "history_truncated"
    UNREAD_ROWS = "unread_rows"
    PENDING_TRANSACTIONS = "pending_transactions"
    HELD_TRANSACTIONS = "held_transactions"
    SOURCE_CHANGED = "source_changed"
    BALANCE_MISMATCH = "balance_mismatch"
    CALCULATION_BUG = "calculation_bug"
    POSSIBLE_DUPLICATES = "possible_duplicates"
    UNFINISHED_IMPORT = "unfinished_import"
    UNVALUED_TRANSACTIONS = "unvalued_transactions"


FAILING: Mapping[Status, BlockerCode] = {
    Status.ERROR: BlockerCode.FAILING,
    Status.INVALID_CREDENTIALS: BlockerCode.INVALID_CREDENTIALS,
    Status.RECONNECT_REQUIRED: BlockerCode.RECONNECT_REQUIRED,
    Status.WAITING_FOR_USER: BlockerCode.WAITING_FOR_USER,
    Status.RATE_LIMITED: BlockerCode.RATE_LIMITED,
}
"""What a status means for a report; all others are no reason by themselves."""


@dataclass(frozen=True, slots=True)
class Blocker:
    """One reason, the integration it is about (None: the owner's whole), and the way out of it.

    ``count`` is how many things it is about, where they can be counted.
    """

    code: BlockerCode
    integration_id: str | None
    message: str
    way: Way
    count: int | None = None


@dataclass(frozen=True, slots=True)
class TaxYear:
    """A calendar year as the owner's clock shows it; ``over`` tells whether it has ended."""

    number: int
    span: Interval
    over: bool

    def holds(self, moment: datetime) -> bool:
        """Tell whether a moment (UTC) lies in it."""
        return self.span.since <= moment < self.span.until


def tax_year(number: int, zone: str, now: datetime) -> TaxYear:
    """Give a year in a zone (IANA), as of now (UTC)."""
    since, until = (
        start_of_day(date(each, 1, 1), zone_named(zone)) for each in (number, number + 1)
    )
    return TaxYear(number, Interval(since, until), over=now >= until)


def shown_from(integration: Integration, streams: Mapping[str, StreamCoverage]) -> datetime | None:
    """Give from when on key and source show everything (None: neither has a limit)."""
    limits = (each.unavailable_before for each in streams.values())
    return latest(integration.history_from, *limits)


def hidden_before(
    integration: Integration, streams: Mapping[str, StreamCoverage]
) -> datetime | None:
    """Give from when on all is shown, if something before that is wanted, too (None: it is not)."""
    limit, start = shown_from(integration, streams), integration.reads_from
    if limit is None or (start is not None and start >= limit):
        return None
    return limit
