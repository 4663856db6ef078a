"""What semantics promise of schedules, said once more and in another way: life by life."""

import zlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from tests.years.life import Life

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)
_SLOT = timedelta(minutes=5)
_TABLE: dict[tuple[str, str], tuple[int, int]] = {
    ("basic", "exchange"): (7 * 24, 90 * 24),
    ("basic", "wallet"): (7 * 24, 90 * 24),
    ("basic", "bank"): (24, 24),
    ("pro", "exchange"): (24, 24),
    ("pro", "wallet"): (24, 24),
    ("pro", "bank"): (6, 6),
    ("unlimited", "exchange"): (24, 24),
    ("unlimited", "wallet"): (24, 24),
    ("unlimited", "bank"): (6, 6),
}
"""Tier and kind: hours between syncs for an owner seen in the last 7 days, and for others."""


def promised(life: Life, ticks: Sequence[datetime]) -> list[datetime]:
    """Give the ticks at which one integration has to sync."""
    hours = _TABLE.get((life.tier.value, life.kind.value))
    fired: list[datetime] = []
    last: datetime | None = None
    for turn, at in _looks(life, ticks):
        if hours is None or at.year not in life.years or life.paused(at):
            continue
        seen = life.last_seen(at)
        lately = seen is not None and at - seen <= 7 * 24 * _HOUR
        if last is not None and turn - last < hours[0 if lately else 1] * _HOUR:
            continue
        if life.kind == "bank" and len(fired) >= 4 and at - fired[-4] < 24 * _HOUR:
            continue
        last = turn
        fired.append(at)
    return fired


def _looks(life: Life, ticks: Sequence[datetime]) -> Iterator[tuple[datetime, datetime]]:
    """Give each turn of an integration's slot with the first tick that comes after it.

    What lies a whole turn of the wheel back by then is not looked at any more, and what came
    before the first tick ever is not either.
    """
    round_ = (6 if life.kind == "bank" else 24) * _HOUR
    number = zlib.crc32(life.integration.id.encode()) % (round_ // _SLOT)
    first = _begin(ticks[0])
    turn = first + (_EPOCH + number * _SLOT - first) % round_
    while turn <= ticks[-1]:
        at = ticks[bisect_left(ticks, turn)]
        if _begin(at) - turn < round_:
            yield turn, at
        turn += round_


def _begin(at: datetime) -> datetime:
    """Give the beginning of the five minutes in which a moment lies."""
    return at.replace(minute=at.minute // 5 * 5, second=0, microsecond=0)
