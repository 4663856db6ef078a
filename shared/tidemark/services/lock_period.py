"""Locking a period: from the acknowledgement on, no byte of it changes but by the owner's word.

The lock is marked first and everybody keeps to the mark: writers enter a month, or take a lease,
and look for it then. Whoever was at work before is stopped or waited for. Only then is it looked
whether the period can be locked; if so it is sealed, if not the lock is put back to what it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from tidemark.domain.accounts import Account, PeriodLock
from tidemark.domain.integrations import Integration
from tidemark.domain.ports import Accounts, Clock, Integrations, Months, Parked
from tidemark.errors import Conflict, FieldError, Invalid, TidemarkError
from tidemark.services.find import with_transactions
from tidemark.services.quiet import has_writers, wait_until_quiet
from tidemark.services.seal_period import Seals, write
from tidemark.services.stop import Stop

_TRIES = 5
_AT_WORK = timedelta(seconds=60)
"""How long setting a lock may take: longer than any function that answers requests may run."""

_REASON = "The owner locked a period."


class Moved(StrEnum):
    """Where a lock went."""

    FORWARD = "forward"
    BACKWARD = "backward"
    NOWHERE = "nowhere"


class Locked(NamedTuple):
    """The lock as it is now, and as it was before."""

    lock: PeriodLock | None
    before: PeriodLock | None

    @property
    def moved(self) -> Moved:
        """Say where it went; without a lock there is none at the beginning of time."""
        until = [each.locked_until if each else None for each in (self.before, self.lock)]
        if until[0] == until[1]:
            return Moved.NOWHERE
        if until[0] is None or (until[1] is not None and until[1] > until[0]):
            return Moved.FORWARD
        return Moved.BACKWARD


@dataclass(frozen=True)
class LockPeriod:
    """Locks an owner's past, and unlocks it."""

    accounts: Accounts
    integrations: Integrations
    parked: Parked
    months: Months
    seals: Seals
    stop: Stop
    clock: Clock

    def lock(self, owner: str, locked_until: datetime, zone: str, deadline: datetime) -> Locked:
        """Lock everything before a moment (UTC), more or less than is locked now.

        Sealing reads all of the period: what cannot be read until ``deadline`` (UTC) is not locked.

        Raises:
            Invalid: it lies in the future.
            Conflict: the lock is as it was: ``pending_transactions`` or ``held_transactions`` lie
                in the period, ``still_stopping``: somebody who writes has not let go yet,
                ``too_large``: sealing takes too long, ``busy``: the lock is just being changed.
        """
        now = self.clock.now()
        if locked_until > now:
            error = FieldError("/locked_until", "This lies in the future.")
            raise Invalid("The request is not valid.", [error])
        account = self._account(owner)
        wanted = PeriodLock(locked_until, zone, now)
        if account.lock is None or not account.lock.sealed:
            return self._extend(account, wanted, deadline)
        if locked_until > account.lock.locked_until:
            return self._extend(account, wanted, deadline)
        return self._shorten(account, wanted, deadline)

    def unlock(self, owner: str) -> Locked:
        """Lock nothing. Raises Conflict ``busy``."""
        for _ in range(_TRIES):
            account = self._account(owner)
            unlocked = replace(account, lock=None, before=None)
            if unlocked == account or write(self.accounts, unlocked):
                return Locked(None, account.settled_lock)
        raise _busy()

    def _account(self, owner: str) -> Account:
        """Give the account, unless somebody is just setting a lock."""
        account = self.accounts.get(owner)
        lock = account.lock
        if lock is not None and not lock.sealed and self.clock.now() < lock.locked_at + _AT_WORK:
            raise _busy()
        return account

    def _keep(self, account: Account) -> None:
        """Write an account. Raises Conflict ``busy``."""
        if not write(self.accounts, account):
            raise _busy()

    def _shorten(self, account: Account, wanted: PeriodLock, deadline: datetime) -> Locked:
        """Lock less than before, or the same in another zone: nobody has to stop for that."""
        before = account.lock
        seals = before.seals if before else {}
        if before is None or before.locked_until != wanted.locked_until:
            own = with_transactions(self.integrations, account.owner)
            seals = self.seals.take(own, wanted.locked_until, deadline)
        lock = replace(wanted, seals=seals, sealed=True)
        self._keep(replace(account, lock=lock))
        return Locked(lock, before)

    def _extend(self, account: Account, wanted: PeriodLock, deadline: datetime) -> Locked:
        """Lock what was not locked before, or put back what was."""
        before = account.settled_lock
        own = with_transactions(self.integrations, account.owner)
        self._refuse_undecided(own, wanted)
        self._keep(replace(account, lock=wanted, before=before))
        try:
            lock = self._sealed(account.owner, wanted, deadline)
            self._settle(account.owner, wanted, lock)
        except TidemarkError:
            self._put_back(account.owner, wanted)
            raise
        return Locked(lock, before)

    def _sealed(self, owner: str, wanted: PeriodLock, deadline: datetime) -> PeriodLock:
        """Wait until all keep to the mark, and seal what is there then."""
        own = with_transactions(self.integrations, owner)
        for each in own:
            if not each.deleting and self.stop.runs.current(each.key) is not None:
                self.stop.interrupt(each.key, _REASON)
        wait_until_quiet(lambda: any(map(self._is_busy, own)), self.stop.sleep)
        self._refuse_undecided(own, wanted)
        seals = self.seals.take(own, wanted.locked_until, deadline)
        return replace(wanted, seals=seals, sealed=True)

    def _is_busy(self, integration: Integration) -> bool:
        """Tell whether anybody may be at work who has not seen the mark."""
        key = integration.key
        return self.stop.has_worker(key) or has_writers(self.months, key, self.clock.now())

    def _refuse_undecided(self, own: Sequence[Integration], wanted: PeriodLock) -> None:
        """Refuse to lock what is not settled: at its source, or by the owner."""
        for each in own:
            if any(wanted.holds(found.occurred_at) for found in self.parked.pending(each.key)):
                message = f"Pending transactions of {each.name} lie in this period."
                raise Conflict(message, "pending_transactions")
            held = (row for row in self.parked.held(each.key) if not row.rejected)
            if any(wanted.holds(row.found.occurred_at) for row in held):
                message = f"Held transactions of {each.name} lie in this period: decide on them."
                raise Conflict(message, "held_transactions")

    def _settle(self, owner: str, wanted: PeriodLock, lock: PeriodLock) -> None:
        """Put the sealed lock in place of its mark. Raises Conflict ``busy``."""
        for _ in range(_TRIES):
            account = self.accounts.get(owner)
            if account.lock != wanted:
                break
            if write(self.accounts, replace(account, lock=lock, before=None)):
                return
        raise _busy()

    def _put_back(self, owner: str, wanted: PeriodLock) -> None:
        """Take the mark away again, if it is still there."""
        for _ in range(_TRIES):
            account = self.accounts.get(owner)
            if account.lock != wanted:
                return
            if write(self.accounts, replace(account, lock=account.before, before=None)):
                return


def _busy() -> Conflict:
    """Say that others are at the lock."""
    return Conflict("The period lock is being changed; try again.", "busy")
