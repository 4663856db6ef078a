"""Schedules by licence around New Year, on a server whose clock is moved on."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from local.child import FREE_PORTS, ServerChild, source_arguments
from local.sources.kraken_history import generate
from tests.e2e.conftest import Json, Server
from tests.exchange import Exchange

HOUR, DAY = 3_600, 86_400
YEAR = 2026


@pytest.fixture
def new_year(exchange: Exchange) -> Iterator[Server]:
    """Serve the product a day and an hour before New Year."""
    arguments = source_arguments({"kraken": exchange.url})
    with ServerChild(*FREE_PORTS, *arguments, "--now", "2026-12-30T23:00:00Z") as child:
        yield Server(child)


def connected(server: Server, exchange: Exchange, owner: str) -> Json:
    """Connect an account of one page."""
    account = exchange.account(generate(20))
    made = server.connect(owner, "kraken", **account.credentials)
    assert server.ended(owner, made["first_sync"])["status"] == "succeeded"
    return made


def license(server: Server, owner: str, tier: str, *years: int) -> None:  # noqa: A001 - the verb
    """Give an owner a licence, as an operator."""
    path, body = f"/v1/admin/accounts/{owner}/licence", {"tier": tier, "tax_years": years}
    refused = server.ask("PUT", path, owner, json=body)
    given = server.ask("PUT", path, "operator", scope="admin", json=body)
    assert (refused.status_code, given.status_code) == (403, 200)


def scheduled(server: Server, owner: str) -> list[dict[str, Any]]:
    """Give the syncs that the schedule started, oldest first."""
    found = server.get("/v1/syncs", owner)["data"]
    return [each for each in reversed(found) if each["trigger"] == "schedule"]


def test_a_licence_syncs_daily_until_its_year_is_over(new_year: Server, exchange: Exchange) -> None:
    """Free never does; on 1 January it stops, and by hand it still goes."""
    server = new_year
    paid, free = (connected(server, exchange, owner) for owner in ("pro-owner", "free-owner"))
    license(server, "pro-owner", "pro", YEAR)
    before = server.get(f"/v1/integrations/{paid['id']}", "pro-owner")
    assert before["next_sync_reason"] == "every_24_hours"

    server.advance(DAY + 2 * HOUR)
    first = datetime.fromisoformat(before["next_sync_at"])
    turns = [turn for turn in (first, first + timedelta(days=1)) if turn.year == YEAR]
    for turn, synced in zip(turns, scheduled(server, "pro-owner"), strict=True):
        assert synced["status"] == "succeeded"
        assert turn <= datetime.fromisoformat(synced["requested_at"]) < turn + timedelta(hours=2)

    after = server.get(f"/v1/integrations/{paid['id']}", "pro-owner")
    assert (after["next_sync_at"], after["next_sync_reason"]) == (None, "licence_lapsed")
    assert scheduled(server, "free-owner") == []
    by_hand = server.sync("free-owner", free["id"], "incremental")
    assert by_hand["status"] == "succeeded"
    assert server.sync("pro-owner", paid["id"], "incremental")["status"] == "succeeded"
