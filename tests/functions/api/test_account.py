"""The account, its licence, and what an integration says of its next sync."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.functions.api.desk import FIRST, Desk
from tidemark.domain.licences import Licence, Tier

PATH, LICENCE = "/v1/account", "/v1/admin/accounts/alice/licence"


@pytest.fixture
def desk() -> Desk:
    """Give a desk with an integration."""
    made = Desk()
    made.world.connect(FIRST)
    return made


def next_sync(desk: Desk) -> tuple[str | None, str]:
    """Give what the integration says of its next sync."""
    shown = desk.send("GET", f"/v1/integrations/{FIRST.integration_id}").json
    (listed,) = desk.send("GET", "/v1/integrations").json["data"]
    assert listed == shown
    return shown["next_sync_at"], shown["next_sync_reason"]


def test_an_account_is_there_from_the_first_request_on(desk: Desk) -> None:
    """Free, in euros, in UTC, and just seen."""
    assert desk.send("GET", PATH).json == {
        "tier": "free",
        "tax_years": [],
        "quote_currency": "EUR",
        "zone": "UTC",
        "last_seen_at": "2025-06-01T12:00:00.000000Z",
    }


def test_an_owner_says_what_they_count_in(desk: Desk) -> None:
    """What is not given stays."""
    desk.send("PATCH", PATH, {"quote_currency": "CHF"})
    changed = desk.send("PATCH", PATH, {"zone": "Europe/Zurich"}).json
    assert (changed["quote_currency"], changed["zone"]) == ("CHF", "Europe/Zurich")
    assert desk.send("GET", PATH).json == changed
    assert desk.send("GET", PATH, owner="bob").json["quote_currency"] == "EUR"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"quote_currency": "eur"}, "/quote_currency"),
        ({"quote_currency": None}, "/quote_currency"),
        ({"zone": "Mars/Olympus"}, "/zone"),
        ({"tier": "pro"}, "/tier"),
        ({"tax_years": [2025]}, "/tax_years"),
        ({"last_seen_at": "2025-01-01T00:00:00Z"}, "/last_seen_at"),
    ],
)
def test_an_owner_sets_nothing_else(desk: Desk, body: object, pointer: str) -> None:
    """Least of all the licence."""
    reply = desk.send("PATCH", PATH, body)
    assert (reply.status, reply.pointers) == (422, [pointer])
    assert desk.world.accounts.get("alice").version == 0


def test_an_owner_that_no_token_can_name_is_not_there(desk: Desk) -> None:
    """That the operator's own token is good is not doubted."""
    path = f"/v1/admin/accounts/{'x' * 300}/licence"
    reply = desk.send("PUT", path, {"tier": "pro", "tax_years": [2026]})
    assert (reply.status, reply.code) == (404, "not_found")


def test_an_operator_sets_the_licence(desk: Desk) -> None:
    """Years are kept once each; the operator's own account is not that of the owner."""
    body = {"tier": "pro", "tax_years": [2026, 2025, 2026]}
    told = desk.send("PUT", LICENCE, body, owner="operator").json
    assert (told["tier"], told["tax_years"], told["last_seen_at"]) == ("pro", [2025, 2026], None)
    assert desk.world.accounts.get("alice").licence == Licence(Tier.PRO, (2025, 2026))
    assert desk.world.accounts.get("operator").licence == Licence()
    assert desk.send("GET", PATH).json["tier"] == "pro"


def test_an_owner_is_named_as_in_their_tokens(desk: Desk) -> None:
    """Whatever is in the subject, it is the same account."""
    body = {"tier": "basic", "tax_years": [2025]}
    desk.send("PUT", "/v1/admin/accounts/auth0%7Calice/licence", body)
    assert desk.send("GET", PATH, owner="auth0|alice").json["tier"] == "basic"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"tier": "gold", "tax_years": []}, "/tier"),
        ({"tier": "pro"}, "/tax_years"),
        ({"tier": "pro", "tax_years": ["2025"]}, "/tax_years/0"),
        ({"tier": "pro", "tax_years": [1999]}, "/tax_years/0"),
        ({"tier": "pro", "tax_years": list(range(2010, 2070))}, "/tax_years"),
    ],
)
def test_a_licence_that_is_none_is_refused(desk: Desk, body: object, pointer: str) -> None:
    """Nothing is written."""
    reply = desk.send("PUT", LICENCE, body)
    assert (reply.status, reply.pointers) == (422, [pointer])
    assert desk.world.accounts.items == {}


def test_an_integration_says_when_it_syncs_next_and_why(desk: Desk) -> None:
    """By the licence; one that is paused says so."""
    assert next_sync(desk) == (None, "free")
    desk.send("PUT", LICENCE, {"tier": "pro", "tax_years": [2024]})
    assert next_sync(desk) == (None, "licence_lapsed")
    desk.send("PUT", LICENCE, {"tier": "pro", "tax_years": [2025]})
    at, reason = next_sync(desk)
    now = desk.world.clock.now()
    assert reason == "every_24_hours"
    assert now < datetime.fromisoformat(str(at)) <= now + timedelta(days=1)
    desk.send("POST", f"/v1/integrations/{FIRST.integration_id}/pause")
    assert next_sync(desk) == (None, "paused")


def test_public_routes_note_nobody(desk: Desk) -> None:
    """And an operator's request is not the owner's."""
    desk.send("GET", "/v1/connectors", owner=None)
    desk.send("PUT", LICENCE, {"tier": "free", "tax_years": []}, owner="alice")
    assert desk.world.accounts.items == {}


def test_any_request_of_the_owner_counts_as_seen(desk: Desk) -> None:
    """At most once an hour; also one that is refused."""
    first = desk.world.clock.now()
    assert desk.send("GET", "/v1/syncs/sync_0").status == 404
    desk.world.clock.advance(timedelta(minutes=59))
    desk.send("GET", "/v1/syncs")
    assert desk.world.accounts.get("alice").last_seen_at == first
    desk.world.clock.advance(timedelta(minutes=2))
    desk.send("GET", "/v1/syncs")
    seen = desk.world.accounts.get("alice").last_seen_at
    assert seen == desk.world.clock.now()
    assert desk.world.accounts.get("alice") == replace(desk.world.accounts.get("alice"), version=0)
