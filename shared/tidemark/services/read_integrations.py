"""How integrations are doing, in the owner's eyes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tidemark.domain.accounts import Account
from tidemark.domain.coverage import Interval, StreamCoverage, from_start, gaps
from tidemark.domain.integrations import Integration, IntegrationKind, Status
from tidemark.domain.issues import Issue, IssueState
from tidemark.domain.licences import Licences
from tidemark.domain.ports import (
    Accounts,
    Clock,
    Connectors,
    CoverageStore,
    Integrations,
    Issues,
    Parked,
    Runs,
)
from tidemark.domain.schedules import NextSync, next_sync
from tidemark.domain.syncs import Run
from tidemark.domain.windows import covered, wanted
from tidemark.services.find import (
    in_group,
    integration_of,
    keeps_transactions,
    stored_integration,
)


@dataclass(frozen=True, slots=True)
class IntegrationView:
    """An integration with what is known of it from elsewhere.

    ``complete_until`` (UTC) is up to where nothing is missing. ``unread``, ``pending`` and
    ``open_issues`` count records. ``consent_url`` is where the owner's consent is waited for.
    """

    integration: Integration
    status: Status
    next_sync: NextSync
    status_reason: str | None = None
    complete_until: datetime | None = None
    unread: int = 0
    pending: int = 0
    open_issues: int = 0
    consent_url: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time of one stream, and what is known of it: complete, missing, unavailable.

    ``since`` None means from the beginning.
    """

    since: datetime | None
    until: datetime
    state: str


@dataclass(frozen=True, slots=True)
class StreamSpans:
    """One stream's spans, in order, from the integration's start to now."""

    stream: str
    spans: tuple[Span, ...]
    complete_until: datetime | None


@dataclass(frozen=True)
class ReadIntegrations:
    """Shows integrations."""

    integrations: Integrations
    runs: Runs
    coverage: CoverageStore
    parked: Parked
    issues: Issues
    connectors: Connectors
    accounts: Accounts
    licences: Licences
    clock: Clock

    def get(self, owner: str, integration_id: str) -> IntegrationView:
        """Give one, also while it is being deleted with its transactions. Raises NotFound."""
        found = stored_integration(self.integrations, owner, integration_id)
        if keeps_transactions(found):
            found = integration_of(self.integrations, owner, integration_id)
        return self.views(owner, [found])[0]

    def owned(self, owner: str, after: str | None, group: str | None = None) -> list[Integration]:
        """Give the owner's integrations after an id, of a group if named, by their ids."""
        own = in_group(self.integrations.of_owner(owner), group)
        return [each for each in own if not each.deleting and (after is None or each.id > after)]

    def views(self, owner: str, integrations: Sequence[Integration]) -> list[IntegrationView]:
        """Gather what is known of integrations of an owner."""
        if not integrations:
            return []
        issues, account = self.issues.of_owner(owner), self.accounts.get(owner)
        return [
            self._view(each, [issue for issue in issues if is_open(issue, each.id)], account)
            for each in integrations
        ]

    def _view(
        self, integration: Integration, issues: Sequence[Issue], account: Account
    ) -> IntegrationView:
        """Gather what is known of one integration."""
        key = integration.key
        status, reason = self._status(integration, issues)
        return IntegrationView(
            integration=integration,
            status=status,
            next_sync=next_sync(self.licences, account, integration, self.clock.now()),
            status_reason=reason,
            complete_until=self._complete_until(integration),
            unread=len(self.parked.unread(key)),
            pending=len(self.parked.pending(key)),
            open_issues=len(issues),
            consent_url=consent_url(integration, self.clock.now()),
        )

    def spans(self, owner: str, integration_id: str) -> Sequence[StreamSpans]:
        """Give the coverage of each stream. Raises NotFound."""
        integration = integration_of(self.integrations, owner, integration_id)
        now = self.clock.now()
        streams, names = self._streams(integration)
        return [
            StreamSpans(name, _spans(integration, stream, now), _end(integration, stream, now))
            for name, stream in zip(names, covered(streams, names), strict=True)
        ] + _unshared(integration, names, now)

    def _status(
        self, integration: Integration, issues: Sequence[Issue]
    ) -> tuple[Status, str | None]:
        """Say how it is doing now: the owner's own word, then what runs, then how it went."""
        if integration.deleting:
            return Status.DEACTIVATED, "deleting"
        if integration.deactivated:
            return Status.DEACTIVATED, "deactivated_by_owner"
        if integration.paused:
            return Status.PAUSED, "paused_by_owner"
        if (run := self.runs.current(integration.key)) is not None:
            return _at_work(run)
        if integration.status is Status.HEALTHY and issues:
            return Status.DEGRADED, str(issues[0].type)
        return integration.status, integration.status_reason

    def _complete_until(self, integration: Integration) -> datetime | None:
        """Give up to where no stream misses anything, or None."""
        if integration.kind is IntegrationKind.MANUAL:
            return None
        now = self.clock.now()
        streams, names = self._streams(integration)
        ends = [_end(integration, stream, now) for stream in covered(streams, names)]
        known = [end for end in ends if end is not None]
        return min(known) if known and len(known) == len(ends) else None

    def _streams(
        self, integration: Integration
    ) -> tuple[Mapping[str, StreamCoverage], Sequence[str]]:
        """Give the coverage and the names of the streams that there are."""
        streams, _ = self.coverage.read(integration.key)
        return streams, self.connectors.get(integration.connector).streams


def consent_url(integration: Integration, now: datetime) -> str | None:
    """Give where the owner may consent, as long as that is possible."""
    pending = integration.pending
    return None if pending is None or now >= pending.until else pending.url


def _at_work(run: Run) -> tuple[Status, str | None]:
    """Say what a current run does: it works, or waits for the owner."""
    if run.asks is None:
        return Status.SYNCING, None
    return Status.WAITING_FOR_USER, run.asks.need.value


def is_open(issue: Issue, integration_id: str) -> bool:
    """Tell whether an issue of this integration waits for its owner."""
    return issue.state is IssueState.OPEN and issue.integration_id == integration_id


def _end(integration: Integration, stream: StreamCoverage, now: datetime) -> datetime | None:
    """Give where the first gap begins, or None when nothing is covered before it."""
    asked = wanted(integration, stream, now)
    missing = gaps(stream.intervals, asked)
    end = missing[0].since if missing else asked.until
    return end if end > asked.since else None


def _unshared(integration: Integration, names: Sequence[str], now: datetime) -> list[StreamSpans]:
    """Say of the accounts that a bank's consent lacks that nothing is read of them."""
    return [
        StreamSpans(f"{name}:{account}", (Span(at, now, "unavailable"),), None)
        for account, at in integration.unshared.items()
        for name in names
    ]


def _spans(integration: Integration, stream: StreamCoverage, now: datetime) -> tuple[Span, ...]:
    """Cut the time from the start to now into what is complete, missing and unavailable."""
    start = from_start(integration.reads_from)
    asked = wanted(integration, stream, now)
    spans = [("complete", each) for each in stream.intervals]
    spans += [("missing", each) for each in gaps(stream.intervals, asked)]
    if asked.since > start:
        spans += [
            ("unavailable", each) for each in gaps(stream.intervals, Interval(start, asked.since))
        ]
    return tuple(
        Span(None if each.since == from_start(None) else each.since, each.until, state)
        for state, each in sorted(spans, key=lambda span: span[1])
    )
