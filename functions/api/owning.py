"""The services of accounts: noting that an owner is here comes with most requests."""

from functools import cached_property

from functions.api.wired import Wired
from tidemark.services.keep_account import KeepAccount, NoteSeen


class Owning:
    """What notes that owners are here, and keeps their accounts."""

    def __init__(self, wired: Wired) -> None:
        """Put services together from these ports."""
        self._wired = wired

    @cached_property
    def note_seen(self) -> NoteSeen:
        """Note that owners use the product."""
        return NoteSeen(self._wired.accounts(), self._wired.clock())

    @cached_property
    def keep(self) -> KeepAccount:
        """Change accounts."""
        return KeepAccount(self._wired.accounts())
