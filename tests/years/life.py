"""What happens to one integration and its owner in years: all of it made up before it happens."""

import random
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tidemark.domain.accounts import Account
from tidemark.domain.integrations import Integration, IntegrationKey, IntegrationKind
from tidemark.domain.licences import Licence, Tier

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
_SOURCES = (IntegrationKind.EXCHANGE, IntegrationKind.WALLET, IntegrationKind.BANK)


@dataclass(frozen=True)
class Life:
    """An owner with one integration: when they were seen, and from when to when it is paused."""

    number: int
    tier: Tier
    kind: IntegrationKind
    years: tuple[int, ...]
    seen: list[datetime]
    turned: list[datetime]

    @property
    def owner(self) -> str:
        """Name the owner."""
        return f"owner-{self.number}"

    @property
    def integration(self) -> Integration:
        """Give the integration as it is when it was just connected."""
        key = IntegrationKey(self.owner, f"intg_{self.number}")
        return Integration(key, "any", self.kind, "Any", START)

    def last_seen(self, at: datetime) -> datetime | None:
        """Give when the owner was seen last."""
        place = bisect_right(self.seen, at)
        return self.seen[place - 1] if place else None

    def paused(self, at: datetime) -> bool:
        """Tell whether it is paused: every other turn of the switch pauses it."""
        return bisect_right(self.turned, at) % 2 == 1

    def account(self, at: datetime) -> Account:
        """Give the owner's account as it is at a moment."""
        licence = Licence(self.tier, self.years)
        return Account(self.owner, licence=licence, last_seen_at=self.last_seen(at))


def lives(count: int, years: int, chance: random.Random) -> list[Life]:
    """Make up so many lives; all tiers and all kinds are among them."""
    return [_life(number, years, chance) for number in range(count)]


def _life(number: int, years: int, chance: random.Random) -> Life:
    """Make up one."""
    licensed = tuple(START.year + year for year in range(years) if chance.random() < 0.8)
    tiers = list(Tier)
    return Life(
        number,
        tiers[number % len(tiers)],
        _SOURCES[number // len(tiers) % len(_SOURCES)],
        licensed,
        _moments(years, chance, longest=chance.choice((3, 30, 200))),
        _moments(years, chance, longest=300),
    )


def _moments(years: int, chance: random.Random, longest: int) -> list[datetime]:
    """Make up moments, so many days apart at most."""
    found, at = [], START
    while at < START + years * 366 * DAY:
        at += chance.random() * longest * DAY
        found.append(at)
    return found


def ticks(years: int, chance: random.Random) -> list[datetime]:
    """Make up when the ticks come: some are missing, some come twice, now and then there are none.

    They keep their distance to the hour, as those of a rate do.
    """
    step, found = timedelta(minutes=5), []
    at = START + timedelta(seconds=chance.randrange(300))
    while at < START + years * 365 * DAY:
        dice = chance.random()
        found += [at] * (0 if dice < 0.01 else 2 if dice < 0.02 else 1)
        at += step * (chance.randrange(1, 900) if dice > 0.9999 else 1)
    return found
