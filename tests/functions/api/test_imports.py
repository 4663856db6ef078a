"""Imports, exports and the template over the wire."""

import base64
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.filing import Office, csv, deposit
from tests.functions.api.desk import FIRST, Desk, Reply, event_of, listed
from tidemark.domain.files import FileFormat
from tidemark.domain.imports import FileJob, JobKind

WANTED = {"integration": FIRST.integration_id, "format": "csv", "zone": "Europe/Vienna"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def desk() -> Desk:
    """Give a desk with one integration."""
    made = Desk()
    made.world.connect(FIRST)
    return made


def work(desk: Desk) -> None:
    """Do what was asked for with files."""
    Office(desk.world).work()


def upload(desk: Desk, made: dict[str, Any], content: bytes) -> Reply:
    """Upload a file as the form says, have it checked, and give the import."""
    desk.world.uploads.upload(made["upload"]["fields"]["key"], content)
    desk.world.files_queue.send(FileJob("alice", JobKind.CHECK, made["id"]))
    work(desk)
    return desk.send("GET", f"/v1/imports/{made['id']}")


def test_an_import_from_the_form_to_the_revert(desk: Desk) -> None:
    """Made, uploaded, checked, committed, listed, reverted."""
    made = desk.send("POST", "/v1/imports", WANTED)
    path = f"/v1/imports/{made.json['id']}"
    assert (made.status, made.headers["Location"]) == (201, path)
    assert made.json["status"] == "awaiting_upload"
    assert made.json["upload"]["url"]
    ready = upload(desk, made.json, csv(deposit(1), deposit(2), deposit(2))).json
    assert (ready["status"], ready["preflight"]["rows"], ready["preflight"]["new"]) == (
        "ready",
        3,
        3,
    )
    assert ready["preflight"]["duplicates"] == {"in_file": 1, "in_ledger": 0, "possible": 0}
    assert ready["preflight"]["from"] == "2025-01-01T09:00:00.000000Z"
    assert "upload" not in ready

    accepted = desk.send("POST", f"{path}/commit")
    assert (accepted.status, accepted.json["status"]) == (202, "committing")
    assert accepted.headers["Location"] == path
    work(desk)
    done = desk.send("GET", path).json
    assert (done["status"], done["progress"], done["counts"]["imported"]) == ("committed", 1.0, 3)
    rows = desk.send("GET", "/v1/transactions", **{"import": done["id"]}).json["data"]
    assert [(row["origin"], row["import"]) for row in rows] == [("file", done["id"])] * 3

    assert desk.send("POST", f"{path}/revert").status == 202
    work(desk)
    reverted = desk.send("GET", path).json
    assert (reverted["status"], reverted["revert"]["removed"]) == ("reverted", 3)
    assert desk.send("GET", "/v1/transactions").json["data"] == []


def test_errors_are_told_by_row_and_column(desk: Desk) -> None:
    """A commit has to say that they are left out."""
    made = desk.send("POST", "/v1/imports", WANTED).json
    ready = upload(desk, made, csv(deposit(1), deposit(2, "x"))).json
    (error,) = ready["preflight"]["errors"]
    assert (error["row"], error["column"]) == (3, "Incoming Amount")
    path = f"/v1/imports/{made['id']}/commit"
    for body in (None, {}, {"only_good_rows": False}):
        refused = desk.send("POST", path, body)
        assert (refused.status, refused.code) == (409, "has_errors")
    assert desk.send("POST", path, {"only_good_rows": "yes"}).status == 422

    assert desk.send("POST", path, {"only_good_rows": True}).status == 202
    work(desk)
    assert desk.send("GET", f"/v1/imports/{made['id']}").json["counts"]["bad"] == 1


def test_a_bad_file_says_why(desk: Desk) -> None:
    """In a word, a sentence, and what to do."""
    made = desk.send("POST", "/v1/imports", WANTED).json
    failed = upload(desk, made, b"a,b\n1,2\n").json
    assert (failed["status"], failed["error"]["code"]) == ("failed", "missing_columns")
    assert failed["error"]["next_step"]
    refused = desk.send("POST", f"/v1/imports/{made['id']}/commit")
    assert (refused.status, refused.code) == (409, "not_ready")
    reverted = desk.send("POST", f"/v1/imports/{made['id']}/revert")
    assert (reverted.status, reverted.code) == (409, "not_committed")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"format": "pdf"}, "/format"),
        ({"zone": "Mars/Olympus"}, "/zone"),
        ({"integration": 1}, "/integration"),
        ({"owner": "bob"}, "/owner"),
    ],
)
def test_an_import_that_makes_no_sense_is_refused(
    desk: Desk, body: dict[str, Any], pointer: str
) -> None:
    """It points at what is wrong."""
    reply = desk.send("POST", "/v1/imports", {**WANTED, **body})
    assert (reply.status, reply.pointers) == (422, [pointer])


