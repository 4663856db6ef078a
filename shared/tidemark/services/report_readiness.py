"""Whether the report of a tax year is ready, and everything that keeps it from being so."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from tidemark.domain import ways
from tidemark.domain.accounts import year_of
from tidemark.domain.duplicates import DuplicateState
from tidemark.domain.imports import ImportStatus
from tidemark.domain.integrations import Integration
from tidemark.domain.moments import spell
from tidemark.domain.ports import Accounts, Clock, Duplicates, Imports, Integrations, Issues
from tidemark.domain.readiness import Blocker, BlockerCode, TaxYear, tax_year
from tidemark.errors import FieldError, Invalid
from tidemark.services.find import with_transactions
from tidemark.services.integration_readiness import IntegrationReadiness

_AT_WORK = {ImportStatus.CHECKING, ImportStatus.COMMITTING, ImportStatus.REVERTING}
_RECENT = 50
"""So many of the newest imports are looked at."""


@dataclass(frozen=True)
class ReportReadiness:
    """Looks at all that goes into a report; what is deactivated does not."""

    accounts: Accounts
    integrations: Integrations
    issues: Issues
    duplicates: Duplicates
    imports: Imports
    looking: IntegrationReadiness
    clock: Clock

    def blockers(self, owner: str, number: int) -> list[Blocker]:
        """Give every reason why a year's report is not ready: none if it is.

        Raises:
            Invalid: the year has not begun.
        """
        year = self._year(owner, number)
        reported = [
            each for each in with_transactions(self.integrations, owner) if not each.deactivated
        ]
        issues = self.issues.of_owner(owner)
        pairs, files = self._pairs(owner, reported), self._files(owner, reported)
        found = [*_of_all(year, reported)]
        for each in reported:
            found += self.looking.blockers(each, year, issues)
            found += _counted(each, pairs, files)
        return found

    def _year(self, owner: str, number: int) -> TaxYear:
        """Give the year in the owner's zone; refuse one that is still to come."""
        zone, now = self.accounts.get(owner).zone, self.clock.now()
        if number > year_of(now, zone):
            future = FieldError("/query/year", "This year has not begun.")
            raise Invalid("The request is not valid.", [future])
        return tax_year(number, zone, now)

    def _pairs(self, owner: str, reported: Sequence[Integration]) -> Mapping[str, int]:
        """Count the open pairs of integrations that are reported, by that of the own one."""
        names = {each.id for each in reported}
        return Counter(
            pair.own_integration
            for pair in self.duplicates.of_owner(owner)
            if pair.state is DuplicateState.OPEN and pair.integrations <= names
        )

    def _files(self, owner: str, reported: Sequence[Integration]) -> Mapping[str, str]:
        """Find an import that is at work, by its integration; one that only waits is no reason."""
        names = {each.id for each in reported}
        newest = islice(self.imports.newest_first(owner, None), _RECENT)
        return {
            each.integration_id: each.id
            for each in newest
            if each.status in _AT_WORK and each.integration_id in names
        }


def _of_all(year: TaxYear, reported: Sequence[Integration]) -> Iterator[Blocker]:
    """Give the reasons that concern no single integration."""
    if not year.over:
        text = f"The year {year.number} ends at {spell(year.span.until)}."
        way = ways.listing("report_readiness", year=str(year.number))
        yield Blocker(BlockerCode.YEAR_NOT_OVER, None, text, way)
    if not reported:
        text = "There is nothing to report on: no integration is connected and active."
        way = ways.Way("POST", "/v1/integrations")
        yield Blocker(BlockerCode.NOTHING_CONNECTED, None, text, way)


def _counted(
    integration: Integration, pairs: Mapping[str, int], files: Mapping[str, str]
) -> Iterator[Blocker]:
    """Give the reasons that were looked up for all integrations at once."""
    name = integration.id
    if count := pairs.get(name, 0):
        text = f"Transactions may be there twice: {count} possible duplicates are undecided."
        way = ways.listing("possible_duplicates", integration=name)
        yield Blocker(BlockerCode.POSSIBLE_DUPLICATES, name, text, way, count)
    if (file := files.get(name)) is not None:
        way = ways.Way("GET", f"/v1/imports/{file}")
        yield Blocker(BlockerCode.UNFINISHED_IMPORT, name, "A file is being worked on.", way)
