"""A Kraken account over HTTP, as its owner's program sees it."""

from decimal import Decimal
from typing import Any

import pytest

from local.sources.kraken import READ_ONLY, Behaviour, KrakenSource
from local.sources.kraken_history import generate
from tests import canaries
from tests.e2e.conftest import Json, Server, balances, counts
from tests.exchange import Exchange

ROWS = 90


@pytest.fixture
def account(exchange: Exchange) -> KrakenSource:
    """Open an account of two pages."""
    return exchange.account(generate(ROWS))


def wish(credentials: dict[str, str], **more: object) -> Json:
    """Write what asks for an integration."""
    return {"connector": "kraken", "name": "Kraken", "credentials": credentials, **more}


def refusal(server: Server, owner: str, body: Json) -> tuple[int, str]:
    """Give the status and the word by which connecting is refused."""
    answer = server.ask("POST", "/v1/integrations", owner, json=body)
    assert answer.headers["content-type"] == "application/problem+json"
    assert canaries.found_in(answer.text) == []
    return answer.status_code, answer.json()["code"]


def connected(server: Server, owner: str, account: KrakenSource) -> Json:
    """Connect an account and import all of it."""
    made = server.connect(owner, "kraken", **account.credentials)
    first = server.ended(owner, made["first_sync"])
    assert counts(first) == ("succeeded", len(account.truth().legs), 0)
    return made


def match(server: Server, owner: str, account: KrakenSource) -> bool:
    """Tell whether both balances of each asset are what the account's rows add up to."""
    return balances(server, owner) == {a: (v, v) for a, v in account.truth().sums.items()}


def test_credentials_are_checked_before_anything_is_kept(
    server: Server, account: KrakenSource
) -> None:
    """A wrong key, a wrong secret and a key that may trade; a dry run keeps nothing either."""
    owner, right = "careful-owner", account.credentials
    bad_key = {**right, "api_key": canaries.make("unknown")}
    bad_secret = {**right, "api_secret": canaries.make_base64("wrong")}
    for wrong in (bad_key, bad_secret):
        assert refusal(server, owner, wish(wrong)) == (422, "invalid_credentials")
    account.behaviour.rights = (*READ_ONLY, "modify-trades")
    assert refusal(server, owner, wish(right)) == (422, "key_not_read_only")
    account.behaviour.rights = ("query-funds",)
    assert refusal(server, owner, wish(right)) == (422, "missing_permission")
    account.behaviour.rights = READ_ONLY
    tried = server.ask("POST", "/v1/integrations", owner, json=wish(right, dry_run=True))
    assert (tried.status_code, tried.json()["valid"]) == (200, True)
    assert tried.json()["key_rights"] == "read_only"
    assert server.get("/v1/integrations", owner)["data"] == []


def test_lists_go_on_from_cursor_to_cursor(server: Server, account: KrakenSource) -> None:
    """Every transaction once, in order, for each order; a foreign cursor is refused."""
    owner, path = "listing-owner", "/v1/transactions"
    connected(server, owner, account)
    for sort, name in (("-occurred_at", "occurred_at"), ("-imported_at", "imported_at")):
        rows: list[dict[str, Any]] = []
        page = server.get(path, owner, limit=20, sort=sort)
        while page["has_more"]:
            rows += page["data"]
            page = server.get(path, owner, limit=20, sort=sort, cursor=page["next_cursor"])
        rows += page["data"]
        assert page["next_cursor"] is None
        assert len({row["id"] for row in rows}) == len(rows) == len(account.truth().legs)
        assert [row[name] for row in rows] == sorted((row[name] for row in rows), reverse=True)
    cursor = server.get(path, owner, limit=1)["next_cursor"]
    stolen = server.ask("GET", path, "another-owner", params={"limit": 1, "cursor": cursor})
    assert stolen.status_code == 422


def test_the_second_sync_finds_nothing_new(server: Server, account: KrakenSource) -> None:
    """Nor does a missing one, which meets everything again."""
    owner = "patient-owner"
    made = connected(server, owner, account)
    assert server.sync(owner, made["id"], "incremental")["counts"]["new"] == 0
    assert counts(server.sync(owner, made["id"], "missing")) == (
        "succeeded",
        0,
        len(account.truth().legs),
    )
    assert match(server, owner, account)


