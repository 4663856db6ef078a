"""Balances over HTTP."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.functions.api.desk import FIRST, SECOND, Desk, listed
from tests.judged import on_demand
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


def test_balances_of_a_past_moment(desk: Desk) -> None:
    """Before a transaction and after it; synced is what the last check until then was told."""
    first = FIRST.integration_id
    query = {"integration": first, "at": "2025-01-01T06:00:00Z"}
    assert balances(desk, **query) == [
        (first, "BTC", None, "0.003", None, None),
        (first, "EUR", None, "-3.5", None, None),
    ]
    assert balances(desk, integration=first, at="2024-12-31") == []
    assert balances(desk, integration=first, at="2025-01-01T00:00:00Z") == []
    query["at"] = "2025-06-01T12:00:30Z"
    assert [row[2:5] for row in balances(desk, **query)] == [
        ("0.015", "0.015", "0"),
        ("-16.25", "-16.25", "0"),
    ]
    reply = desk.send("GET", "/v1/balances", at="2099-01-01")
    assert (reply.status, reply.pointers) == (422, ["/query/at"])


def test_a_check_of_all_shows_what_it_is_waiting_for(desk: Desk) -> None:
    """Every integration has a message; what was found is there when it was worked on."""
    world = desk.world
    asked = desk.send("POST", "/v1/balance_checks", {"integrations": "all"})
    names = [FIRST.integration_id, SECOND.integration_id]
    assert (asked.status, asked.json["status"], asked.json["waiting"]) == (202, "running", names)
    assert world.queue.messages[-2:] == [(key, asked.json["id"]) for key in (FIRST, SECOND)]
    on_demand(world).work(FIRST, asked.json["id"], world.worker("c"))
    shown = desk.send("GET", asked.headers["Location"]).json
    assert (shown["status"], shown["waiting"]) == ("running", names[1:])
    rows = [(row["asset"], row["difference"], row["tips"]) for row in shown["rows"]]
    assert rows == [("BTC", "0", []), ("EUR", "0", [])]
    assert shown["rows"][0]["last_good_at"] == shown["rows"][0]["as_of"]
    on_demand(world).work(SECOND, asked.json["id"], world.worker("c"))
    assert desk.send("GET", asked.headers["Location"]).json["status"] == "done"


def test_what_is_paused_is_not_checked(desk: Desk) -> None:
    """Named it is a conflict."""
    desk.change(FIRST, paused=True)
    body = {"integrations": [FIRST.integration_id]}
    reply = desk.send("POST", "/v1/balance_checks", body)
    assert (reply.status, reply.code) == (409, "paused")
