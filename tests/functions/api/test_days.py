"""Days that are given in place of moments: they are those of the owner's zone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.fakes.source import Row, trades
from tests.functions.api.desk import FIRST, WANTED, Desk
from tests.world import START
from tidemark.domain.accounts import Account
from tidemark.domain.syncs import Mode

NAME = FIRST.integration_id
BERLIN, NEW_YORK, LINE = "Europe/Berlin", "America/New_York", "Pacific/Kiritimati"
SAO_PAULO = "America/Sao_Paulo"
"""There, in 2018, clocks were put forward at midnight."""

MIDNIGHTS = [
    ("UTC", "2025-01-01", "2025-01-01T00:00:00.000000Z"),
    (BERLIN, "2025-01-01", "2024-12-31T23:00:00.000000Z"),
    (BERLIN, "2025-03-31", "2025-03-30T22:00:00.000000Z"),
    (NEW_YORK, "2025-03-10", "2025-03-10T04:00:00.000000Z"),
    (LINE, "2025-01-01", "2024-12-31T10:00:00.000000Z"),
    (SAO_PAULO, "2018-11-04", "2018-11-04T03:00:00.000000Z"),
]


def desk_in(zone: str) -> Desk:
    """Give a desk whose owner lives in a zone, some days after 1 January 2025."""
    desk = Desk()
    desk.world.accounts.items["alice"] = Account("alice", zone=zone)
    return desk


def synced(zone: str, *times: datetime) -> Desk:
    """Give one with a trade at each of some times."""
    desk = desk_in(zone)
    rows: list[Row] = []
    for number, at in enumerate(times):
        pair = trades(number + 1, start=at, every=timedelta(0))[-2:]
        rows += [replace(row, at=at) for row in pair]
    desk.source.rows = rows
    desk.world.connect(FIRST)
    sync = desk.world.requests.request("alice", [NAME], Mode.MISSING)[0]
    desk.world.finish(sync)
    return desk


def bitcoin(desk: Desk, at: str) -> str:
    """Give the calculated balance as of a day or a moment."""
    rows = desk.send("GET", "/v1/balances", at=at).json["data"]
    return next((row["calculated"] for row in rows if row["asset"] == "BTC"), "0")


@pytest.mark.parametrize(("zone", "day", "midnight"), MIDNIGHTS)
def test_a_start_date_begins_with_its_day(zone: str, day: str, midnight: str) -> None:
    """When it is connected, changed, or got a source."""
    desk = desk_in(zone)
    made = desk.send("POST", "/v1/integrations", {**WANTED, "start_date": day}).json
    assert made["start_date"] == midnight
    path = f"/v1/integrations/{made['id']}"
    assert desk.send("PATCH", path, {"start_date": None}).json["start_date"] is None
    assert desk.send("PATCH", path, {"start_date": day}).json["start_date"] == midnight
    assert desk.send("PATCH", path, {"name": "B"}).json["start_date"] == midnight
    cash = desk.send("POST", "/v1/integrations", {"connector": "manual", "name": "Cash"}).json
    other = {"connector": "fake", "credentials": {"api_key": "canary-other"}, "start_date": day}
    converted = desk.send("POST", f"/v1/integrations/{cash['id']}/convert", other)
    assert converted.json["start_date"] == midnight


def test_a_moment_is_what_it_says_in_any_zone() -> None:
    """Its offset counts."""
    desk = desk_in(NEW_YORK)
    given = {**WANTED, "start_date": "2025-01-01T00:00:00+01:00"}
    made = desk.send("POST", "/v1/integrations", given).json
    assert made["start_date"] == "2024-12-31T23:00:00.000000Z"


@pytest.mark.parametrize(("zone", "day", "midnight"), MIDNIGHTS)
def test_a_lock_ends_with_the_day_before(zone: str, day: str, midnight: str) -> None:
    """In the account's zone, unless the lock names one of its own."""
    desk = desk_in(zone)
    locked = desk.send("PUT", "/v1/period_lock", {"locked_until": day}).json
    assert (locked["locked_until"], locked["zone"]) == (midnight, zone)
    other = {"locked_until": "2025-01-02", "zone": LINE}
    locked = desk.send("PUT", "/v1/period_lock", other).json
    assert (locked["locked_until"], locked["zone"]) == ("2025-01-01T10:00:00.000000Z", LINE)


