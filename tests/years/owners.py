"""Owners on the local server: who has which licence, and what the schedule did for them."""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from local.child import ServerChild

NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
_LATE = timedelta(hours=1, minutes=10)
"""Far moves fire a schedule once an hour."""

_LIMITED = 2
"""So many syncs of a bank may have to wait too long in a year."""


@dataclass(frozen=True)
class Plan:
    """An owner: the tier, the licensed years, whether they are seen each week, what is due."""

    owner: str
    tier: str
    years: tuple[int, ...]
    seen: bool
    every: timedelta | None


def license_owner(server: ServerChild, plan: Plan) -> None:
    """Give an owner the licence of a plan."""
    path = f"/v1/admin/accounts/{plan.owner}/licence"
    licence = {"tier": plan.tier, "tax_years": plan.years}
    server.client("operator", "admin").put(path, json=licence).raise_for_status()


def everything(server: ServerChild, owner: str, path: str) -> list[dict[str, Any]]:
    """Give all of a list, newest first."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = server.client(owner).get(path, params={"limit": "200", **cursor}).json()
        found += page["data"]
        if not page["has_more"]:
            return found
        cursor = {"cursor": page["next_cursor"]}


def scheduled(server: ServerChild, owner: str) -> list[datetime]:
    """Give when the schedule started syncs of an owner, oldest first.

    Those that did not succeed are shown, and count only if they had to wait too long for a bank's
    next reading: about once a year (adr/0027).
    """
    syncs = everything(server, owner, "/v1/syncs")
    found = [each for each in reversed(syncs) if each["trigger"] == "schedule"]
    for each in found:
        if each["status"] != "succeeded":
            sys.stdout.write(f"{owner}: {each['status']}, {each['error']}\n")
    limited = [each for each in found if each["status"] == "rate_limited"][:_LIMITED]
    well = [each for each in found if each["status"] == "succeeded" or each in limited]
    return [datetime.fromisoformat(each["requested_at"]) for each in well]


def gaps(fired: list[datetime], every: timedelta) -> list[timedelta]:
    """Give the times between two syncs that are not what they should be."""
    between = (later - earlier for earlier, later in pairwise(fired))
    return [gap for gap in between if abs(gap - every) > _LATE]


def kept_up(fired: list[datetime], every: timedelta, end: datetime) -> bool:
    """Tell whether the last sync was where it should be, before a moment."""
    return bool(fired) and timedelta(0) < end - fired[-1] <= every + _LATE