def test_imports_are_listed(desk: Desk) -> None:
    """Newest first, page by page, without their errors; those of one integration if named."""
    ids = []
    for _ in range(5):
        made = desk.send("POST", "/v1/imports", WANTED).json
        upload(desk, made, csv(deposit(1, "x")))
        ids.append(made["id"])
        desk.world.clock.advance(timedelta(seconds=1))

    rows = listed(desk, "/v1/imports")

    assert [row["id"] for row in rows] == ids[::-1]
    assert rows[0]["preflight"]["error_count"] == 1
    assert "errors" not in rows[0]["preflight"]
    assert listed(desk, "/v1/imports", integration=FIRST.integration_id) == rows
    assert desk.send("GET", "/v1/imports", owner="bob").json["data"] == []


def test_the_same_key_gives_the_same_form(desk: Desk) -> None:
    """A client that lost the answer can still upload."""
    headers = {"Idempotency-Key": "k"}
    first = desk.send("POST", "/v1/imports", WANTED, headers=headers)
    assert desk.send("POST", "/v1/imports", WANTED, headers=headers) == first
    assert len(desk.world.imports.items) == 1


def test_an_export_is_ordered_and_fetched(desk: Desk) -> None:
    """With a URL as soon as it is done."""
    desk.fill(3, type(FIRST)("alice", "intg_01J00000000000000000000001"))
    wanted = {"format": "jsonl", "from": "2025-01-01", "state": "active"}
    made = desk.send("POST", "/v1/exports", wanted)
    path = f"/v1/exports/{made.json['id']}"
    assert (made.status, made.headers["Location"]) == (202, path)
    assert (made.json["status"], made.json["url"]) == ("queued", None)

    work(desk)

    done = desk.send("GET", path).json
    assert (done["status"], done["rows"], done["progress"]) == ("done", 3, 1.0)
    assert done["url"].endswith(".jsonl")
    (content,) = desk.world.uploads.files.values()
    assert [json.loads(line)["kind"] for line in content.splitlines()] == ["trade"] * 3


def test_the_template_is_a_file(desk: Desk) -> None:
    """A workbook is bytes, told as Base64; CSV has the titles."""
    event = event_of("GET", "/v1/import_template.xlsx")
    said = desk.api(event, Any)  # type: ignore[arg-type]
    assert (said["statusCode"], said["isBase64Encoded"]) == (200, True)
    assert said["headers"]["Content-Type"] == XLSX
    assert ".xlsx" in said["headers"]["Content-Disposition"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(base64.b64decode(said["body"])))
    assert book.sheet_names[1] == "Instructions"
    titles = desk.send("GET", "/v1/import_template.csv")
    assert titles.headers["Content-Type"] == "text/csv"
    assert base64.b64decode(titles.text).startswith(b"Date (UTC),")
    made = desk.send("POST", "/v1/imports", {**WANTED, "format": FileFormat.XLSX}).json
    assert upload(desk, made, base64.b64decode(said["body"])).json["status"] in {"ready", "failed"}
