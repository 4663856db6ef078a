"""The owner's word on possible duplicates: merge, dismiss, and undo of both.

A merge is begun in the pair, made in both transactions and then noted in the pair: whoever repeats
it after a crash finds what is done, and does the rest. So does an undo.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from tidemark.domain.duplicates import Duplicate, DuplicateState, Merging, are_alike
from tidemark.domain.facts import Overlay, Worth
from tidemark.domain.history import Action, Change
from tidemark.domain.transactions import State, Transaction
from tidemark.errors import Conflict, NotFound
from tidemark.services.amend import Amend
from tidemark.services.pairs import Pairs
from tidemark.services.walk_transactions import Row

_TRIES = 5


@dataclass(frozen=True)
class DecideDuplicates:
    """Does what an owner decides. Each may be asked for again: what is done stays done.

    Raises, whatever is asked for:
        NotFound: there is no such pair.
        Conflict: ``not_open``, ``merging``, ``period_locked``, ``busy``.
    """

    pairs: Pairs
    amend: Amend

    def merge(self, owner: str, duplicate_id: str) -> Duplicate:
        """Put the source's transaction in the place of the own one, which is excluded.

        The source's takes over label, note and the owner's valuation where it has none of its own.
        """
        return self._try(lambda: self._merge(owner, self._get(owner, duplicate_id)))

    def dismiss(self, owner: str, duplicate_id: str) -> Duplicate:
        """Remember that these are two: they are never a pair again."""
        return self._try(lambda: self._dismiss(owner, self._get(owner, duplicate_id)))

    def undo(self, owner: str, duplicate_id: str) -> Duplicate:
        """Take back a merge or a dismissal: the pair is open again, if it still holds."""
        return self._try(lambda: self._undo(owner, self._get(owner, duplicate_id)))

    def _get(self, owner: str, duplicate_id: str) -> Duplicate:
        """Give a pair."""
        pair = None
        if duplicate_id.startswith("dup_"):
            pair = self.pairs.duplicates.get(owner, duplicate_id)
        if pair is None:
            raise NotFound
        return pair

    def _try(self, act: Callable[[], Duplicate | None]) -> Duplicate:
        """Do something until nobody was faster."""
        for _ in range(_TRIES):
            if (done := act()) is not None:
                return done
        raise Conflict("This is being changed by others; try again.", "busy")

    def _merge(self, owner: str, pair: Duplicate) -> Duplicate | None:
        """Go on with a merge from wherever it is; None if somebody else was faster."""
        if pair.state is DuplicateState.MERGED:
            return pair
        own, twin = self._both(pair, owner)
        if pair.state is not DuplicateState.OPEN or own is None or twin is None:
            raise _not_open()
        if own.transaction.merged_into != pair.twin:
            if not are_alike(own.transaction, twin.transaction):
                self.pairs.still_open(owner, [pair])
                raise _not_open()
            self._refuse_locked(owner, own, twin)
            begun = self._begun(owner, pair, own, twin)
            if begun is None or not self._take_over(begun, twin) or not self._replaced(begun, own):
                return None
            pair = begun
        return self.pairs.close(owner, pair, DuplicateState.MERGED)

    def _both(self, pair: Duplicate, owner: str) -> tuple[Row | None, Row | None]:
        """Give the own transaction and the source's, as far as they are there."""
        rows = self.pairs.rows(owner, (pair.own, pair.twin))
        return rows.get(pair.own), rows.get(pair.twin)

    def _refuse_locked(self, owner: str, *rows: Row | None) -> None:
        """Refuse before anything is written what could be written only in part."""
        times = [row.transaction.facts.occurred_at for row in rows if row is not None]
        self.amend.refuse_locked(owner, times)

    def _begun(self, owner: str, pair: Duplicate, own: Row, twin: Row) -> Duplicate | None:
        """Note that a merge begins, and what is taken over."""
        if pair.merging is not None:
            return pair
        has, gives = twin.transaction.facts, own.transaction.facts
        said = twin.transaction.overlay or Overlay()
        merging = Merging(
            at=self.pairs.clock.now(),
            label=gives.label if has.label is None and "label" not in said else None,
            note=gives.note if has.note is None and "note" not in said else None,
            valuation=None if "valuation" in said else gives.valuation,
        )
        return self.pairs.write(owner, replace(pair, merging=merging))

    def _take_over(self, pair: Duplicate, twin: Row) -> bool:
        """Give the source's transaction the words of the own one; False if others were faster."""
        stored, merging = twin.transaction, pair.merging
        if merging is None or _was(Action.MERGED, stored, merging.at):
            return True
        overlay: Overlay = {**merging.words, **(stored.overlay or {})}
        worded = replace(stored, overlay=overlay or stored.overlay)
        return self._write(twin, worded, Action.MERGED)

    def _replaced(self, pair: Duplicate, own: Row) -> bool:
        """Take the own transaction out of the balance; False if others were faster."""
        out = replace(own.transaction, state=State.EXCLUDED, merged_into=pair.twin)
        return self._write(own, out, Action.MERGED)

    def _write(self, row: Row, changed: Transaction, action: Action) -> bool:
        """Write a changed transaction; False if somebody else was faster."""
        key = row.integration.key
        return self.amend.change(key, row.transaction, changed, action) is not None

    def _dismiss(self, owner: str, pair: Duplicate) -> Duplicate | None:
        """Close an open pair for ever; None if somebody else was faster."""
        if pair.state is DuplicateState.DISMISSED:
            return pair
        if pair.merging is not None:
            raise Conflict("This pair is merged, or nearly so; undo that first.", "merging")
        if pair.state is not DuplicateState.OPEN:
            raise _not_open()
        return self.pairs.close(owner, pair, DuplicateState.DISMISSED)

    def _undo(self, owner: str, pair: Duplicate) -> Duplicate | None:
        """Go on with an undo from wherever it is; None if somebody else was faster."""
        if pair.merging is None and pair.state is not DuplicateState.DISMISSED:
            return pair
        own, twin = self._both(pair, owner)
        if pair.merging is not None and not self._taken_back(owner, pair, own, twin):
            return None
        return self._reopened(owner, replace(pair, merging=None))

    def _taken_back(self, owner: str, pair: Duplicate, own: Row | None, twin: Row | None) -> bool:
        """Undo in both transactions what the merge did; False if others were faster."""
        left = own if own is not None and own.transaction.merged_into == pair.twin else None
        merging = pair.merging
        worded = merging and twin and _without(twin.transaction, merging)
        self._refuse_locked(owner, left, twin if worded else None)
        if twin and worded and not self._write(twin, worded, Action.UNMERGED):
            return False
        if left is None:
            return True
        state = left.transaction.state
        back = State.ACTIVE if state is State.EXCLUDED else state
        put_back = replace(left.transaction, state=back, merged_into=None)
        return self._write(left, put_back, Action.UNMERGED)

    def _reopened(self, owner: str, pair: Duplicate) -> Duplicate | None:
        """Open a pair again, if it still holds."""
        own, twin = self._both(pair, owner)
        if own is None or twin is None or not are_alike(own.transaction, twin.transaction):
            return self.pairs.close(owner, pair, DuplicateState.RESOLVED)
        self.pairs.tell(owner, [pair])
        return self.pairs.write(owner, replace(pair, state=DuplicateState.OPEN, closed_at=None))


