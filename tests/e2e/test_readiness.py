"""A tax report from red to green: each reason is followed to where it is solved."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from local.child import FREE_PORTS, ServerChild, source_arguments
from local.sources.kraken import KrakenSource
from local.sources.kraken_records import History
from tests.e2e.conftest import Json, Server
from tests.exchange import Exchange

OWNER = "tax-owner"
EUR, BTC = "ZEUR", "XXBT"
ROWS = [
    ("LAAAAA-00001", (2024, 3, 1), "FTAAA1", "deposit", EUR, "1000.0000", "1000.0000"),
    ("LAAAAA-00002", (2024, 5, 1), "TAAAA2", "trade", EUR, "-100.0000", "900.0000"),
    ("LAAAAA-00003", (2024, 5, 1), "TAAAA2", "trade", BTC, "0.0020000000", "0.0020000000"),
    ("LAAAAA-00004", (2025, 3, 1), "TAAAA4", "trade", EUR, "-200.0000", "700.0000"),
    ("LAAAAA-00005", (2025, 3, 1), "TAAAA4", "trade", BTC, "0.0040000000", "0.0060000000"),
    ("LAAAAA-00006", (2025, 9, 1), "FTAAA6", "mystery", EUR, "5.0000", "705.0000"),
]
LATE = ("LAAAAA-00007", (2025, 6, 15), "FTAAA7", "deposit", EUR, "10.0000", "710.0000")


@pytest.fixture
def new_year(exchange: Exchange) -> Iterator[Server]:
    """Serve the product on the last evening of 2025."""
    arguments = source_arguments({"kraken": exchange.url})
    with ServerChild(*FREE_PORTS, *arguments, "--now", "2025-12-31T22:45:00Z") as child:
        yield Server(child)


def add(account: KrakenSource, row: tuple[Any, ...]) -> None:
    """Add a ledger row."""
    name, day, refid, kind, asset, amount, balance = row
    words = {"refid": refid, "type": kind, "subtype": "", "aclass": "currency", "asset": asset}
    sums = {"amount": amount, "fee": "0.0000", "balance": balance}
    account.append(name, {**words, **sums}, datetime(*day, 12, tzinfo=UTC))


def reasons(server: Server, year: int = 2025) -> dict[str, Json]:
    """Give what blocks the report, by code."""
    told = server.get("/v1/report_readiness", OWNER, year=year)
    assert told["ready"] is not bool(told["blockers"])
    return {each["code"]: each for each in told["blockers"]}


def follow(server: Server, link: Json) -> Json:
    """Do what a link says, and wait until nothing is at work."""
    answer = server.ask(link["method"], link["href"], OWNER, json=link["body"])
    assert answer.status_code in {200, 202}, answer.text
    assert server.idle(30)
    return dict(answer.json())


def by_hand(server: Server) -> None:
    """Enter bitcoins that came from somewhere: nobody knows what they were worth."""
    body = {"connector": "manual", "name": "By hand"}
    own = server.post("/v1/integrations", OWNER, body, expected=201)["id"]
    received = {"asset": "BTC", "amount": "0.1"}
    entry = {"integration": own, "occurred_at": "2025-10-01T12:00:00Z", "received": received}
    server.post("/v1/transactions", OWNER, entry, expected=201)
    assert server.idle(30)


def test_a_report_gets_ready_by_following_its_links(new_year: Server, exchange: Exchange) -> None:
    """The year ends, everything is read, understood, decided and checked."""
    server, account = new_year, exchange.account(History([], [], [], []))
    for row in ROWS:
        add(account, row)
    assert set(reasons(server)) == {"year_not_over", "nothing_connected"}
    changed = server.ask("PATCH", "/v1/account", OWNER, json={"zone": "Europe/Berlin"})
    assert changed.status_code == 200
    made = server.connect(OWNER, "kraken", **account.credentials)
    assert server.ended(OWNER, made["first_sync"])["status"] == "partial"
    assert set(reasons(server)) == {"year_not_over", "unread_rows", "balance_mismatch"}

    server.advance(1_200)
    red = reasons(server)
    assert set(red) == {"not_synced", "unread_rows", "balance_mismatch"}
    assert "2025-12-31T22:4" in red["not_synced"]["message"]

    follow(server, red["not_synced"]["link"])
    red = reasons(server)
    assert set(red) == {"unread_rows", "balance_mismatch"}

    (issue,) = follow(server, red["unread_rows"]["link"])["data"]
    lock = {"locked_until": "2025-07-01"}
    assert server.ask("PUT", "/v1/period_lock", OWNER, json=lock).status_code == 200
    add(account, LATE)
    account.modify(ROWS[-1][0], type="deposit", balance="715.0000")
    follow(server, issue["link"])
    red = reasons(server)
    assert set(red) == {"held_transactions", "balance_mismatch"}
    assert red["held_transactions"]["count"] == 1

    (held,) = follow(server, red["held_transactions"]["link"])["data"]
    accepted = f"/v1/held_transactions/{held['id']}/accept"
    assert server.ask("POST", accepted, OWNER, json={}).status_code == 200
    red = reasons(server)
    assert set(red) == {"balance_mismatch"}

    (issue,) = follow(server, red["balance_mismatch"]["link"])["data"]
    follow(server, issue["link"])
    assert reasons(server) == {}

    by_hand(server)
    red = reasons(server)
    assert (set(red), red["unvalued_transactions"]["count"]) == ({"unvalued_transactions"}, 1)
    (row,) = follow(server, red["unvalued_transactions"]["link"])["data"]
    worth = {"valuation": {"currency": "EUR", "amount": "9000"}}
    told = server.ask("PATCH", f"/v1/transactions/{row['id']}", OWNER, json=worth)
    assert told.status_code == 200
    assert reasons(server) == {}
    assert all(each["state"] == "resolved" for each in server.get("/v1/issues", OWNER)["data"])
    assert set(reasons(server, 2026)) == {"year_not_over"}
