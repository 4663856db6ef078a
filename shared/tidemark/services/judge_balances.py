"""Judging balances: what was found is kept, and a mismatch is told and explained."""

from dataclasses import dataclass, replace
from decimal import Decimal

from tidemark.domain.amounts import canonical
from tidemark.domain.balances import Finding, Snapshot, good_after, pair_up
from tidemark.domain.integrations import Integration
from tidemark.domain.issues import Issue, IssueType, cause_of, issue_id
from tidemark.domain.moments import spell
from tidemark.domain.ports import Issues, Snapshots
from tidemark.services.add_up import AddUp
from tidemark.services.explain_mismatch import ExplainMismatch


@dataclass(frozen=True)
class JudgeBalances:
    """Compares, keeps and tells. Whoever does it holds the integration's lease."""

    add_up: AddUp
    snapshots: Snapshots
    issues: Issues
    explaining: ExplainMismatch

    def judge(
        self,
        integration: Integration,
        by: str,
        synced: dict[str, Decimal] | None,
        *,
        anew: bool = False,
    ) -> None:
        """Keep a snapshot, and open or close the issue of a mismatch.

        A mismatch that is as it was is not looked into again, unless that is asked for (``anew``).
        """
        key, now = integration.key, self.add_up.clock.now()
        before = self.snapshots.last(key)
        balances = pair_up(synced, self.add_up.calculated(key))
        snapshot = Snapshot(now, balances, by, good_after(before, balances, now))
        if not snapshot.matches:
            known = None if anew else before
            snapshot = replace(snapshot, findings=self._findings(integration, snapshot, known))
        self.snapshots.put(key, snapshot)
        subject = issue_id(integration.id, IssueType.BALANCE_MISMATCH)
        if synced is not None and snapshot.matches:
            self.issues.resolve(key.owner, subject, now)
        elif not snapshot.matches:
            self.issues.open(key.owner, _mismatch(subject, integration.id, snapshot))

    def _findings(
        self, integration: Integration, snapshot: Snapshot, before: Snapshot | None
    ) -> tuple[Finding, ...]:
        """Find out about a mismatch, or take what was found before if it is the same."""
        differing = [each for each in snapshot.balances if each.difference]
        known = {each.asset: each.difference for each in before.findings} if before else {}
        if before is not None and known == {each.asset: each.difference for each in differing}:
            return before.findings
        return self.explaining.explain(integration, differing)


def _mismatch(subject: str, integration_id: str, snapshot: Snapshot) -> Issue:
    """Say which assets differ, by how much, since when, and what may explain it."""
    details: dict[str, str] = {}
    for found in snapshot.findings:
        details[found.asset] = f"{found.difference:f}"
        if found.asset in snapshot.good:
            details[f"{found.asset}.last_good_at"] = spell(snapshot.good[found.asset])
        if found.parting is not None:
            details[f"{found.asset}.first_bad_at"] = spell(found.parting.at)
            if found.parting.transaction_id is not None:
                details[f"{found.asset}.first_bad_transaction"] = found.parting.transaction_id
                details[f"{found.asset}.source_ids"] = ", ".join(found.parting.source_ids)
        details[f"{found.asset}.tips"] = ", ".join(tip.code for tip in found.tips)
    return Issue(
        id=subject,
        integration_id=integration_id,
        type=IssueType.BALANCE_MISMATCH,
        message="The source's balance differs from what the transactions add up to.",
        opened_at=snapshot.as_of,
        details=details,
        cause=cause_of(*((each.asset, canonical(each.difference)) for each in snapshot.findings)),
    )
