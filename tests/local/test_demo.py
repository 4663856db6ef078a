"""The demo finds what is wrong, and says how to call the API."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from local.demo import Api, Connected, Unexpected, faults_of
from local.play import how_to_call
from local.replay import Account

ACCOUNT = Account(
    "Kraken",
    "kraken",
    {"api_key": "k", "api_secret": "s"},
    transactions=1,
    balances={"BTC": Decimal("1.5"), "EUR": Decimal(0)},
    legs=frozenset({("L1", "BTC", Decimal("1.50"))}),
)
LEDGER = [{"legs": [{"id": "L1", "asset": "BTC", "amount": "1.5"}]}]
BALANCES = [{"integration": "intg_1", "asset": "BTC", "synced": "1.5", "calculated": "1.50"}]


def _api(ledger: list[dict[str, Any]]) -> Api:
    """Make an API that lists these transactions, two pages of them."""

    def answer(request: httpx.Request) -> httpx.Response:
        if "cursor" in request.url.params:
            return httpx.Response(200, json={"data": ledger[1:], "has_more": False})
        page = {"data": ledger[:1], "has_more": True, "next_cursor": "2"}
        return httpx.Response(200, json=page)

    return Api(httpx.Client(transport=httpx.MockTransport(answer), base_url="http://api"))


def _sync(new: int, known: int, status: str = "succeeded") -> dict[str, Any]:
    """Make a sync that has ended."""
    counts = {"new": new, "known": known}
    return {"status": status, "counts": counts, "error": None, "warnings": []}


def _faults(**changed: Any) -> list[str]:  # noqa: ANN401
    """Say what is wrong with a result that is changed."""
    syncs = changed.get("syncs", [_sync(1, 0), _sync(0, 1)])
    connected = Connected(ACCOUNT, "intg_1", syncs)
    api = _api(changed.get("ledger", LEDGER))
    return list(faults_of(api, connected, changed.get("balances", BALANCES)))


def test_nothing_is_wrong() -> None:
    """A result that matches has no faults; an asset that is not shown counts as zero."""
    assert _faults() == []


@pytest.mark.parametrize(
    "changed",
    [
        {"syncs": [_sync(1, 0, "partial"), _sync(0, 1)]},
        {"syncs": [_sync(1, 0), _sync(0, 1, "failed")]},
        {"syncs": [_sync(1, 0), _sync(1, 0)]},
        {"syncs": [_sync(2, 0), _sync(0, 2)]},
        {"ledger": LEDGER * 2},
        {"ledger": [{"legs": [{"id": "L1", "asset": "BTC", "amount": "1.51"}]}]},
        {"ledger": [{"legs": [{"id": "L2", "asset": "BTC", "amount": "1.5"}]}]},
        {"balances": []},
        {"balances": [BALANCES[0] | {"calculated": "1.51"}]},
        {"balances": [BALANCES[0] | {"synced": "1.51"}]},
        {"balances": [BALANCES[0] | {"synced": None}]},
    ],
)
def test_a_difference_is_a_fault(changed: dict[str, Any]) -> None:
    """Each thing that does not match is found."""
    assert _faults(**changed)


def test_an_answer_that_is_none_is_told() -> None:
    """An unexpected status ends the demo with what the API said."""
    transport = httpx.MockTransport(lambda _: httpx.Response(500, text="broken"))
    api = Api(httpx.Client(transport=transport, base_url="http://api"))

    with pytest.raises(Unexpected, match="GET /v1/balances: 500 broken"):
        api.balances()


def test_play_says_how_to_call() -> None:
    """The examples name the server, a token and the accounts."""
    said = how_to_call("http://127.0.0.1:3000", "http://127.0.0.1:4566", (ACCOUNT,))

    assert "export TOKEN=ey" in said
    assert '"credentials": {"api_key": "k", "api_secret": "s"}' in said
    assert "http://127.0.0.1:3000/v1/transactions" in said
