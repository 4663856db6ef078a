"""Doing one thing with many transactions, each by itself: what goes wrong harms no other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from tidemark.domain.ports import Clock
from tidemark.errors import LedgerError, Refused
from tidemark.services.edit_transactions import EditTransactions

OUT_OF_TIME = "out_of_time"
_SPENT = "There was no time left for this one; ask again for it."
_UNWRITTEN = "This could not be written now; ask again for it."


class ManyAction(StrEnum):
    """What may be done with many at once."""

    EXCLUDE = "exclude"
    INCLUDE = "include"
    RESET = "reset"
    DELETE = "delete"
    FORGET = "forget"


class Done(NamedTuple):
    """What became of one: ``code`` is None if it was done, else a word that says why not."""

    id: str
    code: str | None = None
    detail: str | None = None


@dataclass(frozen=True)
class ChangeMany:
    """Changes many transactions, one after the other."""

    edits: EditTransactions
    clock: Clock

    def change(
        self, owner: str, action: ManyAction, ids: Sequence[str], until: datetime
    ) -> Iterator[Done]:
        """Do the same with each; after a moment (UTC) nothing more is begun."""
        act = self._act(action)
        for each in ids:
            if self.clock.now() >= until:
                yield Done(each, OUT_OF_TIME, _SPENT)
                continue
            try:
                act(owner, each)
            except Refused as error:
                yield Done(each, error.code, str(error))
            except LedgerError as error:
                yield Done(each, error.code, _UNWRITTEN)
            else:
                yield Done(each)

    def _act(self, action: ManyAction) -> Callable[[str, str], object]:
        """Give what does it with one."""
        acts: dict[ManyAction, Callable[[str, str], object]] = {
            ManyAction.EXCLUDE: self.edits.exclude,
            ManyAction.INCLUDE: self.edits.include,
            ManyAction.RESET: self.edits.reset,
            ManyAction.DELETE: self.edits.delete,
            ManyAction.FORGET: self.edits.forget,
        }
        return acts[action]
