"""Lists of transactions over HTTP: orders, filters, pages."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.source import Row, trades
from tests.functions.api.desk import FIRST, SECOND, Desk, change, listed
from tests.world import START
from tidemark.domain.legs import Kind, Leg, Role
from tidemark.domain.syncs import Mode
from tidemark.domain.transactions import Origin, State


@pytest.fixture
def desk() -> Desk:
    """Give a desk with five transactions in each of two integrations, at the same times."""
    made = Desk()
    for key in (FIRST, SECOND):
        made.fill(5, key)
        made.world.clock.advance(timedelta(minutes=1))
    return made


@pytest.mark.parametrize("sort", ["-occurred_at", "occurred_at"])
def test_lists_merge_all_integrations_by_time(desk: Desk, sort: str) -> None:
    """Each once, whatever the page size, also where times are the same."""
    rows = [(each["occurred_at"], each["integration"]) for each in listed(desk, sort=sort)]
    assert len(rows) == 10
    assert rows == sorted(rows, reverse=sort.startswith("-"))


def test_the_default_is_newest_first(desk: Desk) -> None:
    """As the contract says."""
    assert listed(desk) == listed(desk, sort="-occurred_at")


def test_newest_imported_first(desk: Desk) -> None:
    """What was imported last comes first, across integrations; each once."""
    desk.source.rows += trades(6, start=START)[-2:]
    desk.world.finish(desk.world.requests.request("alice", [FIRST.integration_id], Mode.MISSING)[0])
    rows = listed(desk, sort="-imported_at")
    times = [each["imported_at"] for each in rows]
    assert times == sorted(times, reverse=True)
    assert rows[0]["source_id"] == "T0005"
    assert len({each["id"] for each in rows}) == len(rows) == 11


@pytest.mark.parametrize("sort", ["-occurred_at", "-imported_at"])
def test_pages_stay_right_while_rows_are_added(desk: Desk, sort: str) -> None:
    """Rows that come meanwhile are not seen twice, nor push others out."""
    whole = [each["id"] for each in listed(desk, sort=sort)]
    first = desk.send("GET", "/v1/transactions", limit="4", sort=sort).json
    desk.source.rows.append(Row("NEW", "TNEW", START + timedelta(days=90), "EUR", Decimal(1)))
    desk.world.finish(
        desk.world.requests.request("alice", [SECOND.integration_id], Mode.MISSING)[0]
    )
    cursor = first["next_cursor"]
    rest = desk.send("GET", "/v1/transactions", sort=sort, cursor=cursor).json
    assert [each["id"] for each in first["data"] + rest["data"]] == whole


@pytest.mark.parametrize(
    ("query", "sources"),
    [
        ({"integration": FIRST.integration_id}, {"T0000", "T0001", "T0002", "T0003", "T0004"}),
        ({"asset": "ETH"}, {"T0001"}),
        ({"kind": "deposit"}, {"T0001"}),
        ({"origin": "manual"}, {"T0002"}),
        ({"state": "excluded"}, {"T0003"}),
        ({"state": "held"}, set()),
        ({"q": "t0004"}, {"T0004"}),
        ({"q": "l0002b"}, {"T0002"}),
        ({"q": "XETH"}, {"T0001"}),
        ({"q": "yes", "asset": "ETH"}, {"T0001"}),
        ({"q": "nothing has this"}, set()),
        ({"from": "2025-01-01T15:00:00Z"}, {"T0003", "T0004"}),
        ({"to": "2025-01-01T05:00:00Z"}, {"T0000"}),
        ({"from": "2025-01-01T05:00:00Z", "to": "2025-01-01T10:00:00Z"}, {"T0001"}),
        ({"import": "sync_none"}, set()),
    ],
)
@pytest.mark.parametrize("sort", ["-occurred_at", "occurred_at", "-imported_at"])
def test_filters_hold_in_every_order(query: dict[str, str], sources: set[str], sort: str) -> None:
    """``from`` is inclusive, ``to`` exclusive; text is found in ids, assets and details."""
    desk = Desk()
    desk.fill(5)
    leg = Leg("D1", "ETH", Decimal(1), Role.PRINCIPAL, "XETH", Kind.DEPOSIT)
    change(desk, 1, legs=(leg,))
    change(desk, 2, origin=Origin.MANUAL)
    change(desk, 3, state=State.EXCLUDED)
    assert {each["source_id"] for each in listed(desk, sort=sort, **query)} == sources


def test_an_import_names_what_it_brought(desk: Desk) -> None:
    """In every order."""
    rows = listed(desk)
    mine = next(each["import"] for each in rows if each["integration"] == FIRST.integration_id)
    for sort in ("-occurred_at", "-imported_at"):
        found = listed(desk, sort=sort, **{"import": mine})
        assert {each["integration"] for each in found} == {FIRST.integration_id}
        assert len(found) == 5


@pytest.mark.parametrize(
    "query", [{"sort": "amount"}, {"kind": "x"}, {"state": "x"}, {"from": "x"}, {"q": ""}]
)
def test_a_wrong_filter_is_refused(desk: Desk, query: dict[str, str]) -> None:
    """Not ignored."""
    reply = desk.send("GET", "/v1/transactions", **query)
    assert (reply.status, reply.pointers) == (422, [f"/query/{next(iter(query))}"])


def balances(desk: Desk, **query: str) -> Sequence[tuple[str, ...]]:
    """Give all balances, a row at a time."""
    rows: list[tuple[str, ...]] = []
    page: dict[str, Any] = {"has_more": True}
    while page["has_more"]:
        cursor = {"cursor": page["next_cursor"]} if "next_cursor" in page else {}
        page = desk.send("GET", "/v1/balances", limit="1", **query, **cursor).json
        rows += [tuple(each.values()) for each in page["data"]]
    return rows
