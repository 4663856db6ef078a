"""Undoing what one sync or one file brought, along its chunks in the journal.

What a source brought leaves tombstones, so that the next sync does not bring it again, and sync
missing does; what a file brought is forgotten. What its owner has changed since stays.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from tidemark.domain.accounts import PeriodLock
from tidemark.domain.history import Action
from tidemark.domain.ids import transaction_id
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.journal import Chunk, Noted
from tidemark.domain.ports import Clock, Journal, Ledger
from tidemark.domain.reverts import Kept, KeptReason, Revert, RevertStatus
from tidemark.domain.transactions import State, Transaction
from tidemark.errors import Conflict
from tidemark.services.amend import Amend
from tidemark.services.walk_transactions import is_from

SHOWN = 100
"""So many of the transactions that were left are named."""

_PORTION = 100
_TRIES = 5


@dataclass
class _Tally:
    """What became of some of a chunk's transactions."""

    removed: int = 0
    kept: list[Kept] = field(default_factory=list)

    def added_to(self, revert: Revert, chunk: Chunk, done: int) -> Revert:
        """Give the undo with so much of this chunk done."""
        return replace(
            revert,
            removed=revert.removed + self.removed,
            kept=revert.kept + len(self.kept),
            rows=(*revert.rows, *self.kept)[:SHOWN],
            chunk=chunk.number,
            done=done,
        )


@dataclass(frozen=True)
class Undo:
    """Undoes syncs and imports. All of it may be repeated; what is done stays done."""

    ledger: Ledger
    journal: Journal
    amend: Amend
    clock: Clock

    def undo(self, owner: str, import_id: str, until: datetime, begun: Revert) -> Revert:
        """Go on with an undo until a moment (UTC), and give how far it is.

        Give what comes back to the next call, as long as it is still REVERTING. In the histories,
        the actor of the change is the sync or import that is undone.

        Raises:
            NotFound: the integration is gone.
        """
        gone = self._gone(owner, import_id)
        revert = begun
        for chunk in self.journal.of_import(owner, import_id):
            if chunk.number < begun.chunk or chunk.action is Noted.REMOVED:
                continue
            first = begun.done if chunk.number == begun.chunk else 0
            for at in range(first, len(chunk.transaction_ids), _PORTION):
                if self.clock.now() >= until:
                    return revert
                ids = chunk.transaction_ids[at : at + _PORTION]
                tally = self._portion(IntegrationKey(owner, chunk.integration_id), chunk, ids, gone)
                revert = tally.added_to(revert, chunk, at + len(ids))
        return replace(revert, status=RevertStatus.REVERTED, ended_at=self.clock.now())

    def _gone(self, owner: str, import_id: str) -> frozenset[str]:
        """Give what an earlier try has removed."""
        chunks = self.journal.of_import(owner, import_id)
        removed = (chunk for chunk in chunks if chunk.action is Noted.REMOVED)
        return frozenset(each for chunk in removed for each in chunk.transaction_ids)

    def _portion(
        self, key: IntegrationKey, chunk: Chunk, ids: Sequence[str], gone: frozenset[str]
    ) -> _Tally:
        """Undo some of a chunk; who was changed in between is looked at again."""
        tally = _Tally()
        left: Mapping[str, Transaction] = self.ledger.get_many(key, ids)
        if chunk.action is not Noted.ADDED:
            tally.kept += _grown(key, chunk, left.values())
            return tally
        tally.removed += sum(_was_undone(each, left.get(each), chunk, gone) for each in ids)
        for _ in range(_TRIES):
            todo = self._sort_out(key, chunk, left.values(), tally)
            missed = self._remove(key, chunk.import_id, todo)
            tally.removed += len(todo) - len(missed)
            if not missed:
                return tally
            left = self.ledger.get_many(key, missed)
        tally.kept += [_kept(key, each, KeptReason.BUSY) for each in left.values()]
        return tally

    def _sort_out(
        self, key: IntegrationKey, chunk: Chunk, found: Iterable[Transaction], tally: _Tally
    ) -> list[Transaction]:
        """Give those to remove, and note those that are left."""
        lock = self.amend.accounts.get(key.owner).lock
        todo = []
        for each in found:
            if each.state is State.DELETED or not is_from(each, chunk):
                continue
            if (reason := _reason(each, lock)) is not None:
                tally.kept.append(_kept(key, each, reason))
            else:
                todo.append(each)
        return todo

    def _remove(
        self, key: IntegrationKey, import_id: str, todo: Sequence[Transaction]
    ) -> list[str]:
        """Remove some; give the ids of those that others have changed, or locked, in between."""
        if not todo:
            return []
        try:
            return self.amend.revert(key, todo, import_id)
        except Conflict as conflict:
            if conflict.code != "period_locked":
                raise
            return [each.id for each in todo]


def _grown(key: IntegrationKey, chunk: Chunk, found: Iterable[Transaction]) -> list[Kept]:
    """Name those of another's transactions that got legs by this sync: they keep them."""
    return [
        _kept(key, each, KeptReason.LEGS_ADDED)
        for each in found
        if each.state is not State.DELETED
        and each.import_id != chunk.import_id
        and _has(each, Action.LEGS_ADDED, chunk.import_id)
    ]


def _reason(found: Transaction, lock: PeriodLock | None) -> KeptReason | None:
    """Say why a transaction has to be left, if so."""
    if lock is not None and lock.holds(found.facts.occurred_at):
        return KeptReason.LOCKED
    if found.merged_into is not None or _stands_for_another(found):
        return KeptReason.MERGED
    if found.state is State.EXCLUDED:
        return KeptReason.EXCLUDED
    return KeptReason.EDITED if found.overlay is not None else None


def _stands_for_another(found: Transaction) -> bool:
    """Tell whether an own transaction was merged into it, and is still."""
    done = [each.action for each in found.history or ()]
    return done.count(Action.MERGED) > done.count(Action.UNMERGED)


def _was_undone(name: str, found: Transaction | None, chunk: Chunk, gone: frozenset[str]) -> bool:
    """Tell whether an earlier try has removed a transaction of this chunk."""
    if found is None:
        return name in gone
    return (
        found.state is State.DELETED
        and is_from(found, chunk)
        and _has(found, Action.REVERTED, chunk.import_id)
    )


def _has(found: Transaction, action: Action, actor: str) -> bool:
    """Tell whether somebody did something to a transaction."""
    return any(each.action is action and each.actor == actor for each in found.history or ())


def _kept(key: IntegrationKey, found: Transaction, reason: KeptReason) -> Kept:
    """Name one that is left."""
    return Kept(transaction_id(key.integration_id, found.id), reason)
