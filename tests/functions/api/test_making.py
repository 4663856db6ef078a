"""Making transactions by hand, changing many, and following the changes, over HTTP."""

from typing import Any

import pytest

from tests.functions.api.desk import FIRST, FOREIGN, Desk, listed, path_of

COIN = {"asset": "BTC", "amount": "0.50"}
WANTED: dict[str, Any] = {
    "integration": FIRST.integration_id,
    "local_time": "2025-07-01T12:00:00",
    "zone": "Europe/Berlin",
    "received": COIN,
    "fee": {"asset": "EUR", "amount": "1"},
    "kind": "airdrop",
    "label": "Gift",
    "note": "from A.",
}


@pytest.fixture
def desk() -> Desk:
    """Give a desk with five transactions, and five of another owner."""
    made = Desk()
    made.fill(5)
    made.fill(5, FOREIGN)
    return made


def test_a_transaction_is_made_by_hand(desk: Desk) -> None:
    """It is shown where it is said to be, and in lists; its source is what was entered."""
    reply = desk.send("POST", "/v1/transactions", WANTED)
    assert reply.status == 201
    path, made = reply.headers["Location"], reply.json
    shown = desk.send("GET", path)
    assert (shown.json, shown.headers["ETag"]) == (made, reply.headers["ETag"])
    assert path == f"/v1/transactions/{made['id']}"
    assert (made["origin"], made["kind"], made["import"]) == ("manual", "airdrop", None)
    assert (made["occurred_at"], made["edited"]) == ("2025-07-01T10:00:00.000000Z", False)
    assert (made["received"], made["sent"], made["fee"]["asset"]) == (COIN, None, "EUR")
    for query in ({"q": "gift"}, {"origin": "manual"}, {"sort": "-imported_at", "q": "from a."}):
        assert listed(desk, **query) == [made]
    assert listed(desk, sort="-imported_at")[0] == made
    entered = {name: value for name, value in WANTED.items() if name != "integration"}
    assert desk.send("GET", f"{path}/source").json["records"] == [entered]
    (entry,) = desk.send("GET", f"{path}/history").json["data"]
    assert (entry["action"], entry["actor"], entry["at"]) == (
        "created",
        "owner",
        made["imported_at"],
    )


def test_a_note_may_have_several_lines(desk: Desk) -> None:
    """And tabs; how lines end is not kept."""
    reply = desk.send("POST", "/v1/transactions", WANTED | {"note": " a\r\n\tb\nc\n"})
    assert reply.json["note"] == "a\n\tb\nc"


def test_what_was_made_can_be_changed_and_reset(desk: Desk) -> None:
    """To what was entered."""
    reply = desk.send("POST", "/v1/transactions", WANTED)
    path = reply.headers["Location"]
    said = desk.send("PATCH", path, {"received": {"asset": "BTC", "amount": "2"}, "label": None})
    assert (said.json["kind"], said.json["label"], said.json["edited"]) == ("airdrop", None, True)
    assert desk.send("POST", f"{path}/reset").json == reply.json


def test_a_request_that_is_repeated_makes_one(desk: Desk) -> None:
    """By its key; without one, each makes its own."""
    headers = {"idempotency-key": "k1"}
    first = desk.send("POST", "/v1/transactions", WANTED, headers=headers)
    assert desk.send("POST", "/v1/transactions", WANTED, headers=headers) == first
    assert len(listed(desk, origin="manual")) == 1
    desk.send("POST", "/v1/transactions", WANTED)
    assert len(listed(desk, origin="manual")) == 2


@pytest.mark.parametrize(
    ("changes", "gone", "pointer"),
    [
        ({}, ("received", "fee"), "/legs"),
        ({}, ("local_time", "zone"), "/occurred_at"),
        ({}, ("zone",), "/zone"),
        ({}, ("integration",), "/integration"),
        ({"note": "\x00"}, (), "/note"),
        ({"note": "\n\t"}, (), "/note"),
        ({"label": "two\nlines"}, (), "/label"),
        ({"received": None, "fee": None}, (), "/legs"),
        ({"legs": [{"asset": "BTC", "amount": "1"}]}, (), "/legs"),
        ({"occurred_at": "2025-01-01"}, (), "/occurred_at"),
    ],
)
def test_what_is_missing_or_too_much_is_pointed_at(
    desk: Desk, changes: dict[str, Any], gone: tuple[str, ...], pointer: str
) -> None:
    """And nothing is made."""
    body = {name: value for name, value in {**WANTED, **changes}.items() if name not in gone}
    reply = desk.send("POST", "/v1/transactions", body)
    assert (reply.status, reply.pointers) == (422, [pointer])
    assert listed(desk, origin="manual") == []


def test_a_deleted_integration_takes_nothing_more(desk: Desk) -> None:
    """Though its transactions are kept."""
    desk.send("DELETE", f"/v1/integrations/{FIRST.integration_id}", keep_transactions="true")
    assert desk.send("POST", "/v1/transactions", WANTED).status == 404
    assert len(listed(desk)) == 5


def id_of(number: int) -> str:
    """Give the id of one transaction."""
    return path_of(number).rpartition("/")[2]


def bulk(desk: Desk, action: str, ids: list[str]) -> list[str]:
    """Change many, and give what became of each."""
    reply = desk.send("POST", "/v1/transactions/bulk", {"action": action, "ids": ids})
    assert reply.status == 200
    assert [each["id"] for each in reply.json["data"]] == ids
    return [each["status"] for each in reply.json["data"]]


