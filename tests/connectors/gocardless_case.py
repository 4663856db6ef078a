"""GoCardless's case for the contract: a scripted bank, and what must come out of it."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import httpx

from tests.connectors.contract import Answer, Case, Fact, Refusal
from tidemark.connectors.gocardless import Gocardless
from tidemark.domain.consents import Application
from tidemark.domain.pages import Window
from tidemark.errors import (
    ConsentGone,
    NotConfigured,
    RateLimited,
    SourceGarbage,
    SourceUnavailable,
)

TOKEN, SECRET = "canary-gocardless-token", "canary-gocardless-secret"
UNTIL = datetime(2025, 1, 1, tzinfo=UTC)
APPLICATION = Application("canary-gocardless-id", SECRET)

Row = dict[str, object]


def row(line: str, internal: str | None = None, *, text: str = "Text", **more: object) -> Row:
    """Make a row of: day, signed amount, currency."""
    day, amount, currency = line.split(" ")
    told: Row = {
        "transactionId": "never an identity",
        "bookingDate": day,
        "valueDate": day,
        "transactionAmount": {"amount": amount, "currency": currency},
        "remittanceInformationUnstructured": text,
        **more,
    }
    return {**told, "internalTransactionId": internal} if internal else told


BOOKED: Sequence[Row] = (
    row("2024-03-07 -3.4 EUR", text="Kaffee", bankTransactionCode="PMNT-CCRD-POSD"),
    row("2024-03-07 -3.4 EUR", text="Kaffee", bankTransactionCode="PMNT-CCRD-POSD"),
    row("2024-03-06 1,000 EUR", "BAD"),
    row("2024-03-05 0.43 EUR", "I1", bankTransactionCode="ACMT-MDOP-INTR"),
    row("2024-03-01 3100.00 EUR", "S1", bookingDateTime="2024-03-01T08:15:00Z"),
)
PENDING: Sequence[Row] = (row("2024-03-09 -18.00 EUR", "P1"),)
DOLLARS: Sequence[Row] = (row("2024-02-02 12.34 USD", "S1"),)
TWINS = "fp1:EJQFEVB0ADBSCG92VSXEP2PRNZ"


def fact(account: str, source_id: str, at: str, kind: str, moved: str) -> Fact:
    """Write down what must come of a row; without a currency it moved euros."""
    amount, asset = f"{moved} EUR".split()[:2]
    legs = ((asset, amount, "principal"),)
    return Fact(f"transactions:{account}:{source_id}", source_id, at, kind, legs)


EXPECTED = (
    fact("acc-a", f"{TWINS}:0", "2024-03-07T00:00:00Z", "payment", "-3.4"),
    fact("acc-a", f"{TWINS}:1", "2024-03-07T00:00:00Z", "payment", "-3.4"),
    fact("acc-a", "I1", "2024-03-05T00:00:00Z", "interest", "0.43"),
    fact("acc-a", "S1", "2024-03-01T08:15:00Z", "deposit", "3100.00"),
    fact("acc-b", "S1", "2024-02-02T00:00:00Z", "deposit", "12.34 USD"),
)
LIMITS = {
    "HTTP_X_RATELIMIT_ACCOUNT_SUCCESS_LIMIT": "4",
    "HTTP_X_RATELIMIT_ACCOUNT_SUCCESS_REMAINING": "3",
    "HTTP_X_RATELIMIT_ACCOUNT_SUCCESS_RESET": "7200",
}
BALANCES = {
    "id-a": [("interimAvailable", "9999.00", "EUR"), ("interimBooked", "3093.63", "EUR")],
    "id-b": [("expected", "1.00", "USD"), ("closingBooked", "12.34", "USD")],
}


def granting(answer: Answer) -> Answer:
    """Answer, and give tokens."""

    def answered(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token/new/"):
            return httpx.Response(200, json={"access": TOKEN, "access_expires": 86400})
        return answer(request)

    return answered


def scripted(accounts: Mapping[str, tuple[Sequence[Row], Sequence[Row]]]) -> Answer:
    """Answer as GoCardless does, from booked and pending rows by account."""

    def answer(request: httpx.Request) -> httpx.Response:
        parts = request.url.path.removeprefix("/api/v2/").strip("/").split("/")
        if parts[0] == "requisitions":
            return httpx.Response(200, json={"status": "LN", "agreement": "agreement"})
        if parts[0] == "agreements":
            told = {"accepted": "2024-12-01T00:00:00Z", "access_valid_for_days": 90}
            return httpx.Response(200, json=told)
        if parts[2] == "balances":
            return httpx.Response(200, json={"balances": _balances(parts[1])}, headers=LIMITS)
        booked, pending = accounts.get(parts[1], ((), ()))
        rows = {"booked": list(booked), "pending": list(pending)}
        return httpx.Response(200, json={"transactions": rows}, headers=LIMITS)

    return granting(answer)


def _balances(account: str) -> list[Row]:
    """Spell the balances of an account."""
    return [
        {"balanceType": kind, "balanceAmount": {"amount": amount, "currency": currency}}
        for kind, amount, currency in BALANCES[account]
    ]


def burst(count: int) -> tuple[Answer, frozenset[str]]:
    """Make so many rows on one day, and one on either side."""
    rows = [row("2024-01-02 1.00 EUR", f"B{number}") for number in range(count)]
    around = row("2024-01-03 -1.00 EUR", "AFTER"), row("2024-01-01 -1.00 EUR", "BEFORE")
    ids = frozenset(f"transactions:acc-a:B{number}" for number in range(count))
    return scripted({"id-a": ([around[0], *rows, around[1]], ())}), ids


def says(status: int, summary: str, detail: str = "") -> Answer:
    """Refuse every call but the one for a token, in GoCardless's words."""
    told = {"summary": summary, "detail": detail, "status_code": status}
    return granting(lambda _request: httpx.Response(status, json=told, headers=LIMITS))


