"""Sealing a locked period: a digest per integration, so that nothing in it changes unseen."""

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import batched

from tidemark.domain.accounts import Account, PeriodLock
from tidemark.domain.integrations import Integration, IntegrationKey
from tidemark.domain.pages import Window
from tidemark.domain.ports import Accounts, Clock, Integrations, Ledger
from tidemark.domain.seals import NOTHING, Sealing
from tidemark.errors import Conflict, StaleVersion
from tidemark.services.find import with_transactions

_PORTION = 1_000
_TRIES = 20


@dataclass(frozen=True)
class Seals:
    """Takes and compares seals: everything before the lock is read, however much that is."""

    accounts: Accounts
    integrations: Integrations
    ledger: Ledger
    clock: Clock

    def take(
        self, integrations: list[Integration], locked_until: datetime, deadline: datetime
    ) -> dict[str, str]:
        """Seal what is before a moment, per integration that has any of it.

        Raises:
            Conflict: code ``too_large``: there is more than can be read until ``deadline`` (UTC).
        """
        taken = {each.id: self._take(each.key, locked_until, deadline) for each in integrations}
        return {each: seal for each, seal in taken.items() if seal != NOTHING}

    def intact(self, owner: str, deadline: datetime) -> bool | None:
        """Tell whether everything is as it was sealed; None when nothing is sealed.

        Raises:
            Conflict: ``too_large`` as in ``take``; ``busy``: the lock is being changed.
        """
        for _ in range(_TRIES):
            account = self.accounts.get(owner)
            lock = account.settled_lock
            if lock is None:
                return None
            own = with_transactions(self.integrations, owner)
            same = self.take(own, lock.locked_until, deadline) == dict(lock.seals)
            if same or self.accounts.get(owner) == account:
                return same
        raise Conflict("The period lock is being changed; try again.", "busy")

    def renew(self, key: IntegrationKey, deadline: datetime) -> None:
        """Seal an integration anew after its owner took something into the locked period.

        Whoever comes last has seen what all have written.

        Raises:
            Conflict: ``too_large`` or ``busy`` as in ``intact``.
        """
        for _ in range(_TRIES):
            account = self.accounts.get(key.owner)
            lock = account.settled_lock
            if lock is None:
                return
            seal = self._take(key, lock.locked_until, deadline)
            seals = {**lock.seals, key.integration_id: seal}
            renewed = _renewed(account, replace(lock, seals=seals))
            if renewed == account or write(self.accounts, renewed):
                return
        raise Conflict("The period lock is being changed; try again.", "busy")

    def _take(self, key: IntegrationKey, locked_until: datetime, deadline: datetime) -> str:
        """Seal one integration."""
        sealing = Sealing()
        rows = self.ledger.oldest_first(key, Window(None, locked_until), None)
        for portion in batched(rows, _PORTION, strict=False):
            sealing.add(portion)
            if self.clock.now() > deadline:
                raise Conflict("There is too much in this period to seal it now.", "too_large")
        return sealing.seal


def _renewed(account: Account, lock: PeriodLock) -> Account:
    """Put a lock in place of the settled one."""
    if account.lock is not None and account.lock.sealed:
        return replace(account, lock=lock)
    return replace(account, before=lock)


def write(accounts: Accounts, account: Account) -> bool:
    """Write an account over the version that it was read with; tell whether it was the same."""
    try:
        accounts.replace(replace(account, version=account.version + 1), account.version)
    except StaleVersion:
        return False
    return True