def test_many_are_changed_each_by_itself(desk: Desk) -> None:
    """What cannot be done with one keeps no other from it."""
    ids = [id_of(number) for number in range(5)]
    desk.send("PATCH", path_of(0), {"label": "Rent"})
    assert bulk(desk, "exclude", ids[:2]) == ["ok", "ok"]
    assert bulk(desk, "include", [*ids[:2], "x"]) == ["ok", "ok", "not_found"]
    assert bulk(desk, "reset", ids[:1]) == ["ok"]
    assert desk.send("GET", path_of(0)).json["label"] is None
    assert bulk(desk, "delete", ids[:2]) == ["ok", "ok"]
    assert bulk(desk, "exclude", ids[:3]) == ["deleted", "deleted", "ok"]
    assert bulk(desk, "forget", ids[:3]) == ["ok", "ok", "ok"]
    assert bulk(desk, "forget", ids) == ["not_found"] * 3 + ["ok"] * 2


def test_a_foreign_id_among_many_looks_like_one_of_nobodys(desk: Desk) -> None:
    """And nothing is written to it."""
    foreign = desk.ids(FOREIGN)[0]
    nobodys = foreign.replace(FOREIGN.integration_id[5:], FOREIGN.integration_id[5:-1] + "9")
    before = repr(desk.world.ledger.of(FOREIGN))
    for action in ("exclude", "include", "reset", "delete", "forget"):
        ids = [foreign, nobodys, desk.ids()[0].replace("txn_", "txn-"), "x"]
        reply = desk.send("POST", "/v1/transactions/bulk", {"action": action, "ids": ids})
        results = [{**each, "id": None} for each in reply.json["data"]]
        assert results == [results[0]] * 4
        assert results[0]["status"] == "not_found"
    assert repr(desk.world.ledger.of(FOREIGN)) == before


def test_what_there_is_no_time_for_says_so(desk: Desk) -> None:
    """Each is whole, done or not begun."""
    ledger = desk.world.ledger

    class Slow(type(ledger)):  # type: ignore[misc]  # whatever the ledger is
        """A ledger that takes eight seconds for a write."""

        def replace(self, *args: Any) -> None:  # noqa: ANN401
            desk.sleep(8)
            super().replace(*args)

    ledger.__class__ = Slow
    results = bulk(desk, "exclude", desk.ids())
    assert results == ["ok", "ok", "ok", "out_of_time", "out_of_time"]
    assert len(listed(desk, state="excluded")) == 3


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"action": "restore", "ids": ["a"]}, "/action"),
        ({"action": "exclude", "ids": []}, "/ids"),
        ({"action": "exclude", "ids": ["a", "a"]}, "/ids"),
        ({"action": "exclude", "ids": [str(n) for n in range(101)]}, "/ids"),
        ({"action": "exclude", "ids": [1]}, "/ids/0"),
        ({"ids": ["a"]}, "/action"),
    ],
)
def test_many_are_one_to_a_hundred_different_ones(
    desk: Desk, body: dict[str, Any], pointer: str
) -> None:
    """Else nothing is done."""
    reply = desk.send("POST", "/v1/transactions/bulk", body)
    assert (reply.status, reply.pointers) == (422, [pointer])


def follow(desk: Desk, cursor: str | None, limit: str = "2", **query: Any) -> Any:  # noqa: ANN401
    """Read one page of the changes."""
    asked = {"limit": limit, **({"cursor": cursor} if cursor else {})}
    return desk.send("GET", "/v1/transactions/changes", **asked, **query).json


def test_changes_are_followed_with_a_cursor(desk: Desk) -> None:
    """From the beginning, page by page, and on from there whenever one asks."""
    seen, page = [], follow(desk, None)
    seen += page["added"]
    while page["has_more"]:
        page = follow(desk, page["next_cursor"])
        seen += page["added"]
    assert sorted(each["id"] for each in seen) == sorted(desk.ids())
    assert {each["id"]: each for each in seen} == {each["id"]: each for each in listed(desk)}
    again = follow(desk, page["next_cursor"])
    assert again == {**page, "added": [], "modified": [], "removed": []}
    changed = desk.send("PATCH", path_of(0), {"label": "Rent"}).json
    gone = id_of(1)
    desk.send("DELETE", path_of(1))
    made = desk.send("POST", "/v1/transactions", WANTED).json
    page = follow(desk, again["next_cursor"], "9")
    assert page["added"] == [made]
    assert page["modified"] == [changed]
    assert page["removed"] == [{"id": gone}]
    assert desk.send("GET", "/v1/transactions/changes", owner="carol").json["added"] == []


def test_a_cursor_of_the_changes_is_good_for_them_alone(desk: Desk) -> None:
    """And for its owner."""
    cursor = follow(desk, None)["next_cursor"]
    other = desk.send("GET", "/v1/transactions", limit="2").json["next_cursor"]
    for owner, path, given in (
        ("bob", "/v1/transactions/changes", cursor),
        ("alice", "/v1/transactions", cursor),
        ("alice", "/v1/transactions/changes", other),
        ("alice", "/v1/transactions/changes", "x"),
    ):
        reply = desk.send("GET", path, owner=owner, cursor=given)
        assert (reply.status, reply.code) == (422, "invalid_cursor")
