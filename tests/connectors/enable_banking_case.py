"""Enable Banking's case for the contract: a scripted bank, and what must come out of it."""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import unquote

import httpx

from tests.connectors.contract import Answer, Case, Fact, Refusal
from tidemark.connectors.enable_banking import EnableBanking
from tidemark.domain.consents import Application
from tidemark.domain.pages import Window
from tidemark.errors import (
    BadCredentials,
    ConsentGone,
    CursorExpired,
    NotConfigured,
    OwnerNeeded,
    RateLimited,
    SourceError,
    SourceGarbage,
    SourceUnavailable,
)

SIGNATURE = b"canary-enable-banking-signature"
PAGE = 3
UNTIL = datetime(2025, 1, 1, tzinfo=UTC)
ACCOUNTS = {"hash-a": "uid-a", "hash-b": "uid-b"}

Row = dict[str, object]


def row(
    line: str,
    reference: str | None = None,
    *,
    text: str = "Text",
    party: str = "Party",
    **more: object,
) -> Row:
    """Make a row of: day, indicator and amount, currency, status."""
    day, amount, currency, status = line.split(" ")
    incoming = amount.startswith("+")
    return {
        "entry_reference": reference,
        "transaction_amount": {"currency": currency, "amount": amount.lstrip("+")},
        "credit_debit_indicator": "CRDT" if incoming else "DBIT",
        "status": status,
        "booking_date": day if status == "BOOK" else None,
        "value_date": day,
        "creditor": None if incoming else {"name": party},
        "debtor": {"name": party} if incoming else None,
        "bank_transaction_code": {"code": "PMNT", "sub_code": "RCDT"},
        "remittance_information": [text],
        "transaction_id": "never an identity",
        **more,
    }


GIRO: Sequence[Row] = (
    row("2024-03-09 18.00 EUR PDNG", "P1"),
    row("2024-03-08 7.77 EUR OTHR", "O1"),
    row("2024-03-08 5.55 EUR RJCT", "R1"),
    row("2024-03-07 3.40 EUR BOOK", text="Kaffee", merchant_category_code="5812"),
    row("2024-03-07 3.40 EUR BOOK", text="Kaffee", merchant_category_code="5812"),
    row("2024-03-06 1_000 EUR BOOK", "BAD"),
    row(
        "2024-03-05 +0.43 EUR BOOK",
        "I1",
        bank_transaction_code={"code": "ACMT", "sub_code": "INTR"},
    ),
    row("2024-03-05 2.90 EUR BOOK", "F1", bank_transaction_code={"code": "ACMT-CHRG"}),
    row("2024-03-04 -42.00 EUR BOOK", "W1"),
    row("2024-03-01 +3100.00 EUR BOOK", "S1"),
)
DOLLARS: Sequence[Row] = (
    row("2024-02-02 +12.34 USD BOOK", "S1"),
    row("2024-02-01 +12.34 USD BOOK", "  "),
)

TWINS = "fp1:W6CA5HVKHJ4KW1C07C60TBDMP1"
BLANK = "fp1:B41B3FG62Q4DKST4WGA9CFH9G5"
"""What a fingerprint is must never change: ledgers are full of them."""


def fact(account: str, source_id: str, day: str, kind: str, moved: str) -> Fact:
    """Write down what must come of a row; without a currency it moved euros."""
    at, (amount, asset) = f"{day}T00:00:00Z", f"{moved} EUR".split()[:2]
    legs = ((asset, amount, "principal"),)
    return Fact(f"transactions:{account}:{source_id}", source_id, at, kind, legs)


EXPECTED = (
    fact("hash-a", f"{TWINS}:0", "2024-03-07", "payment", "-3.40"),
    fact("hash-a", f"{TWINS}:1", "2024-03-07", "payment", "-3.40"),
    fact("hash-a", "I1", "2024-03-05", "interest", "0.43"),
    fact("hash-a", "F1", "2024-03-05", "fee", "-2.90"),
    fact("hash-a", "W1", "2024-03-04", "withdrawal", "-42.00"),
    fact("hash-a", "S1", "2024-03-01", "deposit", "3100.00"),
    fact("hash-b", "S1", "2024-02-02", "deposit", "12.34 USD"),
    fact("hash-b", f"{BLANK}:0", "2024-02-01", "deposit", "12.34 USD"),
)


def scripted(accounts: Mapping[str, Sequence[Row]], size: int = PAGE) -> Answer:
    """Answer as Enable Banking does, from rows by uid, so many on a page."""

    def answer(request: httpx.Request) -> httpx.Response:
        parts = unquote(request.url.path).strip("/").split("/")
        if parts[0] == "sessions":
            access = {"valid_until": "2025-06-01T00:00:00+00:00"}
            return httpx.Response(200, json={"status": "AUTHORIZED", "access": access})
        if parts[2] == "balances":
            return httpx.Response(200, json={"balances": BALANCES[parts[1]]})
        at = int(request.url.params.get("continuation_key", "0"))
        rows = accounts.get(parts[1], ())
        key = str(at + size) if at + size < len(rows) else None
        shown = list(rows[at : at + size])
        return httpx.Response(200, json={"transactions": shown, "continuation_key": key})

    return answer


def balance(kind: str, amount: str, currency: str, day: str = "2024-12-31") -> Row:
    """Make a balance."""
    sum_ = {"currency": currency, "amount": amount}
    return {"balance_type": kind, "balance_amount": sum_, "reference_date": day, "name": kind}


