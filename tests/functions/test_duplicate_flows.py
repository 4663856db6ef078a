"""Possible duplicates and the undo of a sync through the real functions."""

from typing import Any

import pytest

from local.sources.kraken_history import generate
from tests.functions.stage import Stage, first_of, ids
from tests.functions.test_file_flows import Files

PAIRS = "/v1/possible_duplicates"


@pytest.fixture
def files(stage: Stage) -> Files:
    """Give a bucket and a queue of work."""
    return Files(stage)


@pytest.fixture
def account(stage: Stage) -> dict[str, Any]:
    """Connect an account and sync it."""
    made = stage.connect(stage.exchange.account(generate(30)).credentials)
    assert stage.deliver(*stage.messages()) == []
    return made


def tell(files: Files, source: dict[str, Any]) -> dict[str, Any]:
    """Tell by hand, in the manual integration, what a source told."""
    words = {name: source[name] for name in ("sent", "received") if source[name]}
    body = {"integration": files.integration, "occurred_at": source["occurred_at"], **words}
    return files.send("POST", "/v1/transactions", {**body, "label": "Mine"})


def test_a_merge_from_the_sync_to_its_undo(files: Files, account: dict[str, Any]) -> None:
    """Found by hand and by the next sync; merged, undone, dismissed: what was said stays said."""
    source = files.send("GET", "/v1/transactions")["data"][0]
    own = tell(files, source)
    (pair,) = files.send("GET", PAIRS)["data"]
    assert (pair["own"], pair["source"]) == (own["id"], source["id"])

    merged = files.send("POST", f"{PAIRS}/{pair['id']}/merge")
    assert [each["state"] for each in merged["transactions"]] == ["excluded", "active"]
    assert files.send("GET", f"/v1/transactions/{source['id']}")["label"] == "Mine"
    undone = files.send("POST", f"{PAIRS}/{pair['id']}/undo")
    assert undone["state"] == "open"
    assert files.send("GET", f"/v1/transactions/{source['id']}") == source
    assert files.send("POST", f"{PAIRS}/{pair['id']}/dismiss")["state"] == "dismissed"

    again = files.stage.start(account, "incremental")
    assert files.stage.deliver(*files.stage.messages()) == []
    assert files.stage.sync(again)["status"] == "succeeded"
    assert files.send("GET", PAIRS)["data"] == []


@pytest.mark.parametrize("mode", ["incremental", "missing"])
def test_a_sync_finds_what_was_told_before_it(files: Files, mode: str) -> None:
    """At its end, whichever function ends it; another look at it closes what no longer holds."""
    stage = files.stage
    theirs = stage.connect(stage.exchange.account(generate(30)).credentials, "bob")
    assert stage.deliver(*stage.messages()) == []
    seen = stage.send("GET", "/v1/transactions", owner="bob").json["data"][0]
    own = tell(files, seen)
    credentials = stage.exchange.account(generate(30)).credentials
    mine = stage.start(stage.connect(credentials, start_sync=False), mode)
    if mode == "missing":
        stage.execute(mine)
    assert stage.deliver(*stage.messages()) == []

    (pair,) = files.send("GET", PAIRS)["data"]
    assert (pair["own"], pair["found_by"]) == (own["id"], mine["sync_id"])
    assert stage.send("GET", PAIRS, owner="bob").json["data"] == []
    files.send("POST", f"/v1/transactions/{own['id']}/exclude")
    assert files.send("GET", PAIRS)["data"] == []
    assert files.send("GET", "/v1/issues")["data"][0]["state"] == "resolved"
    files.send("POST", f"/v1/transactions/{own['id']}/include")
    assert [each["id"] for each in files.send("GET", PAIRS)["data"]] == [pair["id"]]
    assert stage.sync(first_of(theirs, "bob"))["status"] == "succeeded"


def test_a_sync_is_undone_and_comes_back_with_sync_missing(
    files: Files, account: dict[str, Any]
) -> None:
    """The job of the files queue makes tombstones of all that it brought."""
    first = first_of(account)
    count = len(files.send("GET", "/v1/transactions")["data"])
    before = files.stage.balances()
    asked = files.send("POST", f"/v1/syncs/{first['sync_id']}/revert")
    assert asked["status"] == "reverting"
    files.work()
    revert = files.stage.sync(first)["revert"]
    assert (revert["status"], revert["removed"], revert["kept"]) == ("reverted", count, 0)
    assert files.send("GET", "/v1/transactions")["data"] == []

    missing = files.stage.start(account, "missing")
    files.stage.execute(ids("alice", account["id"], missing["sync_id"]))
    assert len(files.send("GET", "/v1/transactions")["data"]) == count
    assert files.stage.balances() == before
