"""The schedule itself, ticking for years over integrations in memory."""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

from tests.fakes import (
    FakeClock,
    FakeQueue,
    MemoryAccounts,
    MemoryIntegrations,
    MemoryIssues,
    MemoryWatermarks,
)
from tests.years.life import START, Life, lives, ticks
from tests.years.promise import promised
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.licences import DEFAULT
from tidemark.domain.schedules import Wheel, slot_of
from tidemark.services.fire_schedules import FireSchedules
from tidemark.services.request_sync import SyncRequests
from tidemark.services.watch_consents import WatchConsents

_PATIENCE = timedelta(hours=1)


class Indexed(MemoryIntegrations):
    """Integrations that are found by their slots at once."""

    def __init__(self, keys: Mapping[tuple[str, int], list[IntegrationKey]]) -> None:
        """Know who may be in which slot."""
        super().__init__()
        self.keys = keys

    def in_slots(self, hour: str, numbers: range) -> Iterator[tuple[int, IntegrationKey]]:
        """Name those that are in them now."""
        for number in numbers:
            for key in self.keys.get((hour, number), []):
                if slot_of(self.items[key]) is not None:
                    yield number, key


@dataclass
class Asked:
    """Takes requests of syncs, and writes down when they came."""

    now: datetime = START
    fired: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))

    def request(self, owner: str, *_: object, **__: object) -> None:
        """Write one down."""
        self.fired[owner].append(self.now)


@dataclass(frozen=True)
class Played:
    """What came of it, and what was promised, by owner."""

    lives: Sequence[Life]
    ticks: Sequence[datetime]
    fired: dict[str, list[datetime]]
    promised: dict[str, list[datetime]]


def play(years: int, count: int, seed: int) -> Played:
    """Play years of so many integrations."""
    chance = random.Random(seed)
    made, moments = lives(count, years, chance), ticks(years, chance)
    asked = Asked()
    _run(made, moments, asked)
    return Played(made, moments, dict(asked.fired), _promises(made, moments))


def _promises(made: Sequence[Life], moments: Sequence[datetime]) -> dict[str, list[datetime]]:
    """Give what is promised to those to whom anything is."""
    found = {life.owner: promised(life, moments) for life in made}
    return {owner: fired for owner, fired in found.items() if fired}


def _run(made: Sequence[Life], moments: Sequence[datetime], asked: Asked) -> None:
    """Tick, with everything that happens in between."""
    keys: dict[tuple[str, int], list[IntegrationKey]] = defaultdict(list)
    for life in made:
        if slot := slot_of(life.integration):
            keys[slot.hour, slot.number].append(life.integration.key)
    integrations, accounts = Indexed(keys), MemoryAccounts()
    requests = cast("SyncRequests", asked)
    watermarks: Any = MemoryWatermarks()
    clock = FakeClock(START)
    watching = WatchConsents(integrations, MemoryIssues(), clock)
    firing = FireSchedules(
        integrations, accounts, watermarks, requests, DEFAULT, clock, watching, FakeQueue()
    )
    for life in made:
        integrations.add(life.integration)
        accounts.items[life.owner] = life.account(START)
    coming = sorted(_changes(made), key=lambda change: change[0], reverse=True)
    for at in moments:
        while coming and coming[-1][0] <= at:
            _change(coming.pop()[1], at, integrations, accounts)
        asked.now = at
        for wheel in Wheel:
            firing.tick(wheel, at, START + _PATIENCE)


def _changes(made: Sequence[Life]) -> Iterator[tuple[datetime, Life]]:
    """Give when something happens in a life."""
    for life in made:
        for at in (*life.seen, *life.turned):
            yield at, life


def _change(
    life: Life, at: datetime, integrations: MemoryIntegrations, accounts: MemoryAccounts
) -> None:
    """Make the stores as they are at a moment."""
    key = life.integration.key
    integrations.items[key] = replace(integrations.items[key], paused=life.paused(at))
    accounts.items[life.owner] = life.account(at)
