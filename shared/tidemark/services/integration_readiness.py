"""What one integration still lacks for the report of a tax year. No ledger is read for it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tidemark.domain import ways
from tidemark.domain.coverage import Interval, StreamCoverage, gaps
from tidemark.domain.integrations import Integration, IntegrationKey, IntegrationKind
from tidemark.domain.issues import Issue, IssueState, IssueType
from tidemark.domain.moments import parse, spell
from tidemark.domain.pages import Window
from tidemark.domain.ports import Connectors, CoverageStore, Parked, Runs
from tidemark.domain.readiness import FAILING, Blocker, BlockerCode, TaxYear, hidden_before
from tidemark.domain.syncs import Run
from tidemark.domain.windows import wanted

_WRONG = {
    IssueType.SOURCE_CHANGED: "The source now tells other amounts than those stored.",
    IssueType.BALANCE_MISMATCH: "The source's balance is not what the transactions add up to.",
    IssueType.CALCULATION_BUG: "A sum is not what its transactions add up to.",
}


class CountUnvalued(Protocol):
    """Counts transactions without a value."""

    def unvalued(self, key: IntegrationKey, window: Window) -> int:
        """Give how many of a window have no value yet."""


@dataclass(frozen=True)
class IntegrationReadiness:
    """Looks at one integration: a handful of reads, however long its history is."""

    runs: Runs
    coverage: CoverageStore
    parked: Parked
    connectors: Connectors
    valuations: CountUnvalued

    def blockers(
        self, integration: Integration, year: TaxYear, issues: Sequence[Issue]
    ) -> Iterator[Blocker]:
        """Go through the reasons; ``issues`` are the owner's."""
        own = [each for each in issues if each.integration_id == integration.id]
        yield from self._of_source(integration, year, own)
        yield from self._beside(integration, year)
        yield from _told(integration, year, own)
        window = Window(year.span.since, year.span.until)
        if count := self.valuations.unvalued(integration.key, window):
            since, until = (spell(moment) for moment in year.span)
            way = ways.listing("transactions", integration=integration.id, from_=since, to=until)
            text = f"Transactions have no value yet: {count}."
            yield Blocker(BlockerCode.UNVALUED_TRANSACTIONS, integration.id, text, way, count)

    def _of_source(
        self, integration: Integration, year: TaxYear, issues: Sequence[Issue]
    ) -> Iterator[Blocker]:
        """Look at how far its source was read, and whether it can be read."""
        start = integration.reads_from
        unasked = integration.kind is IntegrationKind.MANUAL or integration.deleting
        if unasked or (start is not None and start >= year.span.until):
            return
        run = self.runs.current(integration.key)
        if run is not None:
            yield _under_way(run)
        streams, _ = self.coverage.read(integration.key)
        yield from self._gaps(integration, streams, year)
        if (code := FAILING.get(integration.status)) is not None:
            reason = integration.status_reason or integration.status.value
            text = f"The last sync did not succeed: {reason}."
            yield Blocker(code, integration.id, text, _way_on(code, integration))
        yield from _hidden(integration, streams, issues)

    def _gaps(
        self, integration: Integration, streams: Mapping[str, StreamCoverage], year: TaxYear
    ) -> Iterator[Blocker]:
        """Look for time up to the year's end that was not read; of a running year, for holes."""
        names = self.connectors.get(integration.connector).streams
        missing = {
            name: gap
            for name in names
            if (gap := _first_gap(integration, streams.get(name, StreamCoverage()), year))
        }
        if not missing:
            return
        told = "; ".join(f"{name} from {spell(gap.since)}" for name, gap in missing.items())
        code = BlockerCode.PAUSED if integration.paused else BlockerCode.NOT_SYNCED
        way = _way_to_read(integration, streams, missing)
        text = f"Not everything up to the year's end was read: {told}."
        yield Blocker(code, integration.id, text, way, len(missing))

    def _beside(self, integration: Integration, year: TaxYear) -> Iterator[Blocker]:
        """Look for what is kept beside the ledger; what has no time counts for every year."""
        key, name = integration.key, integration.id
        rows = [row.occurred_at for row, _ in self.parked.unread(key)]
        if count := sum(at is None or year.holds(at) for at in rows):
            text = f"Rows of the source are not understood: {count}."
            way = ways.listing("issues", integration=name, type=IssueType.UNREAD_ROWS)
            yield Blocker(BlockerCode.UNREAD_ROWS, name, text, way, count)
        if count := _within(year, (each.occurred_at for each in self.parked.pending(key))):
            text = f"Transactions are not settled at the source yet: {count}."
            way = _sync(integration, "incremental")
            yield Blocker(BlockerCode.PENDING_TRANSACTIONS, name, text, way, count)
        held = [each.found.occurred_at for each in self.parked.held(key) if not each.rejected]
        if count := _within(year, held):
            text = f"Transactions for a locked period wait for your decision: {count}."
            way = ways.listing("held_transactions", integration=name)
            yield Blocker(BlockerCode.HELD_TRANSACTIONS, name, text, way, count)