def test_a_list_begins_and_ends_with_days_of_the_zone() -> None:
    """From is part of it, to is not; an export has the same."""
    times = [datetime(2024, 12, 31, hour, tzinfo=UTC) for hour in (22, 23)]
    desk = synced(BERLIN, *times)
    path = "/v1/transactions"
    assert len(desk.send("GET", path, **{"from": "2025-01-01"}).json["data"]) == 1
    assert len(desk.send("GET", path, to="2025-01-01").json["data"]) == 1
    both = {"from": "2024-12-31", "to": "2025-01-02"}
    first = desk.send("GET", path, limit="1", **both).json
    rest = desk.send("GET", path, limit="1", cursor=first["next_cursor"], **both).json
    assert [len(page["data"]) for page in (first, rest)] == [1, 1]
    ordered = desk.send("POST", "/v1/exports", {"format": "csv", "from": "2025-01-01"}).json
    (record,) = desk.world.imports.exports.values()
    assert (record.id, record.selection.since) == (ordered["id"], times[1])


def test_a_sync_of_a_range_reads_days_of_the_zone() -> None:
    """From the beginning of one to the beginning of another."""
    desk = synced(NEW_YORK, START)
    body = {"integrations": [NAME], "mode": "range", "from": "2025-03-09", "to": "2025-03-10"}
    (sync,) = desk.send("POST", "/v1/syncs", body).json["data"]
    stored = desk.world.syncs.get("alice", sync["id"])
    assert stored is not None
    assert stored.requested is not None
    assert stored.requested.since == datetime(2025, 3, 9, 5, tzinfo=UTC)
    assert stored.requested.until == datetime(2025, 3, 10, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "last", "first"),
    [
        ("UTC", "2025-01-31", "2025-01-31T23:59:59Z", "2025-02-01T00:00:00Z"),
        (BERLIN, "2025-03-30", "2025-03-30T21:59:59Z", "2025-03-30T22:00:00Z"),
        (BERLIN, "2024-10-27", "2024-10-27T22:59:59Z", "2024-10-27T23:00:00Z"),
        (NEW_YORK, "2025-01-31", "2025-02-01T04:59:59Z", "2025-02-01T05:00:00Z"),
        (LINE, "2025-02-01", "2025-02-01T09:59:59Z", "2025-02-01T10:00:00Z"),
        (SAO_PAULO, "2018-11-03", "2018-11-04T02:59:59Z", "2018-11-04T03:00:00Z"),
    ],
)
def test_a_balance_of_a_day_is_that_at_its_end(zone: str, day: str, last: str, first: str) -> None:
    """The last second of the day counts, the next day's first does not."""
    within, behind = (datetime.fromisoformat(each) for each in (last, first))
    desk = synced(zone, within, behind)
    assert bitcoin(desk, day) == "0.001"
    assert bitcoin(desk, first) == "0.001"
    assert bitcoin(desk, last) == "0"
    after = datetime.fromisoformat(day) + timedelta(days=1)
    assert bitcoin(desk, f"{after:%Y-%m-%d}") == "0.003"


def test_a_balance_of_today_is_that_of_now() -> None:
    """Tomorrow is refused, whatever day it is elsewhere."""
    desk = synced(LINE, START)
    assert f"{desk.world.clock.now():%d %H}" == "01 12"
    assert bitcoin(desk, "2025-06-02") == "0.001"
    refused = desk.send("GET", "/v1/balances", at="2025-06-03")
    assert (refused.status, refused.pointers) == (422, ["/query/at"])
    desk.world.accounts.items["alice"] = Account("alice", zone=NEW_YORK)
    assert desk.send("GET", "/v1/balances", at="2025-06-02").status == 422


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_day_beyond_the_calendar_is_refused(day: str) -> None:
    """Some zones have days that no clock of ours can tell."""
    desk = desk_in(BERLIN if day < "1" else NEW_YORK)
    paths = [("POST", "/v1/integrations", {**WANTED, "start_date": day})]
    paths.append(("PUT", "/v1/period_lock", {"locked_until": day}))
    for method, path, body in paths:
        assert desk.send(method, path, body).status == 422, path
    assert desk.send("GET", "/v1/balances", at=day).status in {200, 422}
    assert desk.send("GET", "/v1/transactions", **{"from": day}).status in {200, 422}
