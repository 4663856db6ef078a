"""The services around the period lock, over a world, and what to compare a locked period by."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.world import KEY, World
from tidemark.domain.accounts import PeriodLock
from tidemark.domain.ids import transaction_id
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.pages import Window
from tidemark.domain.seals import seal_of
from tidemark.domain.transactions import Transaction
from tidemark.services.decide_held import DecideHeld
from tidemark.services.lock_period import Locked, LockPeriod
from tidemark.services.seal_period import Seals
from tidemark.services.stop import Stop


@dataclass
class Lockbox:
    """Locks, unlocks and decides, as the API does; asleep, only the world's clock moves."""

    it: World
    sleep: Callable[[float], None] | None = None

    def nap(self, seconds: float) -> None:
        """Let time pass."""
        self.it.clock.advance(timedelta(seconds=seconds))

    @property
    def deadline(self) -> datetime:
        """Give until when a request may work."""
        return self.it.clock.now() + timedelta(seconds=25)

    @property
    def seals(self) -> Seals:
        """Seal."""
        it = self.it
        stores = (it.accounts, it.integrations, it.ledger)
        return Seals(*(it.see(each) for each in stores), it.clock)

    @property
    def locking(self) -> LockPeriod:
        """Lock."""
        it = self.it
        stop = Stop(it.see(it.runs), it.see(it.syncs), it.clock, self.sleep or self.nap)
        stores = (it.accounts, it.integrations, it.parked, it.months)
        return LockPeriod(*(it.see(each) for each in stores), self.seals, stop, it.clock)

    @property
    def deciding(self) -> DecideHeld:
        """Decide."""
        it = self.it
        stores = (it.integrations, it.ledger, it.parked, it.issues)
        return DecideHeld(*(it.see(each) for each in stores), it.amending, self.seals)

    def lock(self, until: datetime, zone: str = "UTC") -> Locked:
        """Lock everything of alice's before a moment."""
        return self.locking.lock("alice", until, zone, self.deadline)

    def accept(self, inner: str) -> Transaction:
        """Accept one."""
        return self.deciding.accept("alice", _id(inner), self.deadline)[1]

    def reject(self, inner: str) -> None:
        """Reject one."""
        self.deciding.reject("alice", _id(inner))

    def held(self) -> list[str]:
        """Give what waits for a decision."""
        return [view.held.id for view in self.deciding.views("alice", None, None)]

    def intact(self) -> bool | None:
        """Compare with what was sealed."""
        return self.seals.intact("alice", self.deadline)


def _id(inner: str) -> str:
    """Give the id that owners see."""
    return transaction_id(KEY.integration_id, inner)


def impose(it: World, until: datetime, zone: str = "UTC") -> None:
    """Have a lock without asking whether it may be."""
    account = it.accounts.get("alice")
    lock = PeriodLock(until, zone, it.clock.now(), sealed=True)
    it.accounts.items["alice"] = type(account)("alice", lock, account.version + 1)


def bytes_of(it: World, until: datetime, key: IntegrationKey = KEY) -> tuple[str, str]:
    """Give all that is kept of what is before a moment, and its seal."""
    rows = sorted(
        (row for row in it.ledger.of(key).values() if row.facts.occurred_at < until),
        key=lambda row: row.id,
    )
    return repr(rows), seal_of(it.ledger.oldest_first(key, Window(None, until), None))