def _under_way(run: Run) -> Blocker:
    """Tell of a sync that is not over, and whether it waits for its owner."""
    way, name = ways.Way("GET", f"/v1/syncs/{run.sync_id}"), run.key.integration_id
    if run.asks is not None:
        return Blocker(BlockerCode.WAITING_FOR_USER, name, "Its sync waits for you.", way)
    return Blocker(BlockerCode.SYNCING, name, "It is being synced.", way)


def _told(integration: Integration, year: TaxYear, issues: Sequence[Issue]) -> Iterator[Blocker]:
    """Look for open issues that say that something in the ledger is wrong."""
    for about, text in _WRONG.items():
        found = [each for each in issues if each.type is about and _concerns(each, year)]
        if found:
            way = ways.listing("issues", integration=integration.id, type=about, state="open")
            yield Blocker(BlockerCode(about), integration.id, text, way, len(found))


def _concerns(issue: Issue, year: TaxYear) -> bool:
    """Tell whether an issue is open, and about this year if it is about one moment."""
    at = issue.details.get("occurred_at")
    return issue.state is IssueState.OPEN and (at is None or year.holds(parse(at)))


def _hidden(
    integration: Integration, streams: Mapping[str, StreamCoverage], issues: Sequence[Issue]
) -> Iterator[Blocker]:
    """Look for history that the source does not show, unless its owner has dismissed that."""
    since = hidden_before(integration, streams)
    truncated = [each.state for each in issues if each.type is IssueType.HISTORY_TRUNCATED]
    if since is not None and IssueState.DISMISSED not in truncated:
        text = f"The source shows nothing before {spell(since)}."
        about = IssueType.HISTORY_TRUNCATED
        way = ways.listing("issues", integration=integration.id, type=about)
        yield Blocker(BlockerCode.HISTORY_TRUNCATED, integration.id, text, way)


def _first_gap(integration: Integration, stream: StreamCoverage, year: TaxYear) -> Interval | None:
    """Give the first span of a stream that is wanted and was not read."""
    until = year.span.until
    if not year.over and stream.complete_until is not None:
        until = min(until, stream.complete_until)
    missing = gaps(stream.intervals, wanted(integration, stream, until))
    return missing[0] if missing else None


def _way_to_read(
    integration: Integration, streams: Mapping[str, StreamCoverage], missing: Mapping[str, Interval]
) -> ways.Way:
    """Give the sync that closes gaps: holes need one that reads everything again."""
    ends = {name: stream.complete_until for name, stream in streams.items()}
    hole = any((end := ends.get(name)) and gap.until < end for name, gap in missing.items())
    return _sync(integration, "missing" if hole else "incremental")


def _sync(integration: Integration, mode: str) -> ways.Way:
    """Give the way to sync: first of all, to be allowed to."""
    if integration.paused:
        return ways.acting(integration.id, "resume")
    return ways.syncing(integration.id, mode)


def _way_on(code: BlockerCode, integration: Integration) -> ways.Way:
    """Give the way on from a sync that did not succeed."""
    match code:
        case BlockerCode.INVALID_CREDENTIALS:
            return ways.acting(integration.id, "credentials")
        case BlockerCode.RECONNECT_REQUIRED:
            return ways.acting(integration.id, "reconnect")
        case BlockerCode.WAITING_FOR_USER:
            return ways.listing("syncs", integration=integration.id)
        case _:
            return _sync(integration, "incremental")


def _within(year: TaxYear, moments: Iterable[datetime]) -> int:
    """Count the moments in a year."""
    return sum(year.holds(moment) for moment in moments)
