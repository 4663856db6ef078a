"""A long history through the state machine, while the source asks to wait again and again."""

from itertools import pairwise

from local.sources.kraken import Behaviour
from local.sources.kraken_history import generate
from tests.e2e.conftest import Json, Server, balances, counts
from tests.exchange import Exchange

ROWS, CANCELED_ROWS = 6_000, 2_000
PATIENCE = 150


def connected(server: Server, owner: str, credentials: dict[str, str]) -> Json:
    """Connect an account; nothing is read yet."""
    body = {
        "connector": "kraken",
        "name": "Kraken",
        "credentials": credentials,
        "start_sync": False,
    }
    return server.post("/v1/integrations", owner, body, expected=201)


def test_six_thousand_rows_with_many_waits(server: Server, exchange: Exchange) -> None:
    """It finishes by itself; progress only grows, and is seen to; everything is there."""
    owner, behaviour = "long-owner", Behaviour(limit_every=40, retry_after="1")
    account = exchange.account(generate(ROWS, burst_rows=200), behaviour)
    made = connected(server, owner, account.credentials)
    started = server.start(owner, made["id"], "missing")

    seen = server.watched(owner, started["id"], PATIENCE)
    progress = [each["progress"] for each in seen]
    assert counts(seen[-1]) == ("succeeded", len(account.truth().legs), 0)
    assert seen[-1]["counts"]["read"] == ROWS
    assert all(earlier <= later for earlier, later in pairwise(progress))
    assert len({each for each in progress if 0 < each < 1}) >= 3
    assert any(each["waiting"] and each["waiting"]["for"] == "source" for each in seen)
    assert balances(server, owner) == {a: (v, v) for a, v in account.truth().sums.items()}
    assert server.idle(60)


def test_a_running_missing_is_canceled(server: Server, exchange: Exchange) -> None:
    """It stops at a page, keeps what it has, and another one reads the rest."""
    owner, behaviour = "hasty-owner", Behaviour(limit_every=10, retry_after="1")
    account = exchange.account(generate(CANCELED_ROWS), behaviour)
    made = connected(server, owner, account.credentials)
    started = server.start(owner, made["id"], "missing")

    under_way = server.watched(owner, started["id"], enough=lambda sync: sync["counts"]["new"] > 0)[
        -1
    ]
    assert under_way["status"] == "running"
    server.post(f"/v1/syncs/{started['id']}/cancel", owner, expected=202)
    ended = server.ended(owner, started["id"])
    assert ended["status"] == "canceled"
    kept = len(server.transactions(owner))
    assert 0 < kept < len(account.truth().legs)
    account.behaviour.limit_every = 0
    again = server.sync(owner, made["id"], "missing")
    assert counts(again)[:2] == ("succeeded", len(account.truth().legs) - kept)
    assert balances(server, owner) == {a: (v, v) for a, v in account.truth().sums.items()}