def test_deleted_stays_deleted_until_missing(server: Server, account: KrakenSource) -> None:
    """Sync now leaves it deleted, missing imports it again, with its amounts."""
    owner = "deleting-owner"
    made = connected(server, owner, account)
    newest = server.transactions(owner)[0]
    path = f"/v1/transactions/{newest['id']}"

    gone = server.ask("DELETE", path, owner)
    assert (gone.status_code, gone.json()["state"]) == (200, "deleted")
    assert server.sync(owner, made["id"], "incremental")["counts"]["tombstoned"] == 1
    assert (server.get(path, owner)["state"], server.get(path, owner)["legs"]) == ("deleted", [])
    again = server.sync(owner, made["id"], "missing")
    assert counts(again) == ("succeeded", 1, len(account.truth().legs) - 1)
    assert server.get(path, owner)["legs"] == newest["legs"]
    assert match(server, owner, account)


def test_excluded_stays_excluded(server: Server, account: KrakenSource) -> None:
    """Through missing as well; the calculated balance lacks it, until it is included."""
    owner = "excluding-owner"
    made = connected(server, owner, account)
    trades = server.transactions(owner, kind="trade")
    path = f"/v1/transactions/{trades[0]['id']}"

    leg = server.post(f"{path}/exclude", owner)["legs"][0]
    sync = server.sync(owner, made["id"], "missing")
    assert (sync["counts"]["new"], sync["counts"]["excluded"]) == (0, 1)
    assert server.get(path, owner)["state"] == "excluded"
    synced, calculated = balances(server, owner)[leg["asset"]]
    assert synced != calculated
    issues = server.get("/v1/issues", owner)["data"]
    assert "balance_mismatch" in {issue["type"] for issue in issues}
    server.post(f"{path}/include", owner)
    server.sync(owner, made["id"], "incremental")
    assert match(server, owner, account)


def test_a_paused_integration_leaves_its_source_alone(
    server: Server, account: KrakenSource
) -> None:
    """Syncs are refused until it is resumed."""
    owner = "pausing-owner"
    made = connected(server, owner, account)
    asked = account.requests.total()
    body = {"integrations": [made["id"]], "mode": "incremental"}

    assert server.post(f"/v1/integrations/{made['id']}/pause", owner)["status"] == "paused"
    refused = server.ask("POST", "/v1/syncs", owner, json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "paused")
    assert server.idle(10)
    assert account.requests.total() == asked
    server.post(f"/v1/integrations/{made['id']}/resume", owner)
    assert server.sync(owner, made["id"], "incremental")["status"] == "succeeded"


def test_what_is_anothers_is_not_there(server: Server, account: KrakenSource) -> None:
    """Integration, sync and transaction: 404, with the body of an id that nobody has."""
    owner = "private-owner"
    made = connected(server, owner, account)
    row = server.transactions(owner)[0]
    paths = [
        f"/v1/integrations/{made['id']}",
        f"/v1/integrations/{made['id']}/coverage",
        f"/v1/syncs/{made['first_sync']}",
        f"/v1/transactions/{row['id']}",
        f"/v1/transactions/{row['id']}/source",
    ]
    for path in paths:
        foreign = server.ask("GET", path, "curious-owner")
        unknown = server.ask("GET", "/v1/integrations/intg_0", "curious-owner")
        assert foreign.status_code == unknown.status_code == 404
        assert without_request(foreign.json()) == without_request(unknown.json())


def without_request(problem: Json) -> Json:
    """Leave out what is different for each request."""
    return {name: value for name, value in problem.items() if name != "request_id"}


def test_a_bad_key_shows_in_sync_and_integration(server: Server, exchange: Exchange) -> None:
    """What worked once and is refused now: failed, and what to do about it."""
    owner, account = "unlucky-owner", exchange.account(generate(ROWS), Behaviour())
    made = connected(server, owner, account)
    account.behaviour.refused = {"Ledgers": "EAPI:Invalid key"}

    failed = server.sync(owner, made["id"], "incremental")
    assert (failed["status"], failed["error"]["code"]) == ("failed", "invalid_credentials")
    assert failed["error"]["next_step"]
    shown = server.get(f"/v1/integrations/{made['id']}", owner)
    assert shown["status"] == "invalid_credentials"
    assert Decimal(len(server.transactions(owner))) == len(account.truth().legs)