BALANCES = {
    "uid-a": [balance("ITAV", "9999.00", "EUR"), balance("CLBD", "3048.73", "EUR")],
    "uid-b": [balance("XPCD", "1.00", "USD"), balance("ITBD", "24.68", "USD")],
}


def burst(count: int) -> tuple[Answer, frozenset[str]]:
    """Make so many rows on one day, and one on either side."""
    rows = [row("2024-01-02 +1.00 EUR BOOK", f"B{number}") for number in range(count)]
    around = row("2024-01-03 1.00 EUR BOOK", "AFTER"), row("2024-01-01 1.00 EUR BOOK", "BEFORE")
    ids = frozenset(f"transactions:hash-a:B{number}" for number in range(count))
    return scripted({"uid-a": [around[0], *rows, around[1]]}), ids


def says(code: str, status: int = 422, detail: object = None) -> Answer:
    """Refuse every call in Enable Banking's words."""
    told = {"message": "No", "code": status, "error": code, "detail": detail}
    return lambda _request: httpx.Response(status, json=told)


def plain(status: int, text: str = "") -> Answer:
    """Answer every call by status and text."""
    return lambda _request: httpx.Response(status, text=text)


CODES: Sequence[tuple[str, int, type[SourceError]]] = (
    ("ASPSP_RATE_LIMIT_EXCEEDED", 429, RateLimited),
    ("ASPSP_TIMEOUT", 408, SourceUnavailable),
    ("ASPSP_ERROR", 400, SourceUnavailable),
    ("SOMETHING_NEW", 503, SourceUnavailable),
    ("ASPSP_PSU_ACTION_REQUIRED", 403, OwnerNeeded),
    ("EXPIRED_SESSION", 401, ConsentGone),
    ("CLOSED_SESSION", 401, ConsentGone),
    ("REVOKED_SESSION", 401, ConsentGone),
    ("SESSION_DOES_NOT_EXIST", 404, ConsentGone),
    ("ACCOUNT_DOES_NOT_EXIST", 404, ConsentGone),
    ("ASPSP_ACCOUNT_NOT_ACCESSIBLE", 400, ConsentGone),
    ("ACCESS_DENIED", 403, ConsentGone),
    ("ALREADY_AUTHORIZED", 422, BadCredentials),
    ("EXPIRED_AUTHORIZATION_CODE", 422, BadCredentials),
    ("WRONG_AUTHORIZATION_CODE", 422, BadCredentials),
    ("WRONG_CREDENTIALS_PROVIDED", 422, BadCredentials),
    ("UNAUTHORIZED_ACCESS", 401, NotConfigured),
    ("UNAUTHORIZED_IP", 403, NotConfigured),
    ("AUTHORIZATION_NOT_PROVIDED", 401, NotConfigured),
    ("NO_ACCOUNTS_ADDED", 422, NotConfigured),
    ("INVALID_ACCOUNT_ID", 400, ConsentGone),
    ("WRONG_SESSION_STATUS", 422, ConsentGone),
    ("WRONG_ASPSP_PROVIDED", 422, BadCredentials),
    ("WRONG_DATE_INTERVAL", 422, SourceGarbage),
    ("REDIRECT_URI_NOT_ALLOWED", 422, NotConfigured),
    ("PSU_HEADER_NOT_PROVIDED", 422, SourceGarbage),
    ("DATE_FROM_IN_FUTURE", 422, SourceGarbage),
    ("WRONG_REQUEST_PARAMETERS", 422, SourceGarbage),
    ("WRONG_TRANSACTIONS_PERIOD", 422, SourceGarbage),
    ("WRONG_CONTINUATION_KEY", 422, CursorExpired),
    ("SOMETHING_NEW", 422, SourceGarbage),
)

CASE = Case(
    connector=EnableBanking,
    credentials={"aspsp": "Musterbank", "country": "DE", "psu_type": "personal"},
    granted={"session_id": "session", "accounts": json.dumps(ACCOUNTS), "psu_headers": ""},
    application=Application("app", sign=lambda _content: SIGNATURE),
    secrets=(SIGNATURE.decode(), base64.urlsafe_b64encode(SIGNATURE).decode().rstrip("=")),
    window=Window(None, UNTIL),
    golden=lambda: scripted({"uid-a": GIRO, "uid-b": DOLLARS}),
    expected=EXPECTED,
    unread=frozenset(
        {"hash-a:1TNAH7GK8S2T9ZCMQAZ3XXCC5S:0", "hash-a:XQBN27VP9R8E9MYN6RG7J500CB:0"}
    ),
    balances={"EUR": "3048.73", "USD": "24.68"},
    burst=burst,
    page_size=PAGE,
    reads=[
        ("GET", r"/sessions/session"),
        ("GET", r"/accounts/uid-[ab]/(balances|transactions)"),
    ],
    refusals={
        **{f"{code} {status}": Refusal(says(code, status), error) for code, status, error in CODES},
        "down": Refusal(plain(502), SourceUnavailable),
        "busy": Refusal(plain(429), RateLimited),
        "no json": Refusal(plain(200, "<html>"), SourceGarbage),
        "shape": Refusal(plain(200, '{"transactions": {"a": 1}}'), SourceGarbage),
        "unknown token": Refusal(plain(401, "Unauthorized"), NotConfigured),
    },
)
