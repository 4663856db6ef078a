"""Kraken's case for the contract: a scripted source, and what must come out of it."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qs

import httpx

from tests.connectors.contract import Answer, Case, Fact, Refusal
from tidemark.connectors.kraken import Kraken
from tidemark.domain.pages import Window
from tidemark.errors import (
    BadCredentials,
    MissingPermission,
    RateLimited,
    SourceGarbage,
    SourceUnavailable,
)

KEY = "canary-kraken-api-key"
SECRET = "Y2FuYXJ5LWtyYWtlbi1zZWNyZXQ="
PAGE = 4
UNTIL = datetime(2025, 1, 1, tzinfo=UTC)

Rows = Mapping[str, Mapping[str, object]]


def row(line: str) -> dict[str, object]:
    """Make a ledger row of: time, type/subtype, asset, amount, fee, balance, refid."""
    time, words, *rest = line.split(" ")
    word, _, sub = words.partition("/")
    names = ("asset", "amount", "fee", "balance", "refid")
    told = {"time": time, "type": word, "subtype": sub, "aclass": "currency"}
    return {**told, **dict(zip(names, rest, strict=True))}


GOLDEN: Rows = {
    "LNFT": row("1700000900 nfttrade ZEUR -5 0 1889.40 TN"),
    "LUNK": row("1700000800 moonshot XXDG 7 0 7 RU"),
    "LBAD": row("1700000750 deposit XXMR 1_000 0 1000 RB"),
    "LCAN2": row("1700000701.5 withdrawal XXBT 0.1 -0.0002 0.85 AC"),
    "LCAN1": row("1700000700 withdrawal XXBT -0.1 0.0002 0.7498 AC"),
    "LRCV": row("1700000600.0003 receive XXBT 0.35 0 0.85 TSR"),
    "LSPD": row("1700000600 spend ZEUR -100 1.50 1894.40 TSR"),
    "LERN2": row("1700000500.0001 earn/autoallocation DOT.F 10 0 10 ELF"),
    "LERN1": row("1700000500 earn/autoallocation DOT -10 0 0 ELF"),
    "LRWD": row("1700000450 earn/reward DOT28.S 0.01 0 0.03 STR"),
    "LSTK2": row("1700000400.1 staking DOT28.S 0.01 0 0.02 Unknown"),
    "LSTK1": row("1700000400 staking DOT28.S 0.01 0 0.01 Unknown"),
    "LKFE": row("1700000300.004 trade KFEE -2.5 0 97.5 T1"),
    "LTR2": row("1700000300.0002 trade ZEUR -1000.00 4.10 1995.90 T1"),
    "LTR1": row("1700000300 trade XXBT 0.5 0 0.5 T1"),
    "LROL": row("1700000250 rollover ZEUR 0 0.0000 3000.00 TP"),
    "LNOR": row("1700000200 transfer DOT 10 0 10 "),
    "LKCR": row("1700000150 credit KFEE 100 0 100 RK"),
    "LDEP": row("1700000100 deposit ZEUR 3000.00 0 3000.00 QD"),
}

BALANCES = {"ZEUR": "1889.40", "XXBT": "0.85", "DOT28.S": "0.03", "DOT.F": "10", "XBT.M": "0.1"}

P, F = "principal", "fee"
EXPECTED = (
    Fact("ledger:TN", "TN", "2023-11-14T22:28:20Z", "trade", (("EUR", "-5", P),)),
    Fact(
        "ledger:AC",
        "AC",
        "2023-11-14T22:25:00Z",
        "refund",
        (("BTC", "-0.0002", F), ("BTC", "-0.1", P), ("BTC", "0.0002", F), ("BTC", "0.1", P)),
    ),
    Fact(
        "ledger:TSR",
        "TSR",
        "2023-11-14T22:23:20Z",
        "trade",
        (("BTC", "0.35", P), ("EUR", "-1.50", F), ("EUR", "-100", P)),
    ),
    Fact(
        "ledger:ELF",
        "ELF",
        "2023-11-14T22:21:40Z",
        "transfer",
        (("DOT", "-10", P), ("DOT", "10", P)),
    ),
    Fact("ledger:STR", "STR", "2023-11-14T22:20:50Z", "reward", (("DOT", "0.01", P),)),
    Fact("ledger:LSTK2", "LSTK2", "2023-11-14T22:20:00.100000Z", "staking", (("DOT", "0.01", P),)),
    Fact("ledger:LSTK1", "LSTK1", "2023-11-14T22:20:00Z", "staking", (("DOT", "0.01", P),)),
    Fact(
        "ledger:T1",
        "T1",
        "2023-11-14T22:18:20Z",
        "trade",
        (("BTC", "0.5", P), ("EUR", "-1000.00", P), ("EUR", "-4.10", F), ("KFEE", "-2.5", F)),
    ),
    Fact("ledger:TP", "TP", "2023-11-14T22:17:30Z", "fee", (("EUR", "0", P),)),
    Fact("ledger:LNOR", "LNOR", "2023-11-14T22:16:40Z", "transfer", (("DOT", "10", P),)),
    Fact("ledger:RK", "RK", "2023-11-14T22:15:50Z", "adjustment", (("KFEE", "100", P),)),
    Fact("ledger:QD", "QD", "2023-11-14T22:15:00Z", "deposit", (("EUR", "3000.00", P),)),
)


def scripted(rows: Rows, page: int = PAGE) -> Answer:
    """Answer as Kraken does, from ledger rows that are newest first."""

    def answer(request: httpx.Request) -> httpx.Response:
        place = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        method = request.url.path.removeprefix("/0/private/")
        return httpx.Response(200, json={"error": [], "result": _result(method, place, rows, page)})

    return answer


def _result(method: str, place: Mapping[str, str], rows: Rows, page: int) -> object:
    """Give the result of one method."""
    start, end = float(place.get("start", "0")), float(place.get("end", "9e9"))
    inside = {
        row_id: shown for row_id, shown in rows.items() if start < float(str(shown["time"])) <= end
    }
    ofs = int(place.get("ofs", "0"))
    shown = dict(list(inside.items())[ofs : ofs + page])
    return {
        "Ledgers": {"ledger": shown, "count": len(inside)},
        "TradesHistory": {"trades": {"T1": {"time": "1700000300", "pair": "XXBTZEUR"}}},
        "DepositStatus": {"deposit": [{"refid": "QD", "txid": "tx", "info": "iban"}]},
        "WithdrawStatus": [{"refid": "AC", "txid": "ty", "info": "bc1", "method": "Bitcoin"}],
        "Balance": BALANCES,
        "GetApiKeyInfo": {"permissions": ["query-funds", "query-ledger"], "query_from": "0"},
    }[method]


def burst(count: int) -> tuple[Answer, frozenset[str]]:
    """Make a history with so many trades at one second, and one on either side."""
    rows: dict[str, Mapping[str, object]] = {"LAFTER": row("1700000101 deposit ZEUR 1 0 2 AFTER")}
    for number in range(count, 0, -1):
        balance = f"{number % 2}"
        amount = "1" if number % 2 else "-1"
        rows[f"L{number}"] = row(f"1700000100 trade XXBT {amount} 0 {balance} T{number}")
    rows["LBEFORE"] = row("1700000099 deposit ZEUR 1 0 1 BEFORE")
    return scripted(rows), frozenset(f"ledger:T{number}" for number in range(1, count + 1))


def says(*codes: str) -> Answer:
    """Refuse every call in Kraken's words."""
    return lambda _request: httpx.Response(200, json={"error": list(codes)})


