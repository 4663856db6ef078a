"""Files in and out, as a browser would: the form, the upload, the check, the commit, the revert."""

import io
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
import xlsxwriter

from tests.e2e.conftest import Server

ROWS = int(os.environ.get("TIDEMARK_FILE_ROWS", "4000"))
"""A file may have 20,000; moto takes more than a minute for that."""

TITLES = (
    "Date (UTC)",
    "Integration Name",
    "Label",
    "Outgoing Asset",
    "Outgoing Amount",
    "Incoming Asset",
    "Incoming Amount",
    "Fee Asset (optional)",
    "Fee Amount (optional)",
    "Comment (optional)",
    "Trx. ID (optional)",
)
START = datetime(2020, 1, 1, tzinfo=UTC)
OWNER = "files-owner"
UNDER_WAY = {"awaiting_upload", "checking", "committing", "reverting", "queued", "running"}

type Json = dict[str, Any]


def row(number: int) -> tuple[str, ...]:
    """Give the cells of a trade; its amounts have more digits than a spreadsheet keeps."""
    at = START + timedelta(minutes=10 * number)
    btc = f"0.{number + 1:018}"
    date = f"{at:%Y-%m-%d %H:%M:%S}"
    note, id_ = f"row {number}", f"T-{number}"
    return (date, "", "", "EUR", f"{number + 1}.50", "BTC", btc, "EUR", "0.10", note, id_)


