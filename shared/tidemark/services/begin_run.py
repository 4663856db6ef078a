"""Beginning a run: which time it reads, and which streams."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from tidemark.domain.coverage import StreamCoverage
from tidemark.domain.integrations import DeletedPolicy, Integration, IntegrationKind
from tidemark.domain.pages import Window
from tidemark.domain.ports import ConnectorFacts, Ledger, Parked
from tidemark.domain.sorting import Rules
from tidemark.domain.syncs import Mode, Run, StreamProgress
from tidemark.domain.transactions import Origin, State
from tidemark.domain.windows import covered, for_source, incremental_since, within_lookback
from tidemark.services.walk_transactions import span


@dataclass(frozen=True)
class Beginning:
    """What decides how a run begins."""

    integration: Integration
    facts: ConnectorFacts
    coverage: Mapping[str, StreamCoverage]
    ledger: Ledger
    parked: Parked

    def begin(self, run: Run, now: datetime) -> Run:
        """Freeze the window at ``now`` (UTC): a run claims nothing later than its own start."""
        until = now if run.requested is None else min(run.requested.until, now)
        return replace(
            run,
            started_at=now,
            window=Window(self._since(run, now), until),
            streams=tuple(StreamProgress(name) for name in self.facts.streams),
        )

    def window(self, run: Run) -> Window:
        """Give the window of a run that has begun, as the source is asked for it."""
        window = run.window
        assert window is not None, "a run that has begun has a window"  # noqa: S101 - for the reader
        return for_source(window, self.facts.group_span)

    def bookmark(self, run: Run, stream: str) -> str | None:
        """Give the stream's bookmark; a run that may take deleted ones back reads it all again.

        A bank's hides nothing: it names the accounts that are not new.
        """
        is_bank = self.integration.kind is IntegrationKind.BANK
        if self.rules(run).revive and not (is_bank and run.mode is Mode.INCREMENTAL):
            return None
        return self.coverage.get(stream, StreamCoverage()).bookmark

    def rules(self, run: Run) -> Rules:
        """Give what this run does with each kind of row."""
        again = run.mode is not Mode.INCREMENTAL
        narrowed = run.requested if run.mode is Mode.RANGE else None
        return Rules(
            start=self.integration.reads_from,
            revive=again or self.integration.deleted is DeletedPolicy.REAPPEAR,
            since=narrowed.since if narrowed else None,
            until=narrowed.until if narrowed else None,
            only=run.only,
        )

    def _since(self, run: Run, now: datetime) -> datetime | None:
        """Say from when a run reads."""
        if run.mode is Mode.RANGE and run.requested is not None:
            return run.requested.since
        start = self.integration.reads_from
        if run.mode is Mode.MISSING:
            return start
        streams = covered(self.coverage, self.facts.streams)
        last = self.ledger.last_from_source(self.integration.key, now)
        since = incremental_since(start, last, streams, self.facts.overlap)
        reached = self._reaching_back(start, since)
        lookback = self.facts.lookback
        return reached if lookback is None else within_lookback(reached, streams, now - lookback)

    def _reaching_back(self, start: datetime | None, since: datetime | None) -> datetime | None:
        """Reach back to what a window would miss: what is pending, and what is to reappear."""
        if since is None:
            return None
        times = (*self._pending(), *self._to_reappear())
        oldest = min((at for at in times if start is None or at >= start), default=since)
        if oldest >= since:
            return since
        reached = oldest - self.facts.overlap
        return reached if start is None else max(reached, start)

    def _pending(self) -> Iterator[datetime]:
        """Give the times of what was pending at the last run: it may be settled by now."""
        return (found.occurred_at for found in self.parked.pending(self.integration.key))

    def _to_reappear(self) -> Iterator[datetime]:
        """Give the times of deleted transactions where deleted ones are to reappear.

        Those at the source: their owner may have moved them to any time before.
        """
        if self.integration.deleted is not DeletedPolicy.REAPPEAR:
            return iter(())
        there = self.ledger.oldest_first(self.integration.key, span(None, None), None)
        deleted = (each for each in there if each.state is State.DELETED)
        return (each.occurred_at for each in deleted if each.origin is Origin.SOURCE)
