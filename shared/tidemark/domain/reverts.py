"""The undo of a sync or an import: what it removed, and what it left and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class RevertStatus(StrEnum):
    """Where an undo stands."""

    REVERTING = "reverting"
    REVERTED = "reverted"


class KeptReason(StrEnum):
    """Why an undo leaves a transaction: its owner, or another sync, has a part in it."""

    EDITED = "edited"
    EXCLUDED = "excluded"
    MERGED = "merged"
    LOCKED = "locked"
    LEGS_ADDED = "legs_added"
    BUSY = "busy"


class Kept(NamedTuple):
    """A transaction that was left, by the id that owners see."""

    id: str
    reason: KeptReason


@dataclass(frozen=True, slots=True)
class Revert:
    """How far an undo is. ``rows`` are the first of the ``kept``.

    ``done`` ids of the journal's chunk with the number ``chunk`` are done with, and all before it.
    """

    asked_at: datetime
    status: RevertStatus = RevertStatus.REVERTING
    ended_at: datetime | None = None
    removed: int = 0
    kept: int = 0
    rows: tuple[Kept, ...] = ()
    chunk: int = 0
    done: int = 0
