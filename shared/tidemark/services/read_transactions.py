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
from tidemark.domain.transactions import Origin, State, Transaction, imported
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

    @property
    def parked(self) -> bool:
        """Tell whether such transactions are kept beside the ledger."""
        return self in {Listed.HELD, Listed.PENDING}

    @classmethod
    def of(cls, row: Row) -> "Listed":
        """Give the state of a row."""
        if row.stored:
            return cls(row.transaction.state)
        return cls.PENDING if row.pending else cls.HELD


class Sort(StrEnum):
    """The orders of a list."""

    NEWEST = "-occurred_at"
    OLDEST = "occurred_at"
    NEWEST_IMPORTED = "-imported_at"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which transactions are asked for. None: any. ``until`` is exclusive.

    Deleted, held and pending ones are listed only when their state is asked for.
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
            return row.stored and row.transaction.state is not State.DELETED
        return Listed.of(row) is self.state

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
        for row in (*self._pending(integration), *self._held(integration, rejected=True)):
            if row.transaction.id == inner:
                return row
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
        if asked.state is not None and asked.state.parked:
            beside = self._pending if asked.state is Listed.PENDING else self._held
            rows = (row for each in own for row in beside(each))
            walk = _sorted(rows, after, newest_first=newest_first)
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

    def _pending(self, integration: Integration) -> Iterator[Row]:
        """Go through what the source has not settled."""
        for found in self.parked.pending(integration.key):
            made = imported(found, at=found.occurred_at, by="")
            yield Row(integration, made, pending=True)

    def _held(self, integration: Integration, *, rejected: bool = False) -> Iterator[Row]:
        """Go through what is held for a locked period, as its source tells it."""
        for held in self.parked.held(integration.key):
            if rejected or not held.rejected:
                made = imported(held.found, at=held.at, by=held.sync_id)
                yield Row(integration, made, held=True)

    def _searchable(
        self, walk: Iterator[tuple[Spot, Row]], asked: Filter
    ) -> Iterator[tuple[Spot, Row]]:
        """Add the details where a text is looked for: the list by time comes without them."""
        if asked.text is None or (asked.state is not None and asked.state.parked):
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


def _sorted(
    rows: Iterable[Row], after: Spot | None, *, newest_first: bool
) -> Iterator[tuple[Spot, Row]]:
    """Go through rows by time, after a place."""
    for row in sorted(rows, key=spot_of, reverse=newest_first):
        spot = spot_of(row)
        if after is None or (spot < after if newest_first else spot > after):
            yield spot, row


def _mentions(stored: Transaction, text: str) -> bool:
    """Tell whether a transaction's words contain a (casefolded) text."""
    facts = stored.facts
    words = [stored.source_id, *stored.details.values(), facts.label or "", facts.note or ""]
    words += [word for leg in facts.legs for word in (leg.id, leg.asset, leg.source_asset)]
    return any(text in word.casefold() for word in words)