def workbook(count: int) -> bytes:
    """Make a workbook of so many trades, all cells text."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Transactions")
        for number, cells in enumerate((TITLES, *map(row, range(count)))):
            for place, text in enumerate(cells):
                if text:
                    sheet.write_string(number, place, text)
    return made.getvalue()


def csv(*rows: tuple[str, ...]) -> bytes:
    """Make a CSV file."""
    return "\n".join(",".join(cells) for cells in (TITLES, *rows)).encode()


def upload(server: Server, owner: str, integration: str, content: bytes, form: str) -> str:
    """Start an import and upload its file; give its path."""
    wanted = {"integration": integration, "format": form}
    made = server.post("/v1/imports", owner, wanted, expected=201)
    files = {"file": (f"file.{form}", content)}
    given = made["upload"]
    answer = httpx.post(given["url"], data=given["fields"], files=files, trust_env=False)
    assert answer.status_code == 204, answer.text
    return f"/v1/imports/{made['id']}"


def watch(server: Server, owner: str, path: str, patience: float = 240) -> list[Json]:
    """Look at something until its state changes no more."""
    seen: list[Json] = []
    until = time.monotonic() + patience
    while time.monotonic() < until:
        seen.append(server.get(path, owner))
        if seen[-1]["status"] not in UNDER_WAY:
            break
        server.idle(1)
    return seen


def bring(server: Server, owner: str, integration: str, content: bytes, form: str) -> list[Json]:
    """Bring a good file in to its end; give what was seen of its commit."""
    path = upload(server, owner, integration, content, form)
    ready = watch(server, owner, path)[-1]
    assert (ready["status"], ready["preflight"]["error_count"]) == ("ready", 0), ready
    server.post(f"{path}/commit", owner, expected=202)
    return watch(server, owner, path)


def calculated(server: Server, owner: str) -> dict[str, Decimal]:
    """Give the calculated balances that are not nothing."""
    rows = server.get("/v1/balances", owner)["data"]
    told = {each["asset"]: Decimal(each["calculated"]) for each in rows}
    return {asset: amount for asset, amount in told.items() if amount}


@pytest.fixture(scope="module")
def cash(server: Server) -> str:
    """Give a manual integration."""
    body = {"connector": "manual", "name": "Cash"}
    return str(server.post("/v1/integrations", OWNER, body, expected=201)["id"])


@pytest.fixture
def taken() -> Callable[[str], None]:
    """Tell how long each part took."""
    began = time.monotonic()

    def tell(what: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s {what}")  # noqa: T201 - shown with -s

    return tell


def test_a_large_workbook(server: Server, cash: str, taken: Callable[[str], None]) -> None:
    """A workbook goes in while its progress is seen, adds up exactly, and comes out again."""
    content = workbook(ROWS)
    taken(f"{len(content):,} bytes are made")
    seen = bring(server, OWNER, cash, content, "xlsx")
    taken("they are in")

    first = seen[-1]
    assert (first["status"], first["counts"]["imported"]) == ("committed", ROWS)
    progress = [each["progress"] for each in seen]
    assert progress == sorted(progress)
    assert any(0 < each < 1 for each in progress), progress
    sums = {
        "BTC": sum((Decimal(row(n)[6]) for n in range(ROWS)), Decimal()),
        "EUR": -sum((Decimal(row(n)[4]) + Decimal("0.10") for n in range(ROWS)), Decimal()),
    }
    assert calculated(server, OWNER) == sums
    taken("they are added up")

    made = server.post("/v1/exports", OWNER, {"format": "csv"}, expected=202)
    done = watch(server, OWNER, f"/v1/exports/{made['id']}")[-1]
    taken("they are out")
    assert (done["status"], done["rows"]) == ("done", ROWS)
    assert httpx.get(done["url"], trust_env=False).text.count("\r\n") == ROWS + 1


def test_twice_and_back(server: Server, taken: Callable[[str], None]) -> None:
    """The same file again changes nothing; a revert takes all of it, and it can come anew."""
    owner = "revert-owner"
    body = {"connector": "manual", "name": "Cash"}
    cash = server.post("/v1/integrations", owner, body, expected=201)["id"]
    content = csv(*map(row, range(600)))
    first = bring(server, owner, cash, content, "csv")[-1]
    taken("they are in")
    before = server.transactions(owner)
    again = bring(server, owner, cash, content, "csv")[-1]
    taken("they are known")
    assert (again["counts"]["imported"], again["counts"]["known"]) == (0, 600)
    assert server.transactions(owner) == before

    path = f"/v1/imports/{first['id']}"
    server.post(f"{path}/revert", owner, expected=202)
    gone = watch(server, owner, path)[-1]
    taken("they are gone")

    assert (gone["status"], gone["revert"]["removed"]) == ("reverted", 600)
    assert calculated(server, owner) == {}
    assert server.get("/v1/transactions", owner, limit=1)["data"] == []
    assert bring(server, owner, cash, content, "csv")[-1]["counts"]["imported"] == 600


def test_bad_files_end_in_words(server: Server, cash: str) -> None:
    """Nothing of them is imported, and the way out is said."""
    for content, form, code in (
        (b"PK\x03\x04 is no workbook", "xlsx", ""),
        (b"\xff\xfe\x00", "csv", "not_utf8"),
        (b"one,two\n1,2\n", "csv", "missing_columns"),
    ):
        failed = watch(server, OWNER, upload(server, OWNER, cash, content, form))[-1]
        assert failed["status"] == "failed", failed
        assert failed["error"]["code"] == (code or failed["error"]["code"])
        assert failed["error"]["next_step"]

    bad = csv(row(1), ("31 Foo 2024", *row(2)[1:]))
    path = upload(server, OWNER, cash, bad, "csv")
    (error,) = watch(server, OWNER, path)[-1]["preflight"]["errors"]
    assert (error["row"], error["column"]) == (3, "Date (UTC)")
    assert server.ask("POST", f"{path}/commit", OWNER, json={}).json()["code"] == "has_errors"


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
def test_what_goes_out_comes_in_again(server: Server, form: str) -> None:
    """Into an integration of anybody who has the file: the facts are the same."""
    giver, taker = f"giver-{form}", f"taker-{form}"
    body = {"connector": "manual", "name": "Mine"}
    mine = server.post("/v1/integrations", giver, body, expected=201)["id"]
    rows = [row(n) for n in range(3)]
    labelled = (*row(4)[:2], "Gift", *row(4)[3:])
    bring(server, giver, mine, csv(*rows, labelled), "csv")
    made = server.post("/v1/exports", giver, {"format": form}, expected=202)
    done = watch(server, giver, f"/v1/exports/{made['id']}")[-1]
    content = httpx.get(done["url"], trust_env=False).content

    theirs = server.post(
        "/v1/integrations", taker, {"connector": "manual", "name": "Theirs"}, expected=201
    )["id"]
    bring(server, taker, theirs, content, form)

    def facts(owner: str) -> list[Json]:
        same = ("source_id", "kind", "occurred_at", "label", "note", "sent", "received", "fee")
        return [{name: each[name] for name in same} for each in server.transactions(owner)]

    assert facts(taker) == facts(giver)
    assert len(facts(taker)) == 4


def test_the_template_can_be_fetched(server: Server) -> None:
    """As bytes that are a workbook."""
    answer = server.ask("GET", "/v1/import_template.xlsx", OWNER)
    assert answer.content.startswith(b"PK\x03\x04")
    assert "spreadsheetml" in answer.headers["Content-Type"]
