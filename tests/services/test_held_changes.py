"""What accepting a held transaction would change: balances, and of which year."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.locked import Lockbox
from tests.services.test_deciding import CUT, FIRST, LATE, SECOND, held, late, views
from tests.world import set_state, world
from tidemark.domain.accounts import PeriodLock
from tidemark.domain.syncs import Mode
from tidemark.domain.transactions import State


def test_each_tells_what_it_would_change() -> None:
    """A new or restored one all of it, late legs only what they add."""
    it = held()
    changes = {each: view.balances for each, view in views(it).items()}
    assert changes == {
        LATE: {"EUR": Decimal("7.50")},
        FIRST: {"EUR": Decimal("7.50")},
        SECOND: {"EUR": Decimal("-2.25"), "BTC": Decimal("0.002")},
    }
    assert {view.year for view in views(it).values()} == {2025}


def test_an_excluded_one_changes_nothing_by_its_late_legs() -> None:
    """It does not count, with or without them."""
    it = world(10, page_size=50)
    it.run()
    set_state(it, FIRST, State.EXCLUDED)
    Lockbox(it).lock(CUT)
    it.source.open_span = timedelta(days=1)
    it.source.rows.append(late("T0000"))
    it.run(Mode.MISSING)
    assert views(it)[FIRST].balances == {}


@pytest.mark.parametrize(("zone", "year"), [("America/New_York", 2024), ("Asia/Tokyo", 2025)])
def test_the_year_is_that_of_the_locks_zone(zone: str, year: int) -> None:
    """At one moment it is not the same year everywhere."""
    it = held()
    it.source.rows.append(late("EVE", 3))
    account = it.accounts.items["alice"]
    assert account.lock is not None
    lock = PeriodLock(CUT, zone, account.lock.locked_at, account.lock.seals, sealed=True)
    it.accounts.items["alice"] = replace(account, lock=lock)
    it.run(Mode.MISSING)
    assert views(it)["ledger:EVE"].year == year
    assert datetime(2025, 1, 1, 3, tzinfo=UTC) == it.source.rows[-1].at