def fails(status: int, body: str = "", headers: Sequence[tuple[str, str]] = ()) -> Answer:
    """Refuse every call by status."""
    return lambda _request: httpx.Response(status, content=body, headers=list(headers))


def body(text: str) -> Answer:
    """Answer every call with this text."""
    return lambda _request: httpx.Response(200, content=text)


def unreachable(request: httpx.Request) -> httpx.Response:
    """Be unreachable."""
    raise httpx.ConnectError(f"no way to {request.url} with {request.headers}", request=request)


def slow(request: httpx.Request) -> httpx.Response:
    """Answer too late."""
    raise httpx.ReadTimeout(f"{request.headers}", request=request)


CASE = Case(
    connector=Kraken,
    credentials={"api_key": KEY, "api_secret": SECRET},
    secrets=(KEY, SECRET, "canary-kraken-secret"),
    window=Window(None, UNTIL),
    golden=lambda: scripted(GOLDEN),
    expected=EXPECTED,
    unread=frozenset({"LUNK", "LBAD"}),
    balances={"EUR": "1889.40", "BTC": "0.95", "DOT": "10.03"},
    burst=burst,
    page_size=PAGE,
    reads=[
        ("POST", rf"/0/private/{method}")
        for method in (
            "Ledgers",
            "TradesHistory",
            "DepositStatus",
            "WithdrawStatus",
            "Balance",
            "GetApiKeyInfo",
        )
    ],
    refusals={
        "unavailable": Refusal(fails(503), SourceUnavailable),
        "cloudflare": Refusal(fails(520, "<html>520</html>"), SourceUnavailable),
        "forbidden": Refusal(fails(403, "<html>blocked</html>"), SourceUnavailable),
        "unreachable": Refusal(unreachable, SourceUnavailable),
        "slow": Refusal(slow, SourceUnavailable),
        "redirect": Refusal(fails(302, headers=[("Location", "http://127.0.0.1/")]), SourceGarbage),
        "not json": Refusal(body("<html>hello</html>"), SourceGarbage),
        "cut short": Refusal(body('{"error": [], "result": {"led'), SourceGarbage),
        "other shape": Refusal(body('[1, {"error": "no list"}]'), SourceGarbage),
        "ledger shape": Refusal(body('{"error":[],"result":{"ledger":[1]}}'), SourceGarbage),
        "count shape": Refusal(
            body('{"error":[],"result":{"ledger":{},"count":-1}}'), SourceGarbage
        ),
        "unknown words": Refusal(says(f"EWhat:{KEY}"), SourceGarbage),
        "rate limited": Refusal(says("EAPI:Rate limit exceeded"), RateLimited),
        "too many": Refusal(says("EGeneral:Too many requests"), RateLimited),
        "locked out": Refusal(says("EGeneral:Temporary lockout"), RateLimited),
        "status 429": Refusal(fails(429, headers=[("Retry-After", "9")]), RateLimited),
        "invalid key": Refusal(says("EAPI:Invalid key"), BadCredentials),
        "key in 403": Refusal(
            fails(403, json.dumps({"error": ["EAPI:Invalid key"]})), BadCredentials
        ),
        "invalid signature": Refusal(says("EAPI:Invalid signature"), BadCredentials),
        "invalid nonce": Refusal(says("EAPI:Invalid nonce"), BadCredentials),
        "invalid session": Refusal(says("ESession:Invalid session"), BadCredentials),
        "permission": Refusal(says("EGeneral:Permission denied"), MissingPermission),
        "busy": Refusal(says("EService:Busy"), SourceUnavailable),
        "internal": Refusal(says("EGeneral:Internal error"), SourceUnavailable),
        "database": Refusal(says("EDatabase:Internal error"), SourceUnavailable),
        "market": Refusal(says("EService:Market in cancel_only mode"), SourceUnavailable),
    },
)
