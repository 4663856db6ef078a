"""The demo finds what is wrong, does what its owner would, and says how to call the API."""

from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from local.api import Api, Unexpected
from local.demo import be_the_owner
from local.demo_check import STILL_OPEN, Connected, faults_of, faults_of_reports
from local.demo_view import View
from local.play import how_to_call
from local.replay import OTP, Account, Close, replay_sources

ACCOUNT = Account(
    "Kraken",
    "kraken",
    {"api_key": "k", "api_secret": "s"},
    transactions=1,
    balances={"BTC": Decimal("1.5"), "EUR": Decimal(0)},
    legs=frozenset({("L1", "BTC", Decimal("1.50"))}),
    values=(("EUR", Decimal("90.00")),),
    asks=("consent", "otp"),
)
WORTH = {"status": "derived", "currency": "EUR", "amount": "90"}
ROW = {"legs": [{"id": "L1", "asset": "BTC", "amount": "1.5"}], "valuation": WORTH}
BALANCES = [{"integration": "intg_1", "asset": "BTC", "synced": "1.5", "calculated": "1.50"}]


def _sync(new: int, known: int, status: str = "succeeded") -> dict[str, Any]:
    """Make a sync that has ended."""
    counts = {"new": new, "known": known}
    return {"status": status, "counts": counts, "error": None, "warnings": []}


def _faults(**changed: Any) -> list[str]:  # noqa: ANN401
    """Say what is wrong with a result that is changed."""
    syncs = changed.get("syncs", [_sync(1, 0), _sync(0, 1)])
    asked = changed.get("asked", ["consent", "otp"])
    connected = Connected(ACCOUNT, "intg_1", syncs, asked, changed.get("ledger", [ROW]))
    return list(faults_of(connected, changed.get("balances", BALANCES)))


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
        {"asked": ["consent"]},
        {"ledger": [ROW, ROW | {"valuation": WORTH}]},
        {"ledger": [ROW | {"legs": [{"id": "L1", "asset": "BTC", "amount": "1.51"}]}]},
        {"ledger": [ROW | {"legs": [{"id": "L2", "asset": "BTC", "amount": "1.5"}]}]},
        {"ledger": [ROW | {"valuation": WORTH | {"amount": "90.01"}}]},
        {"ledger": [ROW | {"valuation": WORTH | {"currency": "USD"}}]},
        {"ledger": [ROW | {"valuation": WORTH | {"amount": None}}]},
        {"balances": []},
        {"balances": [BALANCES[0] | {"calculated": "1.51"}]},
        {"balances": [BALANCES[0] | {"synced": "1.51"}]},
        {"balances": [BALANCES[0] | {"synced": None}]},
    ],
)
def test_a_difference_is_a_fault(changed: dict[str, Any]) -> None:
    """Each thing that does not match is found."""
    assert _faults(**changed)


def _reports(before: set[str], last: set[str]) -> list[str]:
    """Say what is wrong with two years' reports that lack this."""
    lacks = {2025: before, 2026: last}
    reports = {
        year: {"blockers": [{"code": code} for code in codes]} for year, codes in lacks.items()
    }
    return list(faults_of_reports(reports))


def test_only_the_last_years_report_lacks_something() -> None:
    """Its year is not over, and something is not booked yet; anything else is a fault."""
    assert _reports(set(), STILL_OPEN) == []
    assert len(_reports({"unread_rows"}, STILL_OPEN)) == 1
    assert len(_reports(set(), STILL_OPEN | {"unread_rows"})) == 1
    assert len(_reports(set(), set())) == 1


def _api(requests: list[httpx.Request], answer: httpx.Response) -> Api:
    """Make an API that notes what it is asked, and answers the same to everything."""

    def handle(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return answer

    return Api(httpx.Client(transport=httpx.MockTransport(handle), base_url="http://api"))


def test_a_password_is_answered_once() -> None:
    """Though the sync is still seen waiting after its answer."""
    requests: list[httpx.Request] = []
    api, connected = _api(requests, httpx.Response(202, json={})), Connected(ACCOUNT, "intg_1")
    sync = {"id": "sync_1", "waiting": {"for": "otp", "url": None, "until": "later"}}

    for seen in ({"id": "sync_1", "waiting": None}, sync, sync):
        be_the_owner(api, View(), connected, seen)

    (request,) = requests
    assert request.url.path == "/v1/syncs/sync_1/answer"
    assert OTP in request.read().decode()
    assert connected.asked == ["otp"]


def test_closes_are_told_one_by_one() -> None:
    """As the local server's source of prices takes them."""
    requests: list[httpx.Request] = []
    api = _api(requests, httpx.Response(200, json={}))

    api.tell_closes([Close("USD", "EUR", date(2026, 1, 2), Decimal("0.9"))])

    told = b'{"asset":"USD","quote":"EUR","at":"2026-01-02","price":"0.9"}'
    assert [request.read() for request in requests] == [told]


def test_transactions_are_read_page_by_page() -> None:
    """Until there are no more."""

    def answer(request: httpx.Request) -> httpx.Response:
        last = "cursor" in request.url.params
        page = {"data": [ROW], "has_more": not last, "next_cursor": None if last else "2"}
        return httpx.Response(200, json=page)

    api = Api(httpx.Client(transport=httpx.MockTransport(answer), base_url="http://api"))

    assert api.transactions("intg_1") == [ROW, ROW]


def test_an_answer_that_is_none_is_told() -> None:
    """An unexpected status ends the demo with what the API said."""
    api = _api([], httpx.Response(500, text="broken"))

    with pytest.raises(Unexpected, match="GET /v1/balances: 500 broken"):
        api.balances()


def test_all_that_the_bank_books_has_a_value() -> None:
    """Foreign money too: its days have a close."""
    with replay_sources() as replay:
        (bank,) = (each for each in replay.accounts if each.connector == "enable_banking")

    assert bank.values is not None
    assert len(bank.values) == bank.transactions
    assert {currency for currency, _ in bank.values} == {"EUR"}
    assert {(close.asset, close.quote) for close in replay.closes} == {("USD", "EUR")}


def test_play_says_how_to_call() -> None:
    """The examples name the server, a token, the accounts and the bank's password."""
    said = how_to_call("http://127.0.0.1:3000", "http://127.0.0.1:4566", (ACCOUNT,))

    assert "export TOKEN=ey" in said
    assert '"credentials": {"api_key": "k", "api_secret": "s"}' in said
    assert "http://127.0.0.1:3000/v1/transactions" in said
    assert f'{{"otp": "{OTP}"}}' in said
