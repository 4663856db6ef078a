"""The fake Enable Banking on this machine: as strict as the real one is documented to be."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from local.sources.bank import BankClock
from local.sources.bank_history import DOLLARS, GIRO, made_up_bank
from local.sources.enable_banking import EnableBankingSource

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
PSU = {"Psu-Ip-Address": "203.0.113.9", "Psu-User-Agent": "Firefox"}
CLAIMS: dict[str, Any] = {"iss": "enablebanking.com", "aud": "api.enablebanking.com"}


class Caller:
    """Calls the fake as an application does; the signature is not looked at here."""

    def __init__(self, source: EnableBankingSource) -> None:
        self.source = source
        self.client = httpx.Client(base_url=source.url)

    def token(self, **other: object) -> dict[str, str]:
        """Make the header with the application's token."""
        at = int(self.source.bank.clock.now().timestamp())
        claims = {**CLAIMS, "iat": at, "exp": at + 3600, **other}
        parts = (b'{"alg":"RS256","kid":"app"}', json.dumps(claims).encode(), b"signature")
        spelled = [base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts]
        return {"Authorization": f"Bearer {'.'.join(spelled)}"}

    def get(self, path: str, headers: dict[str, str] | None = None, **query: str) -> httpx.Response:
        """Get something."""
        return self.client.get(path, params=query, headers={**self.token(), **(headers or {})})

    def post(self, path: str, body: object) -> httpx.Response:
        """Post something."""
        return self.client.post(path, json=body, headers=self.token())

    def ask(self, days: int = 180) -> httpx.Response:
        """Ask for a consent."""
        until = (self.source.bank.clock.now() + timedelta(days=days)).isoformat()
        return self.post(
            "/auth",
            {
                "access": {"valid_until": until},
                "aspsp": {"name": "Musterbank", "country": "DE"},
                "state": "the state",
                "redirect_url": "https://here.example/callback?x=1",
                "psu_type": "personal",
            },
        )

    def code(self) -> str:
        """Consent at the bank's page."""
        page = self.client.get(self.ask().json()["url"])
        assert page.status_code == 302
        query = parse_qs(urlsplit(page.headers["Location"]).query)
        assert query["state"] == ["the state"]
        assert query["x"] == ["1"]
        return query["code"][0]

    def session(self) -> dict[str, Any]:
        """Consent, and make a session."""
        answer: dict[str, Any] = self.post("/sessions", {"code": self.code()}).json()
        return answer

    def uid(self, account: str = GIRO) -> str:
        """Consent, and give the name that an account has in this session."""
        accounts = self.session()["accounts"]
        return next(str(a["uid"]) for a in accounts if a["identification_hash"] == account)


@pytest.fixture
def caller() -> Iterator[Caller]:
    """Serve a bank whose clock stands."""
    bank = made_up_bank(BankClock(NOW, still=True))
    with EnableBankingSource(bank) as source:
        caller = Caller(source)
        with caller.client:
            yield caller


def error_of(answer: httpx.Response) -> tuple[int, str]:
    """Give status and word of a refusal."""
    return answer.status_code, answer.json()["error"]


@pytest.mark.parametrize(
    "claims",
    [{"iss": "x"}, {"aud": "y"}, {"exp": 1}, {"exp": 4_000_000_000}, {"iat": "soon"}],
)
def test_a_token_that_is_not_as_documented_is_refused(
    caller: Caller, claims: dict[str, object]
) -> None:
    """Issuer, audience and times are looked at."""
    answer = caller.client.get("/aspsps", headers=caller.token(**claims))

    assert error_of(answer) == (401, "UNAUTHORIZED_ACCESS")
    assert caller.get("/aspsps", country="DE").json()["aspsps"][0]["name"] == "Musterbank"


def test_a_code_makes_one_session(caller: Caller) -> None:
    """The second time it is refused, and so is one that nobody gave."""
    code = caller.code()

    assert len(caller.post("/sessions", {"code": code}).json()["accounts"]) == 3
    assert error_of(caller.post("/sessions", {"code": code})) == (422, "ALREADY_AUTHORIZED")
    assert caller.post("/sessions", {"code": "?"}).json()["error"] == "WRONG_AUTHORIZATION_CODE"


def test_a_consent_may_be_denied_and_may_not_be_too_long(caller: Caller) -> None:
    """The way back says so; 180 days are the most here."""
    back = caller.client.get(caller.ask().json()["url"], params={"deny": "1"}).headers["Location"]

    assert parse_qs(urlsplit(back).query)["error"] == ["access_denied"]
    assert error_of(caller.ask(days=181)) == (422, "WRONG_REQUEST_PARAMETERS")


