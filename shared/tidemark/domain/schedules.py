"""Schedules: at which moments an integration may sync by itself, and at which it does.

Time is cut into slots of five minutes, in UTC since 1970. A wheel turns once in a while (a day, or
six hours for banks) and an integration has one slot of it, by a hash of its id: nothing about that
follows from a licence. What the licence says is asked when the slot comes.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from tidemark.domain.accounts import Account
from tidemark.domain.integrations import Integration, IntegrationKind, Status
from tidemark.domain.licences import Licences, Tier, cadence_of

SLOT = timedelta(minutes=5)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
MOST_A_DAY = 4
"""Many banks let a source be read so often in 24 hours while its owner is not there."""

_RIGHTS_HOLD = timedelta(days=7)
"""So long an answer about a key's rights is relied on."""

_STOPPED = {
    Status.RECONNECT_REQUIRED: "reconnect_required",
    Status.INVALID_CREDENTIALS: "invalid_credentials",
    Status.WAITING_FOR_USER: "waiting_for_user",
}


class Wheel(StrEnum):
    """What an integration's slot belongs to."""

    DAILY = "daily"
    SIX_HOURLY = "six_hourly"

    @property
    def turn(self) -> timedelta:
        """Give how long it takes to come round."""
        return _DAY if self is Wheel.DAILY else timedelta(hours=6)

    @property
    def slots(self) -> int:
        """Give how many slots it has."""
        return self.turn // SLOT

    def slot_at(self, moment: datetime) -> "Slot":
        """Give the slot whose turn it is at a moment."""
        return Slot(self, (moment - _EPOCH) // SLOT % self.slots)

    def due(self, mark: datetime | None, at: datetime) -> Iterator["Stretch"]:
        """Give the slots after ``mark`` up to a moment hour by hour, of the last turn at most.

        None: nothing came round yet; it begins with the slot of the moment.
        """
        last = start_of_slot(at)
        begin = last if mark is None else max(mark + SLOT, last - self.turn + SLOT)
        while begin <= last:
            end = min(begin - (begin - _EPOCH) % _HOUR + _HOUR - SLOT, last)
            yield Stretch(self.slot_at(begin), begin, end)
            begin = end + SLOT


@dataclass(frozen=True, slots=True)
class Slot:
    """A place on a wheel, counted from 0 at the beginning of a turn."""

    wheel: Wheel
    number: int

    @property
    def hour(self) -> str:
        """Name the hour of the turn in which it lies."""
        return f"{self.wheel.value}#{self.number // (_HOUR // SLOT)}"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Slots of one hour, one after the other, as they come round."""

    first: Slot
    begin: datetime
    """When the first one begins (UTC)."""
    end: datetime
    """When the last one begins (UTC)."""

    @property
    def numbers(self) -> range:
        """Give the numbers of its slots."""
        return range(self.first.number, self.first.number + (self.end - self.begin) // SLOT + 1)

    def moment(self, number: int) -> datetime:
        """Give when a slot of it begins (UTC)."""
        return self.begin + (number - self.first.number) * SLOT


@dataclass(frozen=True, slots=True)
class NextSync:
    """When an integration syncs by itself next (UTC), and why then, or why never."""

    at: datetime | None
    reason: str


def start_of_slot(moment: datetime) -> datetime:
    """Give the beginning of the slot in which a moment lies."""
    return moment - (moment - _EPOCH) % SLOT


def wheel_of(kind: IntegrationKind) -> Wheel | None:
    """Give the wheel of a kind; None: it has no source."""
    if kind is IntegrationKind.MANUAL:
        return None
    return Wheel.SIX_HOURLY if kind is IntegrationKind.BANK else Wheel.DAILY


def slot_of(integration: Integration) -> Slot | None:
    """Give the slot of an integration; None while it does not sync, whatever the licence."""
    wheel = wheel_of(integration.kind)
    if wheel is None or integration.paused or integration.deactivated or integration.deleting:
        return None
    return Slot(wheel, _number(integration, wheel))


def is_due(
    table: Licences, account: Account, integration: Integration, moment: datetime, at: datetime
) -> bool:
    """Tell whether the slot that began at ``moment`` and is looked at ``at`` has work to do.

    The licence is that of the look: what lapsed in between does not sync.
    """
    if _stop(integration) is not None or _quota_used(integration, at):
        return False
    cadence = cadence_of(table, account.licence, integration.kind, account.last_seen_at, at)
    last = integration.scheduled_for
    return cadence is not None and (last is None or moment - last >= cadence)


def rights_are_old(integration: Integration, at: datetime) -> bool:
    """Tell whether a key's rights are to be asked again: once a week.

    What else can be connected cannot do more than read.
    """
    last = integration.rights_checked_at or integration.created_at
    return integration.kind is IntegrationKind.EXCHANGE and at - last >= _RIGHTS_HOLD


def wants_recheck(integration: Integration, at: datetime) -> bool:
    """Tell whether to ask for a key's rights at its turn, where no sync does.

    The next turn would be too late for what is a week old within this one.
    """
    return _stop(integration) is None and rights_are_old(integration, at + Wheel.DAILY.turn - SLOT)


def next_sync(
    table: Licences, account: Account, integration: Integration, now: datetime
) -> NextSync:
    """Say when an integration syncs by itself next, if its owner is not seen again until then."""
    stop, wheel = _stop(integration), wheel_of(integration.kind)
    if stop is not None or wheel is None:
        return NextSync(None, stop or "manual")
    cadence = table.get(account.licence.tier, {}).get(integration.kind)
    if cadence is None:
        free = account.licence.tier is Tier.FREE
        return NextSync(None, "free" if free else "not_in_tier")
    every = cadence.every
    found = _next_slot(integration, wheel, every, now)
    if (away := cadence.at(account.last_seen_at, found)) != every:
        every = away
        found = _next_slot(integration, wheel, every, now)
    if not account.licence.counts(found):
        return NextSync(None, "licence_lapsed")
    return NextSync(found, _spelled(every))


def _next_slot(integration: Integration, wheel: Wheel, every: timedelta, now: datetime) -> datetime:
    """Give the first turn of an integration's slot after now that its cadence allows."""
    last = integration.scheduled_for
    earliest = start_of_slot(now) + SLOT
    if last is not None:
        earliest = max(earliest, last + every)
    if integration.kind is IntegrationKind.BANK and len(integration.fired_at) == MOST_A_DAY:
        earliest = max(earliest, integration.fired_at[0] + _DAY)
    earliest = start_of_slot(earliest + SLOT - timedelta.resolution)
    place = _EPOCH + _number(integration, wheel) * SLOT
    return earliest + (place - earliest) % wheel.turn


def _number(integration: Integration, wheel: Wheel) -> int:
    """Give the number of an integration's slot."""
    return zlib.crc32(integration.id.encode()) % wheel.slots


def _stop(integration: Integration) -> str | None:
    """Say what keeps an integration from syncing by itself, whatever the licence."""
    if integration.kind is IntegrationKind.MANUAL:
        return "manual"
    for word in ("deleting", "deactivated", "paused"):
        if getattr(integration, word):
            return word
    return _STOPPED.get(integration.status)


def _quota_used(integration: Integration, at: datetime) -> bool:
    """Tell whether a bank was read as often as it may be."""
    if integration.kind is not IntegrationKind.BANK:
        return False
    return sum(at - fired < _DAY for fired in integration.fired_at) >= MOST_A_DAY


def _spelled(every: timedelta) -> str:
    """Spell a cadence as a reason."""
    if every > _DAY and not every % _DAY:
        return f"every_{every.days}_days"
    return f"every_{every // _HOUR}_hours"
