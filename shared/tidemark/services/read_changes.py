"""Following the changes of an owner's transactions, each once, from any place in the journal.

A chunk of the journal is told only when its writer writes nothing more of it: so what is told is
what there is, and what is not there then comes with a later chunk. Those who follow lay what they
are told over what they have, and so have what the ledger has.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import batched, islice
from typing import NamedTuple

from tidemark.domain.ids import transaction_id
from tidemark.domain.integrations import Integration, IntegrationKey
from tidemark.domain.journal import Chunk, Noted
from tidemark.domain.ports import Clock, Integrations, Journal, Ledger
from tidemark.domain.transactions import State, Transaction
from tidemark.services.find import holds_transactions
from tidemark.services.walk_transactions import Row, is_from

SCAN = 5_000
"""How many ids of the journal one request looks at."""

_PORTION = 100
_AHEAD = 100
"""How many chunks further it is looked whether a writer has gone on."""


class Position(NamedTuple):
    """A place in the journal: before the ``nth`` id of the chunk with this number."""

    number: int
    nth: int


BEGINNING = Position(1, 0)


class Change(NamedTuple):
    """What a chunk changed about one transaction, by the id that owners see; no row: it is gone."""

    id: str
    action: Noted
    row: Row | None = None


@dataclass
class Changes:
    """What changed, by the ids that owners see, each once: as it is now, or gone.

    ``more`` says that it was stopped before all was told.
    """

    after: Position
    added: dict[str, Row] = field(default_factory=dict)
    modified: dict[str, Row] = field(default_factory=dict)
    removed: dict[str, None] = field(default_factory=dict)
    more: bool = False

    def __len__(self) -> int:
        """Count what changed."""
        return len(self.added) + len(self.modified) + len(self.removed)

    def tell(self, change: Change | None) -> None:
        """Tell of one more change; what was told of the same before does not count any more."""
        if change is None:
            return
        self.removed.pop(change.id, None)
        self.modified.pop(change.id, None)
        was_added = self.added.pop(change.id, None) is not None
        if change.row is None:
            self.removed[change.id] = None
        elif change.action is Noted.ADDED or was_added:
            self.added[change.id] = change.row
        else:
            self.modified[change.id] = change.row


@dataclass(frozen=True)
class ReadChanges:
    """Tells what changed since a place in the journal."""

    integrations: Integrations
    ledger: Ledger
    journal: Journal
    clock: Clock

    def since(self, owner: str, after: Position, limit: int) -> Changes:
        """Tell up to ``limit`` changes; without ``more``, nothing else can be told now."""
        told, left = Changes(after), SCAN
        seen: dict[str, Integration | None] = {}
        for chunk in self._settled(owner, after):
            key = IntegrationKey(owner, chunk.integration_id)
            if key.integration_id not in seen:
                seen[key.integration_id] = self._seen(key)
            first = told.after.nth if told.after.number == chunk.number else 0
            for nth, change in self._changes(key, chunk, first, seen[key.integration_id]):
                told.after = Position(chunk.number, nth)
                if len(told) >= limit or left <= 0:
                    told.more = True
                    return told
                told.tell(change)
                left -= 1
            told.after = Position(chunk.number + 1, 0)
            left -= 1
        return told

    def _seen(self, key: IntegrationKey) -> Integration | None:
        """Give an integration whose transactions are to be seen.

        Asked only once a chunk was read: by then it is there.
        """
        found = self.integrations.get(key)
        return found if found is not None and holds_transactions(found) else None

    def _settled(self, owner: str, after: Position) -> Iterator[Chunk]:
        """Go through the chunks from a place on, up to the first whose writer may be at work."""
        for chunk in self.journal.oldest_first(owner, after.number - 1):
            begun = chunk.number == after.number and after.nth > 0
            if not (begun or self._is_settled(owner, chunk)):
                return
            yield chunk

    def _is_settled(self, owner: str, chunk: Chunk) -> bool:
        """Tell whether nothing more will be written of a chunk."""
        return (
            chunk.is_settled(self.clock.now())
            or self._is_written(owner, chunk)
            or self._has_gone_on(owner, chunk)
        )

    def _has_gone_on(self, owner: str, chunk: Chunk) -> bool:
        """Tell whether the writer of a chunk noted another one since: it writes one by one.

        A writer is known by its import and by the moment when it gives up.
        """
        later = islice(self.journal.oldest_first(owner, chunk.number), _AHEAD)
        mine = _writer_of(chunk)
        return bool(chunk.import_id) and any(_writer_of(each) == mine for each in later)

    def _is_written(self, owner: str, chunk: Chunk) -> bool:
        """Tell whether all is there that a chunk adds, or gone that it removes."""
        if chunk.action is Noted.MODIFIED:
            return False
        key = IntegrationKey(owner, chunk.integration_id)
        stored = self.ledger.get_many(key, chunk.transaction_ids)
        if chunk.action is Noted.REMOVED:
            return all(_is_gone(found) for found in stored.values())
        there = [each for each in chunk.transaction_ids if each in stored]
        return there == list(chunk.transaction_ids) and all(
            is_from(found, chunk) for found in stored.values()
        )

    def _changes(
        self, key: IntegrationKey, chunk: Chunk, first: int, integration: Integration | None
    ) -> Iterator[tuple[int, Change | None]]:
        """Go through a chunk's ids from one on: what it changed about each, if anything."""
        numbered = islice(enumerate(chunk.transaction_ids), first, None)
        for some in batched(numbered, _PORTION, strict=False):
            stored = self.ledger.get_many(key, [each for _, each in some])
            for nth, each in some:
                yield nth, _change(chunk, each, stored.get(each), integration)


def _writer_of(chunk: Chunk) -> tuple[object, ...]:
    """Give what tells writers apart."""
    return chunk.import_id, chunk.integration_id, chunk.until


def _is_gone(found: Transaction | None) -> bool:
    """Tell whether a transaction is not there any more, or only its tombstone."""
    return found is None or found.state is State.DELETED


def _change(
    chunk: Chunk, id_: str, found: Transaction | None, integration: Integration | None
) -> Change | None:
    """Say what a chunk changed about a transaction; nobody sees those without an integration."""
    shown = transaction_id(chunk.integration_id, id_)
    if chunk.action is Noted.REMOVED:
        return Change(shown, Noted.REMOVED) if _is_gone(found) else None
    if found is None or integration is None or _is_gone(found):
        return None
    if chunk.action is Noted.ADDED and not is_from(found, chunk):
        return None
    return Change(shown, chunk.action, Row(integration, found))