def test_pages_hold_every_row_once(caller: Caller) -> None:
    """Rows come newest first; a key of another account is refused."""
    uid, path, rows, query = caller.uid(), "transactions", [], {"strategy": "longest"}
    while True:
        page = caller.get(f"/accounts/{uid}/{path}", PSU, **query).json()
        rows += page["transactions"]
        if not page["continuation_key"]:
            break
        query = {"continuation_key": page["continuation_key"]}

    account = caller.source.bank.accounts[GIRO]
    assert len(rows) == len(account.bookings)
    assert [row["status"] for row in rows].count("PDNG") == 1
    other = caller.get(f"/accounts/{caller.uid(DOLLARS)}/{path}", PSU, **query)
    assert error_of(other) == (422, "WRONG_CONTINUATION_KEY")


def test_history_is_long_only_just_after_the_consent(caller: Caller) -> None:
    """An hour later 90 days are left: asking for more is refused, or answered with less."""
    uid = caller.uid()
    whole = caller.get(f"/accounts/{uid}/transactions", PSU, date_from="2025-01-01")
    caller.source.bank.clock.advance(timedelta(hours=2))
    refused = caller.get(f"/accounts/{uid}/transactions", PSU, date_from="2025-01-01")
    caller.source.behaviour.page_size = 1_000
    longest = caller.get(f"/accounts/{uid}/transactions", PSU, strategy="longest").json()

    assert whole.status_code == 200
    assert error_of(refused) == (422, "WRONG_TRANSACTIONS_PERIOD")
    assert min(row["value_date"] for row in longest["transactions"]) == "2025-10-17"


def test_four_unattended_readings_a_day(caller: Caller) -> None:
    """With all PSU headers none is counted; with some of them the call is refused."""
    uid = caller.uid()
    path = f"/accounts/{uid}/balances"

    assert [caller.get(path).status_code for _ in range(5)] == [200] * 4 + [429]
    assert caller.get(path, PSU).status_code == 200
    half = caller.get(path, {"Psu-Ip-Address": "203.0.113.9"})
    assert error_of(half) == (422, "PSU_HEADER_NOT_PROVIDED")
    caller.source.bank.clock.advance(timedelta(hours=24))
    assert caller.get(path).status_code == 200


def test_sessions_end(caller: Caller) -> None:
    """By their time, or because somebody ended them; another consent gives other names."""
    session = caller.session()
    uid, path = session["accounts"][0]["uid"], f"/sessions/{session['session_id']}"
    assert caller.get(path).json()["status"] == "AUTHORIZED"
    caller.source.end_sessions("REVOKED")

    assert caller.get(path).json()["status"] == "REVOKED"
    assert error_of(caller.get(f"/accounts/{uid}/balances")) == (401, "REVOKED_SESSION")
    again = caller.session()
    assert again["accounts"][0]["uid"] != uid
    assert again["accounts"][0]["identification_hash"] == GIRO
    caller.source.bank.clock.advance(timedelta(days=181))
    assert caller.get(f"/sessions/{again['session_id']}").json()["status"] == "EXPIRED"


def test_the_bank_asks_for_a_password_until_it_is_right(caller: Caller) -> None:
    """Balances are given all the while."""
    uid = caller.uid()
    caller.client.post("/_bank/require", json={"kind": "otp", "otp": "4711"})
    path = f"/accounts/{uid}/transactions"

    asked = caller.get(path, PSU)
    wrong = caller.get(path, {**PSU, "Psu-Otp": "0815"})
    right = caller.get(path, {**PSU, "Psu-Otp": "4711"})

    assert error_of(asked) == error_of(wrong) == (403, "ASPSP_PSU_ACTION_REQUIRED")
    assert "OTP" in asked.json()["detail"]
    assert right.status_code == caller.get(path, PSU).status_code == 200
    assert caller.get(f"/accounts/{uid}/balances", PSU).status_code == 200


def test_it_is_controlled_from_outside(caller: Caller) -> None:
    """Bookings, the clock, failures: by one path each."""
    post, before = caller.client.post, caller.source.bank.balances()["USD"]
    post("/_bank/add", json={"account": DOLLARS, "amount": "5.00"})
    moved = post("/_bank/clock", json={"advance_seconds": 60}).json()["now"]
    fail = {"call": "aspsps", "status": 408, "error": "ASPSP_TIMEOUT"}
    post("/_bank/fail", json=fail)

    assert caller.source.bank.balances()["USD"] == before + 5
    assert moved == "2026-01-15T12:01:00+00:00"
    assert error_of(caller.get("/aspsps")) == (408, "ASPSP_TIMEOUT")
    post("/_bank/mend")
    assert caller.get("/aspsps").status_code == 200
