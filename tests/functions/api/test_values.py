"""Values of transactions, and prices, over the API."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.fakes import FakePrices
from tests.functions.api.desk import FIRST, SECOND, Desk, change, path_of
from tests.valued import leg
from tests.world import START
from tidemark.domain.prices import Close, Pair, Quote
from tidemark.domain.sheets import Sheet, SheetKey

DAY = START.date()
CLOSES = Sheet(SheetKey(Pair("ETH", "EUR"), "2025-01"), {1: Close(Decimal("3000.5"), "kraken")})


@pytest.fixture
def desk() -> Desk:
    """Give a desk with five trades and a source of prices."""
    made = Desk()
    made.fill(5)
    made.world.values_queue.sent.clear()
    made.world.price_sources.append(FakePrices(days={("BTC", DAY): "90000"}))
    return made


def valuation(desk: Desk, number: int = 0) -> dict[str, Any]:
    """Give what a transaction is worth."""
    return dict(desk.send("GET", path_of(number)).json["valuation"])


def test_a_page_is_valued_by_one_read(desk: Desk) -> None:
    """Each transaction by the close of its day."""
    for number in range(3):
        change(desk, number, legs=(leg(f"-{number + 1}", "ETH"),))
    desk.world.sheets.write(CLOSES)
    rows = desk.send("GET", "/v1/transactions", sort="occurred_at").json["data"]
    shown = [(row["valuation"]["status"], row["valuation"]["amount"]) for row in rows]
    assert shown == [
        ("derived", "3000.5"),
        ("derived", "6001"),
        ("derived", "9001.5"),
        ("exact", "4.25"),
        ("exact", "5.25"),
    ]
    assert rows[1]["valuation"]["price"] == "3000.5"
    assert rows[1]["valuation"]["source"] == "kraken"


def test_the_owners_word_stays_until_it_is_taken_back(desk: Desk) -> None:
    """It is told in the history, kept by other changes, dropped by null and by a reset."""
    path = path_of(0)
    said = {"valuation": {"amount": "77.70", "currency": "CHF"}}
    shown = desk.send("PATCH", path, said).json
    assert shown["valuation"] == {
        "status": "manual",
        "currency": "CHF",
        "amount": "77.7",
        "price": None,
        "source": "owner",
    }
    assert shown["edited"]
    desk.send("PATCH", path, {"label": "Rent", "received": {"asset": "BTC", "amount": "2"}})
    assert valuation(desk)["status"] == "manual"
    history = desk.send("GET", f"{path}/history").json["data"]
    assert history[1]["after"] == {"valuation": {"amount": "77.70", "currency": "CHF"}}
    assert desk.send("PATCH", path, {"valuation": None}).json["valuation"]["status"] == "exact"
    assert desk.send("GET", path).json["label"] == "Rent"
    desk.send("PATCH", path, said)
    assert desk.send("POST", f"{path}/reset").json["valuation"]["status"] == "exact"


@pytest.mark.parametrize(
    "worth",
    [
        {"amount": "-1", "currency": "EUR"},
        {"amount": "1e3", "currency": "EUR"},
        {"amount": "1", "currency": "eur"},
        {"amount": "1"},
        {"amount": "1", "currency": "EUR", "price": "2"},
        "1 EUR",
    ],
)
def test_a_valuation_is_an_amount_in_a_currency(desk: Desk, worth: object) -> None:
    """Nothing else."""
    reply = desk.send("PATCH", path_of(0), {"valuation": worth})
    assert reply.status == 422
    assert all(pointer.startswith("/valuation") for pointer in reply.pointers)


def test_one_that_is_made_by_hand_may_say_its_value_at_once(desk: Desk) -> None:
    """It was said when it was made: changes and a reset leave it, null takes it away."""
    said = {"amount": "1234.50", "currency": "CHF"}
    body = {
        "integration": FIRST.integration_id,
        "occurred_at": "2025-01-01",
        "received": {"asset": "XYZ", "amount": "7"},
        "valuation": said,
    }
    made = desk.send("POST", "/v1/transactions", body)
    assert (made.status, made.json["edited"]) == (201, False)
    worth = made.json["valuation"]
    assert [worth[name] for name in ("status", "amount", "currency")] == ["manual", "1234.5", "CHF"]
    path = f"/v1/transactions/{made.json['id']}"
    other = {"amount": "9", "currency": "EUR"}
    assert desk.send("PATCH", path, {"valuation": other}).json["valuation"]["amount"] == "9"
    assert desk.send("PATCH", path, {"valuation": None}).json["valuation"]["status"] == "pending"
    desk.send("PATCH", path, {"label": "Rent"})
    assert desk.send("GET", path).json["valuation"]["status"] == "pending"
    assert desk.send("POST", f"{path}/reset").json["valuation"] == worth
    again = desk.send("PATCH", path, {"valuation": said}).json
    assert (again["valuation"], again["edited"]) == (worth, False)
    assert desk.send("POST", "/v1/transactions", body | {"valuation": None}).status == 201


def test_a_deleted_one_has_no_value(desk: Desk) -> None:
    """Not even a status."""
    desk.send("DELETE", path_of(0))
    assert desk.send("GET", path_of(0)).json["valuation"] is None


def test_what_is_changed_is_looked_at(desk: Desk) -> None:
    """Each integration once a request; another currency has all of them looked at."""
    sent = desk.world.values_queue.sent
    desk.send("PATCH", path_of(0), {"label": "Rent"})
    body = {"integration": FIRST.integration_id, "occurred_at": "2025-01-01"}
    desk.send("POST", "/v1/transactions", {**body, "received": {"asset": "BTC", "amount": "1"}})
    desk.send("POST", "/v1/transactions/bulk", {"action": "exclude", "ids": desk.ids()[:3]})
    desk.send("DELETE", path_of(4), permanent="true")
    assert sent == [FIRST] * 4
    desk.world.connect(SECOND)
    sent.clear()
    desk.send("PATCH", "/v1/account", {"zone": "Europe/Berlin"})
    assert sent == []
    desk.send("PATCH", "/v1/account", {"quote_currency": "USD"})
    assert set(sent) == {FIRST, SECOND}
    change(desk, 0, legs=(leg("-1", "EUR"), leg("1", "BTC")))
    assert (valuation(desk)["status"], valuation(desk)["currency"]) == ("pending", "USD")


def test_a_merge_and_its_undo_are_looked_at(desk: Desk) -> None:
    """The value that a merge took over, and an undo takes back, is found by closes then."""
    source = desk.send("GET", path_of(1)).json
    change(desk, 1, legs=(leg("1", "BTC"),))
    body = {
        "integration": FIRST.integration_id,
        "occurred_at": source["occurred_at"],
        "received": {"asset": "BTC", "amount": "1"},
        "valuation": {"amount": "77", "currency": "CHF"},
    }
    assert desk.send("POST", "/v1/transactions", body).status == 201
    (pair,) = desk.send("GET", "/v1/possible_duplicates").json["data"]
    sent = desk.world.values_queue.sent
    for word, status in (("merge", "manual"), ("undo", "pending")):
        sent.clear()
        path = f"/v1/possible_duplicates/{pair['id']}/{word}"
        assert desk.send("POST", path).status == 200
        assert (sent, valuation(desk, 1)["status"]) == ([FIRST], status)


def test_a_past_price_is_the_close_of_its_day(desk: Desk) -> None:
    """Any moment of the day will do; what nobody knows is null."""
    desk.world.sheets.write(CLOSES)
    for at in ("2025-01-01", "2025-01-01T23:59:59Z"):
        reply = desk.send("GET", "/v1/prices", assets="eth, BTC,XYZ ,ETH", quote="EUR", at=at)
        assert reply.status == 200
        found = [(p["asset"], p["value"], p["source"]) for p in reply.json["data"]]
        assert found == [("ETH", "3000.5", "kraken"), ("BTC", "90000", "fake"), ("XYZ", None, None)]
        assert reply.json["data"][0]["at"] == "2025-01-02T00:00:00.000000Z"
        assert (reply.json["has_more"], reply.json["next_cursor"]) == (False, None)


def test_the_newest_price_comes_with_its_age(desk: Desk) -> None:
    """In the owner's currency unless another is named."""
    now = desk.world.clock.now()
    at = now - timedelta(minutes=5)
    desk.world.quotes.put({Pair("BTC", "USD"): Quote(Decimal("99.50"), at, "kraken")})
    desk.send("PATCH", "/v1/account", {"quote_currency": "USD"})
    for asked in ({}, {"at": f"{now:%Y-%m-%d}"}, {"quote": "USD"}):
        (found,) = desk.send("GET", "/v1/prices", assets="BTC", **asked).json["data"]
        assert (found["quote"], found["value"], found["age"]) == ("USD", "99.5", 300)
    (other,) = desk.send("GET", "/v1/prices", assets="BTC", quote="GBP").json["data"]
    assert (other["value"], other["age"], other["at"]) == (None, None, None)


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({}, "/query/assets"),
        ({"assets": ""}, "/query/assets"),
        ({"assets": "BTC,,ETH"}, "/query/assets"),
        ({"assets": "A" * 31}, "/query/assets"),
        ({"assets": ",".join(f"A{n}" for n in range(51))}, "/query/assets"),
        ({"assets": "BTC", "quote": "eur"}, "/query/quote"),
        ({"assets": "BTC", "at": "yesterday"}, "/query/at"),
        ({"assets": "BTC", "at": "2025-06-02"}, "/query/at"),
        ({"assets": "BTC", "at": "1999-01-01"}, "/query/at"),
        ({"assets": "BTC", "price": "1"}, "/query/price"),
    ],
)
def test_what_is_asked_for_has_its_form(desk: Desk, asked: dict[str, str], pointer: str) -> None:
    """At most 50 assets, one currency, a day that has come."""
    reply = desk.send("GET", "/v1/prices", **asked)
    assert (reply.status, reply.pointers) == (422, [pointer]), json.dumps(reply.json)
