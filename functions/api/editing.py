"""The services beside single edits: loaded when a route first needs one of them."""

from functools import cached_property

from functions.api.wired import Wired
from tidemark.services.amend import Amend
from tidemark.services.change_many import ChangeMany
from tidemark.services.edit_transactions import EditTransactions
from tidemark.services.make_transaction import MakeTransaction
from tidemark.services.read_changes import ReadChanges


class Editing:
    """What makes transactions by hand, changes many, and tells what was changed."""

    def __init__(self, wired: Wired, amend: Amend, edits: EditTransactions) -> None:
        """Put services together from these ports and services."""
        self._wired = wired
        self._amend = amend
        self._edits = edits

    @cached_property
    def make(self) -> MakeTransaction:
        """Make transactions by hand."""
        return MakeTransaction(self._wired.integrations(), self._amend, self._wired.clock())

    @cached_property
    def many(self) -> ChangeMany:
        """Change many at once."""
        return ChangeMany(self._edits, self._wired.clock())

    @cached_property
    def changes(self) -> ReadChanges:
        """Tell what changed."""
        wired = self._wired
        return ReadChanges(wired.integrations(), wired.ledger(), wired.journal(), wired.clock())
