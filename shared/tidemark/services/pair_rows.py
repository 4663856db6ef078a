"""Reading own transactions and those of sources around them, and pairing them up."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice

from tidemark.domain.duplicates import (
    SPAN,
    Duplicate,
    DuplicateState,
    amounts_in,
    duplicate_id,
    is_of_source,
    is_own,
)
from tidemark.domain.ids import transaction_id
from tidemark.domain.integrations import Integration, IntegrationKind
from tidemark.domain.neighbours import Entry
from tidemark.domain.pages import Window
from tidemark.domain.twins import Match, pair_up
from tidemark.services.pairs import Pairs, is_open
from tidemark.services.walk_transactions import Row

_TICK = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)
_TAKING = frozenset({DuplicateState.OPEN, DuplicateState.MERGED})
"""One transaction stands for one event: who is in such a pair is in no other."""


@dataclass(frozen=True)
class PairRows:
    """Pairs up rows of the ledger, keeps what is new, and tells the owner."""

    pairs: Pairs

    def owns(self, integrations: Iterable[Integration], window: Window) -> Iterator[Row]:
        """Go through the own transactions in a window and a day around it."""
        since = window.since - SPAN if window.since else None
        wider = Window(since, window.until + SPAN + _TICK)
        for each in integrations:
            for transaction in self.pairs.ledger.oldest_first(each.key, wider, None):
                if is_own(transaction):
                    yield Row(each, transaction)

    def owns_near(self, integration: Integration, rows: Iterable[Row]) -> Iterator[Row]:
        """Go through an integration's own transactions within a day of some rows."""
        for window in _around(rows):
            for transaction in self.pairs.ledger.oldest_first(integration.key, window, None):
                if is_own(transaction):
                    yield Row(integration, transaction)

    def find(
        self,
        owns: Sequence[Row],
        sources: Iterable[Integration],
        found_by: str | None,
        most: int | None = None,
    ) -> list[Duplicate] | None:
        """Find the new pairs of own transactions (at least one); None if that is too much.

        ``most`` is of how many transactions around them it would be. Without ``found_by`` each own
        transaction is the cause itself.
        """
        owner = owns[0].integration.key.owner
        near = self._near(owns, sources)
        twins = list(near if most is None else islice(near, most + 1))
        if most is not None and len(twins) > most:
            return None
        mine = {name_of(row): row for row in owns}
        known = self._known(owner, mine)
        taken = {
            name
            for pair in known.values()
            if pair.state in _TAKING
            for name in (pair.own, pair.twin)
        }
        free = [_entry(row) for name, row in mine.items() if name not in taken]
        matches = pair_up(
            free,
            (twin for twin in twins if twin.id not in taken),
            {(p.own, p.twin) for p in known.values() if p.state is DuplicateState.DISMISSED},
        )
        found = [self._pair(match, found_by) for match in matches]
        self._keep(owner, found, known)
        return found

    def _known(self, owner: str, mine: Mapping[str, Row]) -> dict[str, Duplicate]:
        """Give the pairs that there are, those of our rows as they are now."""
        stored = list(self.pairs.duplicates.of_owner(owner))
        concerned = [pair for pair in stored if is_open(pair) and pair.own in mine]
        held = {pair.id for pair in self.pairs.still_open(owner, concerned)}
        closed = {pair.id for pair in concerned} - held
        now = (self.pairs.duplicates.get(owner, each) for each in closed)
        return {pair.id: pair for pair in stored} | {pair.id: pair for pair in now if pair}

    def _near(self, owns: Iterable[Row], sources: Iterable[Integration]) -> Iterator[Entry]:
        """Go through the transactions of sources that are near own ones."""
        windows = _around(owns)
        for each in sources:
            for window in windows:
                for transaction in self.pairs.ledger.oldest_first(each.key, window, None):
                    if is_of_source(transaction):
                        yield _entry(Row(each, transaction))

    def _pair(self, match: Match, found_by: str | None) -> Duplicate:
        """Make a pair of a match."""
        own, twin = match.own, match.twin
        return Duplicate(
            id=duplicate_id(own.id, twin.id),
            own=own.id,
            twin=twin.id,
            amounts=amounts_in(own.legs),
            seconds=match.apart // _SECOND,
            unique=match.unique,
            found_by=found_by or own.id,
            opened_at=self.pairs.clock.now(),
        )

    def _keep(self, owner: str, found: Sequence[Duplicate], known: Mapping[str, Duplicate]) -> None:
        """Tell of the pairs of each cause, those of an earlier try too; then keep the new ones."""
        causes = {pair.found_by for pair in found}
        earlier = [pair for pair in known.values() if is_open(pair) and pair.found_by in causes]
        batches: dict[tuple[str, str], list[Duplicate]] = {}
        for pair in (*earlier, *found):
            batches.setdefault((pair.own_integration, pair.found_by), []).append(pair)
        for batch in batches.values():
            self.pairs.tell(owner, batch)
        new = [pair for pair in found if pair.id not in known]
        if new:
            self.pairs.duplicates.add(owner, new)
        for pair in found:
            if (old := known.get(pair.id)) is not None:
                again = replace(pair, merging=old.merging, version=old.version)
                self.pairs.write(owner, again)


def name_of(row: Row) -> str:
    """Give the id that owners see."""
    return transaction_id(row.integration.id, row.transaction.id)


def _entry(row: Row) -> Entry:
    """Give a row as it is compared; a manual integration is compared with all that have a source.

    Nothing in a manual integration comes from a source, so its scope says nothing else.
    """
    facts = row.transaction.facts
    manual = row.integration.kind is IntegrationKind.MANUAL
    scope = None if manual else row.integration.id
    return Entry(name_of(row), facts.occurred_at, facts.legs, scope)


def _around(owns: Iterable[Row]) -> list[Window]:
    """Give the time around transactions, each part of it once."""
    windows: list[Window] = []
    for at in sorted(row.transaction.facts.occurred_at for row in owns):
        since, until = at - SPAN, at + SPAN + _TICK
        if windows and since <= windows[-1].until:
            windows[-1] = Window(windows[-1].since, until)
        else:
            windows.append(Window(since, until))
    return windows
