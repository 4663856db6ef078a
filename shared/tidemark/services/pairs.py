"""Pairs of possible duplicates and their two transactions: which still hold, and who is told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tidemark.domain.duplicates import Duplicate, DuplicateState, are_alike
from tidemark.domain.ids import split_transaction_id, transaction_id
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.issues import Issue, IssueType, issue_id
from tidemark.domain.ports import Clock, Duplicates, Integrations, Issues, Ledger
from tidemark.errors import StaleVersion
from tidemark.services.find import with_transactions
from tidemark.services.walk_transactions import Row

_NAMED = 20
"""So many pairs are named in an issue."""


@dataclass(frozen=True)
class Pairs:
    """Looks after pairs. There is one issue for all pairs that one sync, file or hand brought."""

    duplicates: Duplicates
    ledger: Ledger
    integrations: Integrations
    issues: Issues
    clock: Clock

    def rows(self, owner: str, ids: Iterable[str]) -> dict[str, Row]:
        """Give the transactions, by the ids that owners see, that there still are."""
        held = {each.id: each for each in with_transactions(self.integrations, owner)}
        wanted: dict[str, list[str]] = {}
        for each in dict.fromkeys(ids):
            integration_id, inner = split_transaction_id(each) or ("", "")
            wanted.setdefault(integration_id, []).append(inner)
        return {
            transaction_id(name, inner): Row(held[name], found)
            for name in wanted.keys() & held.keys()
            for inner, found in self.ledger.get_many(held[name].key, wanted[name]).items()
        }

    def still_open(
        self, owner: str, pairs: Sequence[Duplicate], rows: Mapping[str, Row] | None = None
    ) -> list[Duplicate]:
        """Give those of open pairs that still hold, and close the others."""
        if rows is None:
            rows = self.rows(owner, [each for pair in pairs for each in (pair.own, pair.twin)])
        held = {pair.id for pair in pairs if _holds(rows.get(pair.own), rows.get(pair.twin))}
        for pair in pairs:
            if pair.id not in held:
                self.close(owner, pair, _end_of(pair, rows.get(pair.own)))
        return [pair for pair in pairs if pair.id in held]

    def close(self, owner: str, pair: Duplicate, state: DuplicateState) -> Duplicate | None:
        """Close a pair, and first its issue with the last one; None if others were faster."""
        self._settle(owner, pair)
        return self.write(owner, replace(pair, state=state, closed_at=self.clock.now()))

    def write(self, owner: str, pair: Duplicate) -> Duplicate | None:
        """Write a changed pair; None if somebody else was faster."""
        written = replace(pair, version=pair.version + 1)
        try:
            self.duplicates.replace(owner, written, pair.version)
        except StaleVersion:
            return None
        return written

    def tell(self, owner: str, pairs: Sequence[Duplicate]) -> None:
        """Open an issue for open pairs of one integration that one sync, file or hand brought."""
        names = ", ".join(pair.id for pair in pairs[:_NAMED])
        issue = Issue(
            id=_issue_of(pairs[0]),
            integration_id=pairs[0].own_integration,
            type=IssueType.POSSIBLE_DUPLICATE,
            message=f"{len(pairs)} transactions by hand or from files may be in twice.",
            opened_at=self.clock.now(),
            subject=pairs[0].found_by,
            details={"count": str(len(pairs)), "pairs": names},
        )
        self.issues.open(owner, issue)

    def _settle(self, owner: str, pair: Duplicate) -> None:
        """Close the issue of a pair if no other pair in it is open."""
        others = (each for each in self.duplicates.of_owner(owner) if each.id != pair.id)
        if not any(is_open(other) and _issue_of(other) == _issue_of(pair) for other in others):
            self.issues.resolve(owner, _issue_of(pair), self.clock.now())

    def erase(self, key: IntegrationKey) -> None:
        """Remove the pairs of an integration that is deleted with its transactions."""
        closing: set[str] = set()
        staying: set[str] = set()
        for pair in self.duplicates.of_owner(key.owner):
            if is_open(pair):
                own = closing if key.integration_id in pair.integrations else staying
                own.add(_issue_of(pair))
        for each in sorted(closing - staying):
            self.issues.resolve(key.owner, each, self.clock.now())
        self.duplicates.erase(key.owner, key.integration_id)


def is_open(pair: Duplicate) -> bool:
    """Tell whether a pair waits for the owner's word."""
    return pair.state is DuplicateState.OPEN


def _holds(own: Row | None, twin: Row | None) -> bool:
    """Tell whether two may still be one."""
    return own is not None and twin is not None and are_alike(own.transaction, twin.transaction)


def _end_of(pair: Duplicate, own: Row | None) -> DuplicateState:
    """Say what became of an open pair that does not hold: merged, if a merge got that far."""
    if pair.merging and own is not None and own.transaction.merged_into == pair.twin:
        return DuplicateState.MERGED
    return DuplicateState.RESOLVED


def _issue_of(pair: Duplicate) -> str:
    """Give the id of the issue that names a pair."""
    return issue_id(pair.own_integration, IssueType.POSSIBLE_DUPLICATE, pair.found_by)
