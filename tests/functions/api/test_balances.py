"""Balances over HTTP."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.functions.api.desk import FIRST, SECOND, Desk, listed
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.transactions import Origin


@pytest.fixture
def desk() -> Desk:
    """Give a desk with five transactions in each of two integrations, at the same times."""
    made = Desk()
    for key in (FIRST, SECOND):
        made.fill(5, key)
        made.world.clock.advance(timedelta(minutes=1))
    return made


def balances(desk: Desk, **query: str) -> list[tuple[str, ...]]:
    """Give all balances."""
    return [tuple(each.values()) for each in listed(desk, "/v1/balances", **query)]


def test_balances_are_listed_per_integration_and_asset(desk: Desk) -> None:
    """Synced, calculated, difference; synced null where the source has not said."""
    third = IntegrationKey("alice", "intg_01J00000000000000000000005")
    desk.world.connect(third)
    row = desk.world.ledger.of(FIRST)["ledger:T0000"]
    desk.world.ledger.of(third)[row.id] = row
    desk.world.months.enter(third, ["2025-01"], "w")
    desk.world.months.leave(third, ["2025-01"], "w")
    at = "2025-06-01T12:00:00.000000Z"
    first, third_id = FIRST.integration_id, third.integration_id
    assert balances(desk, integration=first) == [
        (first, "BTC", "0.015", "0.015", "0", at),
        (first, "EUR", "-16.25", "-16.25", "0", at),
    ]
    assert balances(desk, integration=third_id) == [
        (third_id, "BTC", None, "0.001", None, None),
        (third_id, "EUR", None, "-1.25", None, None),
    ]
    assert len(balances(desk)) == 6
    desk.change(third, deactivated=True)
    assert len(balances(desk)) == 4


def test_a_manual_integration_agrees_with_itself(desk: Desk) -> None:
    """Both balances are equal by definition."""
    made = desk.send("POST", "/v1/integrations", {"connector": "manual", "name": "Cash"}).json
    key = IntegrationKey("alice", made["id"])
    row = desk.world.ledger.of(FIRST)["ledger:T0000"]
    desk.world.ledger.of(key)[row.id] = replace(row, origin=Origin.MANUAL)
    desk.world.months.enter(key, ["2025-01"], "w")
    desk.world.months.leave(key, ["2025-01"], "w")
    rows = balances(desk, integration=made["id"])
    assert [each[1:5] for each in rows] == [
        ("BTC", "0.001", "0.001", "0"),
        ("EUR", "-1.25", "-1.25", "0"),
    ]
