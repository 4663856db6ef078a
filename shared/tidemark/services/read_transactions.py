"""Reading transactions across all integrations of an owner."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import batched

from tidemark.domain.ids import split_transaction_id
from tidemark.domain.integrations import Integration, IntegrationKey
from tidemark.domain.legs import Kind
from tidemark.domain.ports import Integrations, Journal, Ledger, Parked
from tidemark.domain.transactions import Found, Origin, State, Transaction, imported
from tidemark.errors import NotFound
from tidemark.services.find import holds_transactions, stored_integration, with_transactions
from tidemark.services.walk_transactions import (
    ByImport,
    ByTime,
    ImportSpot,
    Portion,
    Row,
    Spot,
    span,
    spot_of,
    take,
)

SCAN = 5_000
"""How many rows one request looks at: a filter that admits none must not read all there are."""

_PORTION = 100
_LONGEST_ID = 1_024
"""How many bytes an id may have: no source's has more, and no store keeps more."""


class Listed(StrEnum):
    """The states by which transactions can be listed."""

    ACTIVE = "active"
    EXCLUDED = "excluded"
    DELETED = "deleted"
    HELD = "held"
    PENDING = "pending"


class Sort(StrEnum):
    """The orders of a list."""

    NEWEST = "-occurred_at"
    OLDEST = "occurred_at"
    NEWEST_IMPORTED = "-imported_at"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which transactions are asked for. None: any. ``until`` is exclusive.

    Deleted and pending ones are listed only when their state is asked for.
    """

    integration: str | None = None
    asset: str | None = None
    kind: Kind | None = None
    state: Listed | None = None
    origin: Origin | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None
    import_id: str | None = None

    def admits(self, row: Row) -> bool:
        """Tell whether a row is asked for."""
        stored, facts = row.transaction, row.transaction.facts
        return (
            self._admits_state(row)
            and self._admits_time(facts.occurred_at)
            and self.kind in (None, facts.kind)
            and self.origin in (None, stored.origin)
            and self.import_id in (None, stored.import_id)
            and (self.asset is None or any(leg.asset == self.asset for leg in facts.legs))
            and (self.text is None or _mentions(stored, self.text.casefold()))
        )

    def _admits_state(self, row: Row) -> bool:
        """Tell whether a row is in a state that is asked for."""
        if self.state is None:
            return not row.pending and row.transaction.state is not State.DELETED
        shown = Listed.PENDING if row.pending else Listed(row.transaction.state)
        return shown is self.state

    def _admits_time(self, moment: datetime) -> bool:
        """Tell whether a moment is in the time that is asked for."""
        after = self.since is None or moment >= self.since
        return after and (self.until is None or moment < self.until)


@dataclass(frozen=True)
class ReadTransactions:
    """Gives and lists transactions."""

    integrations: Integrations
    ledger: Ledger
    journal: Journal
    parked: Parked

    def get(self, owner: str, transaction_id: str) -> Row:
        """Give one with everything that is kept of it. Raises NotFound."""
        integration, inner = self.place_of(owner, transaction_id)
        if found := self.ledger.get(integration.key, inner):
            return Row(integration, found)
        for pending in self.parked.pending(integration.key):
            if pending.id == inner:
                return _pending(integration, pending)
        raise NotFound

    def place_of(self, owner: str, transaction_id: str) -> tuple[Integration, str]:
        """Give the integration and the inner id that an id names. Raises NotFound."""
        parts = split_transaction_id(transaction_id)
        if parts is None or len(parts[1].encode()) > _LONGEST_ID:
            raise NotFound
        return self._integration(owner, parts[0]), parts[1]

    def by_time(
        self, owner: str, asked: Filter, after: Spot | None, limit: int, *, newest_first: bool
    ) -> Portion[Spot]:
        """List by time. Raises NotFound for an integration that is not the owner's."""
        own = self._asked_for(owner, asked)
        if asked.state is Listed.PENDING:
            walk = self._pending(own, after, newest_first=newest_first)
        else:
            window = span(asked.since, asked.until)
            walk = ByTime(self.ledger, own, window, newest_first).walk(after)
        return take(self._searchable(walk, asked), asked.admits, limit, SCAN)

    def newest_imported(
        self, owner: str, asked: Filter, after: ImportSpot | None, limit: int
    ) -> Portion[ImportSpot]:
        """List by the time of import, newest first. Raises NotFound like ``by_time``."""
        own = {each.id: each for each in self._asked_for(owner, asked)}
        walk = ByImport(self.ledger, self.journal, owner, own, asked.import_id)
        return take(walk.walk(after), asked.admits, limit, SCAN)

    def _asked_for(self, owner: str, asked: Filter) -> Sequence[Integration]:
        """Give the integrations to list from."""
        if asked.integration is None:
            return with_transactions(self.integrations, owner)
        return [self._integration(owner, asked.integration)]

    def _integration(self, owner: str, integration_id: str) -> Integration:
        """Give an integration whose transactions are to be seen."""
        found = stored_integration(self.integrations, owner, integration_id)
        if not holds_transactions(found):
            raise NotFound
        return found

    def _pending(
        self, own: Iterable[Integration], after: Spot | None, *, newest_first: bool
    ) -> Iterator[tuple[Spot, Row]]:
        """Go through the pending transactions after a place."""
        rows = [_pending(each, found) for each in own for found in self.parked.pending(each.key)]
        for row in sorted(rows, key=spot_of, reverse=newest_first):
            spot = spot_of(row)
            if after is None or (spot < after if newest_first else spot > after):
                yield spot, row

    def _searchable(
        self, walk: Iterator[tuple[Spot, Row]], asked: Filter
    ) -> Iterator[tuple[Spot, Row]]:
        """Add the details where a text is looked for: the list by time comes without them."""
        if asked.text is None or asked.state is Listed.PENDING:
            yield from walk
            return
        for portion in batched(walk, _PORTION, strict=False):
            details = self._details(row for _, row in portion)
            for spot, row in portion:
                found = details.get((row.integration.key, row.transaction.id), row.transaction)
                full = replace(row.transaction, details=found.details)
                yield spot, replace(row, transaction=full)

    def _details(self, rows: Iterable[Row]) -> dict[tuple[IntegrationKey, str], Transaction]:
        """Read the transactions of rows with their details."""
        ids: dict[IntegrationKey, list[str]] = {}
        for row in rows:
            ids.setdefault(row.integration.key, []).append(row.transaction.id)
        return {
            (key, each): found
            for key, inner in ids.items()
            for each, found in self.ledger.get_many(key, inner).items()
        }


def _pending(integration: Integration, found: Found) -> Row:
    """Make a row of what the source has not settled."""
    return Row(integration, imported(found, at=found.occurred_at, by=""), pending=True)


def _mentions(stored: Transaction, text: str) -> bool:
    """Tell whether a transaction's words contain a (casefolded) text."""
    facts = stored.facts
    words = [stored.source_id, *stored.details.values(), facts.label or "", facts.note or ""]
    words += [word for leg in facts.legs for word in (leg.id, leg.asset, leg.source_asset)]
    return any(text in word.casefold() for word in words)
