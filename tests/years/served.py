"""Plays a year on the local server: ``python -m tests.years.served --days 365``.

Every tier has owners with an account at Kraken; the clock is moved by the local server's endpoint,
a week at a time, and beyond New Year. What the schedule started is compared with the table.
"""

import argparse
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from local.child import FREE_PORTS, ServerChild, source_arguments
from local.sources.kraken_history import generate
from tests.exchange import Exchange

START = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)
DAY = 86_400
WEEK = 7 * DAY
_LATE = timedelta(hours=1, minutes=10)
"""Far moves fire a schedule once an hour."""

_AFTER_NEW_YEAR = 3 * DAY


@dataclass(frozen=True)
class Plan:
    """An owner: the tier, the licensed years, whether they are seen each week, what is due."""

    owner: str
    tier: str
    years: tuple[int, ...]
    seen: bool
    every: timedelta | None


PLANS = (
    Plan("free", "free", (2026,), seen=True, every=None),
    Plan("basic-there", "basic", (2026,), seen=True, every=timedelta(days=7)),
    Plan("basic-away", "basic", (2026,), seen=False, every=timedelta(days=90)),
    Plan("pro", "pro", (2026,), seen=False, every=timedelta(days=1)),
    Plan("unlimited", "unlimited", (2026,), seen=True, every=timedelta(days=1)),
    Plan("pro-of-last-year", "pro", (2025,), seen=True, every=None),
)


def connect(server: ServerChild, exchange: Exchange, plan: Plan) -> None:
    """License an owner and connect an account."""
    path = f"/v1/admin/accounts/{plan.owner}/licence"
    licence = {"tier": plan.tier, "tax_years": plan.years}
    server.client("operator", "admin").put(path, json=licence).raise_for_status()
    credentials = exchange.account(generate(10)).credentials
    body = {"connector": "kraken", "name": "Kraken", "credentials": credentials}
    server.client(plan.owner).post("/v1/integrations", json=body).raise_for_status()


def scheduled(server: ServerChild, owner: str) -> list[datetime]:
    """Give when the schedule started syncs of an owner, oldest first; all of them went well."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = server.client(owner).get("/v1/syncs", params={"limit": "200", **cursor}).json()
        found += [each for each in page["data"] if each["trigger"] == "schedule"]
        if not page["has_more"]:
            break
        cursor = {"cursor": page["next_cursor"]}
    if any(each["status"] != "succeeded" for each in found):
        raise AssertionError(f"{owner}: a sync did not succeed")
    return [datetime.fromisoformat(each["requested_at"]) for each in reversed(found)]


def go(server: ServerChild, days: int) -> None:
    """Let the days pass, with those who are seen looking in each week; then New Year."""
    passed = 0
    while passed < days * DAY:
        step = min(WEEK, days * DAY - passed)
        server.advance(step)
        passed += step
        for plan in PLANS:
            if plan.seen:
                server.client(plan.owner).get("/v1/account").raise_for_status()
    server.advance(_AFTER_NEW_YEAR)
    server.idle(60)


def as_promised(plan: Plan, fired: list[datetime], end: datetime) -> bool:
    """Tell whether an owner's syncs came as the table says, up to the end of the licence."""
    if plan.every is None:
        return not fired
    gaps = [later - earlier for earlier, later in pairwise(fired)]
    if not plan.seen and plan.tier == "basic":
        gaps = gaps[1:]  # the first two weeks they were seen: connecting is a request
    until = min(end, datetime(2027, 1, 1, tzinfo=UTC))
    regular = all(abs(gap - plan.every) <= _LATE for gap in gaps)
    kept_up = bool(fired) and until - fired[-1] <= plan.every + _LATE
    return regular and kept_up and fired[-1] < until


def main() -> int:
    """Play, and say what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.years.served", description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    days = parser.parse_args().days
    began, right = time.monotonic(), True
    end = START + timedelta(days=days, seconds=_AFTER_NEW_YEAR)
    with Exchange() as exchange:
        arguments = (*FREE_PORTS, *source_arguments({"kraken": exchange.url}))
        with ServerChild(*arguments, "--now", START.isoformat(), "--quiet") as server:
            for plan in PLANS:
                connect(server, exchange, plan)
            server.idle(60)
            go(server, days)
            for plan in PLANS:
                fired = scheduled(server, plan.owner)
                fine = as_promised(plan, fired, end)
                right = right and fine
                sys.stdout.write(f"{plan.owner:18} {len(fired):5} syncs, as promised: {fine}\n")
    sys.stdout.write(f"{days} days and three, {time.monotonic() - began:.0f} s\n")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