def _was(action: Action, transaction: Transaction, since: datetime) -> bool:
    """Tell whether something was done to a transaction, last or before, since a moment."""
    return any(each.action is action and each.at >= since for each in transaction.history or ())


def _without(twin: Transaction, merging: Merging) -> Transaction | None:
    """Give the source's transaction without the words that it took over and still has.

    None if there is nothing to undo: it is deleted, the merge never got there, or was undone.
    """
    standing = [name for name, word in merging.words.items() if _stands(twin, name, word)]
    if twin.state is State.DELETED or not (standing or _is_merged(twin, merging.at)):
        return None
    overlay = Overlay(**(twin.overlay or {}))
    if "label" in standing:
        overlay.pop("label", None)
    if "note" in standing:
        overlay.pop("note", None)
    if "valuation" in standing:
        overlay.pop("valuation", None)
    return replace(twin, overlay=overlay or None)


def _is_merged(twin: Transaction, since: datetime) -> bool:
    """Tell whether the last word on merging, since a moment, is that it was merged."""
    words = [each for each in twin.history or () if each.at >= since and each.action in _WORDS]
    return bool(words) and words[-1].action is Action.MERGED


def _stands(twin: Transaction, name: str, taken: object) -> bool:
    """Tell whether a word that was taken over was not changed since."""
    told = taken.told if isinstance(taken, Worth) else taken
    changes: list[Change] = [each for each in twin.history or () if name in each.after]
    return (
        bool(changes)
        and changes[-1].action is Action.MERGED
        and changes[-1].after[name] == told
        and getattr(twin.facts, name) == taken
    )


_WORDS = frozenset({Action.MERGED, Action.UNMERGED})


def _not_open() -> Conflict:
    """Say that there is nothing to decide."""
    return Conflict("These two are no longer, or not yet again, a possible duplicate.", "not_open")
