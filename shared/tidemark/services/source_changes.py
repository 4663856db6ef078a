"""Telling the owner when a source changes what it told before: nothing stored is written over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tidemark.domain import amounts
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.issues import Issue, IssueState, IssueType, cause_of, issue_id
from tidemark.domain.legs import Leg, parse_legs
from tidemark.domain.moments import spell
from tidemark.domain.ports import Clock, Issues
from tidemark.domain.transactions import Found, Known, State


@dataclass(frozen=True)
class SourceChanges:
    """The ``source_changed`` issues of one integration, one per transaction."""

    issues: Issues
    clock: Clock

    def told(self, key: IntegrationKey) -> frozenset[str]:
        """Give the transactions whose change was told, and lasts as far as is known."""
        return frozenset(
            each.subject
            for each in self.issues.of_owner(key.owner)
            if each.integration_id == key.integration_id
            and each.type is IssueType.SOURCE_CHANGED
            and each.state is not IssueState.RESOLVED
        )

    def tell(self, key: IntegrationKey, found: Found, known: Known) -> None:
        """Open an issue: the source tells other legs than those that are stored."""
        stored, source = _in_words(parse_legs(known.legs)), _in_words(found.legs)
        issue = Issue(
            id=issue_id(key.integration_id, IssueType.SOURCE_CHANGED, found.id),
            integration_id=key.integration_id,
            type=IssueType.SOURCE_CHANGED,
            message="The source now tells other amounts than those stored.",
            opened_at=self.clock.now(),
            subject=found.id,
            details={
                "occurred_at": spell(found.occurred_at),
                "stored": stored,
                "source": source,
            },
            cause=cause_of(stored, source),
        )
        self.issues.open(key.owner, issue)

    def settle(
        self,
        key: IntegrationKey,
        told: frozenset[str],
        found: Iterable[Found],
        known: Mapping[str, Known],
    ) -> None:
        """Close the issues of those that their source tells as they are stored again.

        What was forgotten in the meantime is taken anew as it is told; of what was deleted, no
        amounts are left that could differ.
        """
        for each in found:
            stored = known.get(each.id)
            gone = stored is None or stored.state == State.DELETED
            if each.id in told and (gone or (stored is not None and stored.is_told_by(each))):
                subject = issue_id(key.integration_id, IssueType.SOURCE_CHANGED, each.id)
                self.issues.resolve(key.owner, subject, self.clock.now())


def _in_words(legs: Iterable[Leg]) -> str:
    """Spell legs for people: ``-24.5 GBP, 0.001 BTC``."""
    return ", ".join(f"{amounts.spell(leg.amount)} {leg.asset}" for leg in legs)
