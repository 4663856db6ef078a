"""Readings of banks with nobody there: never more than allowed in any 24 hours."""

import math
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes import FakeClock, MemoryQuotas
from tests.stores.stores import Stores
from tidemark.domain.consents import Quota
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.reads import ON_THE_WAY
from tidemark.domain.setbacks import LONGEST_WAIT
from tidemark.errors import RateLimited

KEY = IntegrationKey("alice", "intg_1")
HOUR, DAY = timedelta(hours=1), timedelta(hours=24)


def take(quota: Quota, most: int = 4, account: str = "a", scope: str = "transactions") -> bool:
    """Take one, if there is one."""
    try:
        quota.take(account, scope, most)
    except RateLimited:
        return False
    return True


def test_four_are_allowed_in_any_24_hours(stores: Stores) -> None:
    """The fifth is told when the first is forgotten."""
    quota = stores.quotas.of(KEY)
    for _ in range(4):
        assert take(quota)
        stores.clock.advance(HOUR)
    with pytest.raises(RateLimited) as refused:
        quota.take("a", "transactions", 4)
    assert refused.value.retry_after == 20 * HOUR + ON_THE_WAY
    stores.clock.advance(20 * HOUR + ON_THE_WAY)
    assert take(quota)
    assert not take(quota)


def test_accounts_and_scopes_are_counted_apart(stores: Stores) -> None:
    """So are owners; the integrations of one owner are not."""
    quota = stores.quotas.of(KEY)
    assert take(quota, 1)
    assert not take(quota, 1)
    assert take(quota, 1, scope="balances")
    assert take(quota, 1, account="b")
    assert take(stores.quotas.of(IntegrationKey("bob", "intg_1")), 1)
    assert not take(stores.quotas.of(IntegrationKey("alice", "intg_2")), 1)


def test_what_the_aggregator_says_counts(stores: Stores) -> None:
    """Until the moment that it names; each reading is one less."""
    quota = stores.quotas.of(KEY)
    quota.told("a", "transactions", 1, stores.clock.now() + 3 * HOUR)
    assert take(quota)
    with pytest.raises(RateLimited) as refused:
        quota.take("a", "transactions", 4)
    assert refused.value.retry_after == 3 * HOUR
    stores.clock.advance(3 * HOUR)
    assert take(quota)


def test_what_is_told_does_not_forget_what_was_counted(stores: Stores) -> None:
    """Both have to allow it."""
    quota = stores.quotas.of(KEY)
    assert take(quota, 1)
    quota.told("a", "transactions", 10, stores.clock.now() + DAY)
    assert not take(quota, 1)
    assert take(quota, 2)


@given(delays=st.lists(st.integers(0, 2_000), min_size=20, max_size=40))
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_bank_that_counts_what_reaches_it_counts_no_fifth(delays: list[int]) -> None:
    """Every six hours to the second, however long each reading is on its way."""
    clock = FakeClock()
    quota, reached = MemoryQuotas(clock).of(KEY), []
    for delay in delays:
        try:
            quota.take("a", "transactions", 4)
        except RateLimited as error:
            clock.advance(error.retry_after or DAY)
            assert take(quota)
        reached.append(clock.now() + timedelta(milliseconds=delay))
        clock.advance(6 * HOUR)
    assert all(later - first >= DAY for first, later in zip(reached, reached[4:], strict=False))


def test_four_readings_a_day_for_a_year_are_made_but_for_very_few() -> None:
    """Each waits seconds longer than the day before; where that is too long, one is left out.

    Then all are in time again.
    """
    clock = FakeClock()
    quota, begin, left_out = MemoryQuotas(clock).of(KEY), clock.now(), 0
    for turn in range(4 * 365):
        clock.advance(begin + turn * 6 * HOUR - clock.now())
        try:
            quota.take("a", "transactions", 4)
        except RateLimited as error:
            wait = timedelta(seconds=math.ceil((error.retry_after or DAY).total_seconds()) + 1)
            if wait > LONGEST_WAIT:
                left_out += 1
                continue
            clock.advance(wait)
            assert take(quota)
    assert left_out <= 2


@given(pauses=st.lists(st.integers(0, 8 * 60), min_size=1, max_size=60), most=st.integers(1, 4))
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_never_more_than_allowed_in_any_24_hours(pauses: list[int], most: int) -> None:
    """However often it is tried, and whenever; and none is refused that is allowed."""
    clock = FakeClock()
    quota, taken = MemoryQuotas(clock).of(KEY), []
    for pause in pauses:
        clock.advance(timedelta(minutes=pause))
        now = clock.now()
        allowed = sum(now - at < DAY + ON_THE_WAY for at in taken) < most
        assert take(quota, most) is allowed
        if allowed:
            taken.append(now)
    assert all(later - first >= DAY for first, later in zip(taken, taken[most:], strict=False))
