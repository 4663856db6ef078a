"""Plays a year on the local server: ``python -m tests.years.served --days 365``.

Every tier has owners with an account at Kraken, and two have owners of bank accounts; the clock is
moved by the local server's endpoint, a week at a time, and beyond New Year. What the schedule
started is compared with the table.
"""

import argparse
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from local.child import FREE_PORTS, ServerChild, source_arguments
from local.sources.kraken_history import generate
from tests.exchange import Exchange
from tests.years.owners import NEW_YEAR, Plan, gaps, kept_up, license_owner, scheduled
from tests.years.served_banks import Customer, customers

START = datetime(2026, 1, 1, 0, 56, tzinfo=UTC)
"""Behind the last tick of an hour: moves that end there fire schedules as one long move does."""

_WEEK = 7
_AFTER_NEW_YEAR = timedelta(days=3)

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
    license_owner(server, plan)
    credentials = exchange.account(generate(10)).credentials
    body = {"connector": "kraken", "name": "Kraken", "credentials": credentials}
    server.client(plan.owner).post("/v1/integrations", json=body).raise_for_status()


def go(server: ServerChild, days: int, customers: Iterable[Customer]) -> None:
    """Let the days pass, with those who are seen looking in each week; then New Year."""
    for day in [*range(_WEEK, days, _WEEK), days]:
        move(server, START + timedelta(days=day))
        for plan in PLANS:
            if plan.seen:
                server.client(plan.owner).get("/v1/account").raise_for_status()
        for customer in customers:
            customer.week(server)
        sys.stderr.write(f"day {day}\n")
    move(server, START + timedelta(days=days) + _AFTER_NEW_YEAR)
    server.idle(60)


def move(server: ServerChild, to: datetime) -> None:
    """Move the clock to a moment."""
    now = datetime.fromisoformat(server.advance(0))
    server.advance((to - now).total_seconds())


def as_promised(server: ServerChild, plan: Plan, end: datetime) -> bool:
    """Tell whether an owner's syncs came as the table says, up to the end of the licence."""
    fired, odd = scheduled(server, plan.owner), list[timedelta]()
    if plan.every is None:
        fine = not fired
    else:
        lingering = not plan.seen and plan.tier == "basic"  # connecting is being seen
        odd = gaps(fired[lingering:], plan.every)
        fine = not odd and kept_up(fired, plan.every, min(end, NEW_YEAR))
    told = f"{plan.owner:18} {len(fired):5} syncs, gaps {[*map(str, odd)]}, as promised: {fine}"
    sys.stdout.write(f"{told}\n")
    return fine


def play(server: ServerChild, exchange: Exchange, days: int, banked: Iterable[Customer]) -> bool:
    """Play, and say what came of it."""
    for plan in PLANS:
        connect(server, exchange, plan)
    for customer in banked:
        customer.connect(server)
    server.idle(60)
    go(server, days, banked)
    end = START + timedelta(days=days) + _AFTER_NEW_YEAR
    fine = [as_promised(server, plan, end) for plan in PLANS]
    return all(fine + [customer.as_promised(server, end) for customer in banked])


def main() -> int:
    """Play as many days as asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.years.served", description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    days, began = parser.parse_args().days, time.monotonic()
    with Exchange() as exchange, customers(START) as banked:
        sources = {each.connector: each.source.url for each in banked} | {"kraken": exchange.url}
        arguments = (*FREE_PORTS, *source_arguments(sources))
        with ServerChild(*arguments, "--now", START.isoformat(), "--quiet") as server:
            right = play(server, exchange, days, banked)
    sys.stdout.write(f"{days} days and three, {time.monotonic() - began:.0f} s\n")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
