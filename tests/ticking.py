"""A licensed owner with one integration, and the schedule ticking over it."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.fakes.source import FakeSource, trades
from tests.world import KEY, START, World
from tidemark.domain.accounts import Account
from tidemark.domain.integrations import IntegrationKind
from tidemark.domain.licences import Licence, Tier
from tidemark.domain.schedules import SLOT, Wheel, next_sync
from tidemark.services.check_rights import RECHECK
from tidemark.services.fire_schedules import FireSchedules
from tidemark.services.watch_consents import WatchConsents

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PRO = Licence(Tier.PRO, (2025,))


@dataclass
class Ticking:
    """A world with one integration of a licensed owner, and the schedule over it."""

    it: World = field(default_factory=lambda: World(FakeSource(trades(3, start=START), 10)))
    kind: IntegrationKind = IntegrationKind.EXCHANGE
    licence: Licence = PRO

    def __post_init__(self) -> None:
        """Connect it."""
        self.it.connect()
        self.change(kind=self.kind)
        self.license(self.licence)

    @property
    def firing(self) -> FireSchedules:
        """Give the service."""
        it = self.it
        return FireSchedules(
            it.integrations,
            it.accounts,
            it.watermarks,
            it.requests,
            it.licences,
            it.clock,
            WatchConsents(it.integrations, it.issues, it.clock),
            it.queue,
        )

    def license(self, licence: Licence) -> None:
        """Give the owner a licence."""
        account = self.it.accounts.get("alice")
        self.it.accounts.items["alice"] = replace(account, licence=licence)

    def change(self, **facts: object) -> None:
        """Set facts of the integration."""
        items = self.it.integrations.items
        items[KEY] = replace(items[KEY], **facts)  # type: ignore[arg-type]

    @property
    def wheel(self) -> Wheel:
        """Give the wheel of the integration."""
        return Wheel.SIX_HOURLY if self.kind is IntegrationKind.BANK else Wheel.DAILY

    def tick(self, at: datetime, life: timedelta = HOUR) -> int:
        """Tick at a moment."""
        self.it.clock.advance(max(at - self.it.clock.now(), timedelta(0)))
        return self.firing.tick(self.wheel, at, self.it.clock.now() + life)

    def run(self, since: datetime, time: timedelta) -> list[datetime]:
        """Tick for a while, every sync to its end; give when something was fired."""
        fired = []
        for number in range(time // SLOT):
            at = since + number * SLOT
            if self.tick(at):
                fired.append(at)
                self.finish()
        return fired

    def finish(self) -> None:
        """Bring what runs to its end."""
        for _, sync_id in self.it.queue.messages:
            if sync_id == RECHECK:
                continue
            self.it.finish(self.it.requests.read("alice", sync_id))
        self.it.queue.messages.clear()

    @property
    def turn(self) -> datetime:
        """Give the next beginning of the integration's slot."""
        found = self.it.integrations.items[KEY]
        now = self.it.clock.now()
        account = Account("alice", licence=Licence(Tier.PRO, (now.year,)))
        told = next_sync(self.it.licences, account, found, now).at
        assert told is not None
        return told
