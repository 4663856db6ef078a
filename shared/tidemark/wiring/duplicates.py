"""What finds possible duplicates, and what undoes syncs."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tidemark.wiring.base import clock
from tidemark.wiring.outside import files_queue, values_queue
from tidemark.wiring.stores import (
    accounts,
    duplicates,
    integrations,
    issues,
    journal,
    ledger,
    months,
    syncs,
)

if TYPE_CHECKING:
    from tidemark.services.find_duplicates import FindDuplicates
    from tidemark.services.undo import Undo
    from tidemark.services.undo_sync import UndoSync


@cache
def find_duplicates() -> FindDuplicates:
    """Find possible duplicates."""
    from tidemark.services.find_duplicates import FindDuplicates
    from tidemark.services.pairs import Pairs

    pairs = Pairs(duplicates(), ledger(), integrations(), issues(), clock())
    return FindDuplicates(pairs, syncs(), files_queue())


@cache
def undo() -> Undo:
    """Undo what a sync or a file brought."""
    from tidemark.services.amend import Amend
    from tidemark.services.undo import Undo

    amend = Amend(ledger(), journal(), months(), accounts(), integrations(), clock())
    return Undo(ledger(), journal(), amend, clock())


@cache
def undo_sync() -> UndoSync:
    """Undo syncs, job by job."""
    from tidemark.services.undo_sync import UndoSync

    return UndoSync(undo(), syncs(), files_queue(), find_duplicates(), values_queue())
