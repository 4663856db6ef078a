"""A world whose year is over, and what says whether its report is ready."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tests.fakes.source import FakeSource, trades
from tests.fakes.valuations import FakeUnvalued
from tests.keyed import Catalogue
from tests.world import KEY, START, World
from tidemark.domain.integrations import Integration, IntegrationKey, IntegrationKind
from tidemark.domain.issues import Issue, IssueType, issue_id
from tidemark.domain.readiness import Blocker
from tidemark.services.integration_readiness import IntegrationReadiness
from tidemark.services.report_readiness import ReportReadiness

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
CASH = IntegrationKey("alice", "intg_01J00000000000000000000007")
NAME = KEY.integration_id


@dataclass
class Reported(World):
    """A world that is told what has no value."""

    valuations: FakeUnvalued = field(default_factory=FakeUnvalued)


def readiness(it: Reported) -> ReportReadiness:
    """Give the service."""
    looking = IntegrationReadiness(
        it.see(it.runs),
        it.see(it.coverage),
        it.see(it.parked),
        Catalogue(it.source),  # type: ignore[arg-type]
        it.valuations,
    )
    return ReportReadiness(
        it.see(it.accounts),
        it.see(it.integrations),
        it.see(it.issues),
        it.see(it.duplicates),
        it.see(it.imports),
        looking,
        it.clock,
    )


def blockers(it: Reported, year: int = 2025) -> list[Blocker]:
    """Give every reason."""
    return readiness(it).blockers("alice", year)


def codes(it: Reported, year: int = 2025) -> list[str]:
    """Give their codes."""
    return [each.code.value for each in blockers(it, year)]


def ready(after: timedelta = DAY) -> Reported:
    """Give a world that was synced some time after the end of 2025: all is ready."""
    it = Reported(FakeSource(trades(3, start=START)))
    it.connect()
    it.clock.advance(NEW_YEAR + after - it.clock.now())
    it.run()
    return it


def change(it: Reported, **facts: object) -> None:
    """Set facts of the integration."""
    it.integrations.items[KEY] = replace(it.integrations.items[KEY], **facts)  # type: ignore[arg-type]


def tell(it: Reported, about: IssueType, **details: str) -> str:
    """Open an issue; give its id."""
    subject = issue_id(NAME, about)
    issue = Issue(subject, NAME, about, "Look.", it.clock.now(), details=details)
    it.issues.open("alice", issue)
    return subject


def cash(it: Reported) -> None:
    """Add a manual integration."""
    it.integrations.add(Integration(CASH, "manual", IntegrationKind.MANUAL, "Cash", START))
