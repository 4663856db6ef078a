"""Checking the sums of months against the transactions themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from tidemark.domain import amounts
from tidemark.domain.integrations import Integration, IntegrationKey
from tidemark.domain.issues import Issue, IssueType, cause_of, issue_id
from tidemark.domain.months import Month
from tidemark.domain.ports import Clock, Issues, Ledger, Months
from tidemark.services.add_up import span_of

_MOST = 200_000
"""So many legs are added up again in one check, the newest months first."""


@dataclass(frozen=True)
class CheckSums:
    """Looks for sums that are not what they must be: a bug of ours, and told as one."""

    ledger: Ledger
    months: Months
    issues: Issues
    clock: Clock

    def check(self, integration: Integration) -> None:
        """Add up again what is said to be known; open or close the issue of a wrong sum."""
        key, now = integration.key, self.clock.now()
        subject = issue_id(integration.id, IssueType.CALCULATION_BUG)
        wrong = self._wrong(key)
        if not wrong:
            self.issues.resolve(key.owner, subject, now)
            return
        issue = Issue(
            id=subject,
            integration_id=integration.id,
            type=IssueType.CALCULATION_BUG,
            message="A month's sum is not what its transactions add up to. Please report this.",
            opened_at=now,
            details=wrong,
            cause=cause_of(wrong),
        )
        self.issues.open(key.owner, issue)

    def _wrong(self, key: IntegrationKey) -> dict[str, str]:
        """Give the differences by month and asset, of months that nobody changed meanwhile."""
        known = [month for month in self.months.read(key) if month.clean]
        left, suspects = _MOST, list[tuple[Month, dict[str, Decimal]]]()
        for month in reversed(known):
            legs = list(islice(self.ledger.amounts(key, span_of(month.month)), left))
            left -= len(legs)
            if left <= 0:
                break
            if differences := _differences(month, legs):
                suspects.append((month, differences))
        return {
            f"{month.month} {asset}": amounts.canonical(amount)
            for month, differences in suspects
            if self.months.read_one(key, month.month) == month
            for asset, amount in differences.items()
        }


def _differences(month: Month, legs: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """Give what a month's sums are too much or too little."""
    columns: dict[str, list[Decimal]] = {asset: [] for asset in month.totals}
    for asset, amount in legs:
        columns.setdefault(asset, []).append(amount)
    differences = {
        asset: amounts.difference(month.totals.get(asset, amounts.ZERO), amounts.total(column))
        for asset, column in columns.items()
    }
    return {asset: amount for asset, amount in differences.items() if amount}
