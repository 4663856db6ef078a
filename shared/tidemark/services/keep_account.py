"""An owner's account: what it is licensed for, what its owner counts in, when they were seen."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypedDict

from tidemark.domain.accounts import Account
from tidemark.domain.licences import Licence
from tidemark.domain.ports import Accounts, Clock
from tidemark.errors import Conflict, StaleVersion, StoreUnavailable
from tidemark.services.write_integration import BUSY, TRIES

_SELDOM = timedelta(hours=1)
_MOST_REMEMBERED = 10_000


class Preferences(TypedDict, total=False):
    """What an owner may change; what is not named stays."""

    quote_currency: str
    zone: str


@dataclass(frozen=True)
class KeepAccount:
    """Changes accounts."""

    accounts: Accounts

    def prefer(self, owner: str, wanted: Preferences) -> Account:
        """Change what the owner counts in. Raises Conflict ``busy``."""
        return self._edit(owner, lambda old: replace(old, **wanted))

    def license(self, owner: str, licence: Licence) -> Account:
        """Set what the owner is licensed for. Raises Conflict ``busy``."""
        return self._edit(owner, lambda old: replace(old, licence=licence))

    def _edit(self, owner: str, change: Callable[[Account], Account]) -> Account:
        """Write a change over whatever is stored."""
        for _ in range(TRIES):
            present = self.accounts.get(owner)
            changed = change(present)
            if changed == present:
                return present
            changed = replace(changed, version=present.version + 1)
            try:
                self.accounts.replace(changed, present.version)
            except StaleVersion:
                continue
            return changed
        raise Conflict(BUSY, "busy")


@dataclass(frozen=True)
class NoteSeen:
    """Notes that owners use the product, each at most once an hour.

    It remembers whom it noted: most requests pay nothing for it.
    """

    accounts: Accounts
    clock: Clock
    _noted: dict[str, datetime] = field(default_factory=dict)

    def note(self, owner: str) -> None:
        """Note that an owner is here; a database that is busy does not keep them waiting."""
        now = self.clock.now()
        last = self._noted.get(owner)
        if last is not None and last <= now < last + _SELDOM:
            return
        if len(self._noted) >= _MOST_REMEMBERED:
            self._noted.clear()
        try:
            self.accounts.note_seen(owner, now, now - _SELDOM)
        except StoreUnavailable:
            return
        self._noted[owner] = now
