"""Prices and values, on a server whose prices are posted and whose clock is moved on."""

from collections.abc import Iterator

import pytest

from local.child import FREE_PORTS, ServerChild
from tests.e2e.conftest import Json, Server

HOUR = 3_600


@pytest.fixture(scope="module")
def priced() -> Iterator[Server]:
    """Serve the product in the last hour of a day in January."""
    with ServerChild(*FREE_PORTS, "--now", "2026-01-15T23:30:00Z") as child:
        yield Server(child)


def post_price(server: Server, asset: str, quote: str, at: str, price: str) -> None:
    """Tell the offline source a price."""
    body = {"asset": asset, "quote": quote, "at": at, "price": price}
    server.post("/_local/prices", "nobody", body)


def book(server: Server, owner: str) -> str:
    """Make an integration without a source."""
    body = {"connector": "manual", "name": "By hand"}
    return str(server.post("/v1/integrations", owner, body, expected=201)["id"])


def entered(server: Server, owner: str, integration: str, at: str, **sides: Json) -> str:
    """Enter a transaction by hand."""
    body = {"integration": integration, "occurred_at": at, **sides}
    return str(server.post("/v1/transactions", owner, body, expected=201)["id"])


def worth(server: Server, owner: str, transaction: str) -> Json:
    """Give what a transaction is worth."""
    return dict(server.get(f"/v1/transactions/{transaction}", owner)["valuation"])


def btc(amount: str) -> Json:
    """Give an amount of bitcoin."""
    return {"asset": "BTC", "amount": amount}


def test_values_come_with_the_closes(priced: Server) -> None:
    """Past ones at once; one of today waits for its day to end, and never gets a price of now."""
    server, owner = priced, "values"
    post_price(server, "BTC", "EUR", "2026-01-10", "90000")
    post_price(server, "BTC", "EUR", "2026-01-15T11:00:00Z", "95000")
    own = book(server, owner)
    past = entered(server, owner, own, "2026-01-10T08:00:00Z", received=btc("0.5"))
    today = entered(server, owner, own, "2026-01-15T08:00:00Z", received=btc("0.1"))
    unknown = entered(server, owner, own, "2026-01-09T08:00:00Z", received=btc("1"))
    euros = {"asset": "EUR", "amount": "2450.00"}
    fee = {"asset": "EUR", "amount": "4.90"}
    trade = entered(
        server, owner, own, "2026-01-15T09:00:00Z", sent=euros, received=btc("0.1"), fee=fee
    )

    assert server.idle(30)
    assert worth(server, owner, past) == {
        "status": "derived",
        "currency": "EUR",
        "amount": "45000",
        "price": "90000",
        "source": "offline",
    }
    exact = worth(server, owner, trade)
    assert (exact["status"], exact["amount"], exact["price"]) == ("exact", "2450", "24500")
    assert worth(server, owner, today)["status"] == "pending"
    assert worth(server, owner, unknown)["status"] == "pending"

    post_price(server, "BTC", "EUR", "2026-01-15", "96000")
    said = {"valuation": {"amount": "77", "currency": "USD"}}
    server.ask("PATCH", f"/v1/transactions/{unknown}", owner, json=said)

    server.advance(HOUR)

    valued = worth(server, owner, today)
    assert (valued["status"], valued["amount"]) == ("derived", "9600")
    manual = worth(server, owner, unknown)
    assert [manual[n] for n in ("status", "currency", "amount")] == ["manual", "USD", "77"]
    server.post(f"/v1/transactions/{unknown}/reset", owner)
    assert worth(server, owner, unknown)["status"] == "pending"


def test_prices_are_given_with_their_age(priced: Server) -> None:
    """The newest of now, the close of a past day, and null where nobody knows."""
    server, owner = priced, "prices"
    now = server.post("/_local/clock", owner, {"advance_seconds": 0})["now"]
    post_price(server, "ETH", "EUR", "2026-01-03", "3000.5")
    post_price(server, "ETH", "EUR", now, "3100")

    past = server.get("/v1/prices", owner, assets="ETH,XYZ", at="2026-01-03")["data"]
    assert [(p["asset"], p["value"]) for p in past] == [("ETH", "3000.5"), ("XYZ", None)]
    server.advance(600)
    (newest,) = server.get("/v1/prices", owner, assets="ETH", quote="EUR")["data"]
    assert (newest["value"], newest["source"]) == ("3100", "offline")
    assert 595 <= newest["age"] <= 700