CASE = Case(
    connector=Gocardless,
    credentials={"aspsp": "MUSTERBANK_MUSTDEFF", "country": "DE", "psu_type": "personal"},
    granted={
        "requisition": "requisition",
        "agreement": "agreement",
        "accounts": json.dumps({"acc-a": "id-a", "acc-b": "id-b"}),
    },
    application=APPLICATION,
    secrets=(TOKEN, SECRET, APPLICATION.id),
    window=Window(None, UNTIL),
    golden=lambda: scripted({"id-a": (BOOKED, PENDING), "id-b": (DOLLARS, ())}),
    expected=EXPECTED,
    unread=frozenset({"acc-a:FZE9Z7KRPXZJ2W4Z1VPY9NBCJW:0"}),
    balances={"EUR": "3093.63", "USD": "12.34"},
    burst=burst,
    page_size=20,
    reads=[
        ("POST", r"/api/v2/token/new/"),
        ("GET", r"/api/v2/requisitions/requisition/"),
        ("GET", r"/api/v2/agreements/enduser/agreement/"),
        ("GET", r"/api/v2/accounts/id-[ab]/(balances|transactions)/"),
    ],
    refusals={
        "limit": Refusal(says(429, "Rate limit exceeded"), RateLimited),
        "expired": Refusal(
            says(401, "End User Agreement (EUA) 1-2 has expired", "EUA was valid for 90 days"),
            ConsentGone,
        ),
        "expired 400": Refusal(says(400, "EUA expired", "EUA was valid for 90"), ConsentGone),
        "suspended": Refusal(says(409, "Account suspended"), ConsentGone),
        "gone": Refusal(says(404, "Account ID not found"), ConsentGone),
        "token": Refusal(says(401, "Invalid token", "Token is invalid"), NotConfigured),
        "secret": Refusal(says(401, "Authentication failed"), NotConfigured),
        "bank": Refusal(says(500, "Couldn't update account balances"), SourceUnavailable),
        "off": Refusal(says(503, "ConnectionError"), SourceUnavailable),
        "strange": Refusal(says(400, "Something new"), SourceGarbage),
        "no json": Refusal(granting(lambda _: httpx.Response(200, text="<html>")), SourceGarbage),
        "shape": Refusal(granting(lambda _: httpx.Response(200, json=[1])), SourceGarbage),
    },
)
