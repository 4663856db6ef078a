"""The services for possible duplicates and undo: loaded when a route first needs one of them."""

from functools import cached_property

from functions.api.wired import Wired
from tidemark.domain.integrations import IntegrationKey
from tidemark.errors import LedgerError
from tidemark.services.amend import Amend
from tidemark.services.decide_duplicates import DecideDuplicates
from tidemark.services.find_duplicates import FindDuplicates
from tidemark.services.pairs import Pairs
from tidemark.services.read_duplicates import ReadDuplicates
from tidemark.services.undo_sync import AskUndo


class Pairing:
    """What finds, lists and decides possible duplicates, and what undoes syncs."""

    def __init__(self, wired: Wired, amend: Amend) -> None:
        """Put services together from these ports and services."""
        self._wired = wired
        self._amend = amend

    @cached_property
    def pairs(self) -> Pairs:
        """Look after pairs."""
        wired = self._wired
        return Pairs(
            duplicates=wired.duplicates(),
            ledger=wired.ledger(),
            integrations=wired.integrations(),
            issues=wired.issues(),
            clock=wired.clock(),
        )

    @cached_property
    def reading(self) -> ReadDuplicates:
        """List pairs."""
        return ReadDuplicates(self.pairs)

    @cached_property
    def decide(self) -> DecideDuplicates:
        """Merge, dismiss, undo."""
        return DecideDuplicates(self.pairs, self._amend)

    @cached_property
    def undo_sync(self) -> AskUndo:
        """Take an owner's request to undo a sync."""
        wired = self._wired
        return AskUndo(
            integrations=wired.integrations(),
            syncs=wired.syncs(),
            queue=wired.files_queue(),
            clock=wired.clock(),
        )

    def made(self, key: IntegrationKey, transaction_id: str) -> None:
        """Look for the pair of a transaction that was made by hand."""
        finding = self._finding
        try:
            finding.expect_own(key)
            finding.after_change(key.owner, [transaction_id])
        except LedgerError:
            return

    def changed(self, owner: str, *transaction_ids: str) -> None:
        """Look at the pairs of transactions that were changed.

        The change itself is made and is not undone by what goes wrong here: the next sync, or
        list of pairs, looks again.
        """
        try:
            self._finding.after_change(owner, transaction_ids)
        except LedgerError:
            return

    @cached_property
    def _finding(self) -> FindDuplicates:
        """Find pairs."""
        wired = self._wired
        return FindDuplicates(self.pairs, wired.syncs(), wired.files_queue())
