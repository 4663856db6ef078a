"""Changing a transaction over HTTP: what is said lies over what was imported."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.functions.api.desk import FIRST, Desk, change, listed, path_of
from tidemark.domain.legs import Kind, Leg, Role
from tidemark.domain.transactions import Origin, State

BTC, EUR = {"asset": "BTC", "amount": "0.5"}, {"asset": "EUR", "amount": "10"}


@pytest.fixture
def desk() -> Desk:
    """Give a desk with five transactions."""
    made = Desk()
    made.fill(5)
    return made


def patch(desk: Desk, **body: Any) -> Any:  # noqa: ANN401 - any JSON
    """Change the first transaction, which must be possible."""
    reply = desk.send("PATCH", path_of(0), body)
    assert reply.status == 200, reply.text
    assert reply.json == desk.send("GET", path_of(0)).json
    assert reply.headers["ETag"] == desk.send("GET", path_of(0)).headers["ETag"]
    return reply.json


def test_only_what_is_given_is_changed(desk: Desk) -> None:
    """And shown as edited; null takes away."""
    before = desk.send("GET", path_of(0)).json
    said = patch(desk, label="Rent", sent=EUR)
    assert (said["edited"], said["label"], said["sent"]) == (True, "Rent", EUR)
    same = {"received", "fee", "occurred_at", "kind", "note", "imported_at", "source_id", "import"}
    assert all(said[name] == before[name] for name in same)
    said = patch(desk, label=None, received=None, kind="payment", occurred_at="2025-02-01")
    assert (said["label"], said["received"], said["kind"]) == (None, None, "payment")
    assert said["occurred_at"] == "2025-02-01T00:00:00.000000Z"
    assert desk.send("POST", f"{path_of(0)}/reset").json == before
    assert patch(desk) == before


def test_a_local_time_is_read_in_its_zone(desk: Desk) -> None:
    """As when a transaction is made."""
    said = patch(desk, local_time="2025-10-26T02:30", zone="Europe/Berlin", fold=1)
    assert said["occurred_at"] == "2025-10-26T01:30:00.000000Z"


def test_legs_are_given_with_their_sign(desk: Desk) -> None:
    """All of them; principal unless it is said otherwise."""
    legs = [
        {"asset": "btc", "amount": "-0.25"},
        {"asset": "ETH", "amount": "3"},
        {"asset": "USD", "amount": "7"},
        {"asset": "EUR", "amount": "-0.10", "role": "fee"},
    ]
    said = patch(desk, legs=legs)
    assert (said["sent"]["asset"], said["received"], said["fee"]["amount"]) == ("BTC", None, "0.10")
    assert said["kind"] == "trade"
    assert desk.send("PATCH", path_of(0), {"received": BTC}).pointers == ["/received"]
    fewer = patch(desk, legs=legs[:1])
    assert (fewer["kind"], [each["amount"] for each in fewer["legs"]]) == (
        "withdrawal",
        ["-0.25"],
    )


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"label": ""}, "/label"),
        ({"label": "x" * 201}, "/label"),
        ({"label": "a\nb"}, "/label"),
        ({"label": "  "}, "/label"),
        ({"note": "x" * 1001}, "/note"),
        ({"note": "a\u0000b"}, "/note"),
        ({"kind": None}, "/kind"),
        ({"kind": "theft"}, "/kind"),
        ({"occurred_at": None}, "/occurred_at"),
        ({"occurred_at": "1969-12-31T23:59:59Z"}, "/occurred_at"),
        ({"occurred_at": "9999-12-31"}, "/occurred_at"),
        ({"occurred_at": 5}, "/occurred_at"),
        ({"occurred_at": "2025-01-01", "local_time": "2025-01-01T00:00"}, "/occurred_at"),
        ({"local_time": "2025-01-01T00:00"}, "/zone"),
        ({"zone": "Europe/Berlin"}, "/local_time"),
        ({"fold": 1}, "/local_time"),
        ({"local_time": "2025-01-01T00:00", "zone": "UTC", "fold": True}, "/fold"),
        ({"local_time": "2025-01-01T00:00", "zone": "UTC", "fold": 2}, "/fold"),
        ({"local_time": "1969-12-31T23:00", "zone": "UTC"}, "/local_time"),
        ({"sent": {"asset": "BTC", "amount": "0"}}, "/sent/amount"),
        ({"sent": {"asset": "BTC", "amount": "-1"}}, "/sent/amount"),
        ({"sent": {"asset": "BTC", "amount": 1}}, "/sent/amount"),
        ({"sent": {"asset": "BTC", "amount": "1e3"}}, "/sent/amount"),
        ({"sent": {"asset": "BTC", "amount": "1,5"}}, "/sent/amount"),
        ({"sent": {"asset": "BTC", "amount": "1\n"}}, "/sent/amount"),
        ({"sent": {"asset": "BTC", "amount": "0." + "1" * 37}}, "/sent/amount"),
        ({"sent": {"asset": "", "amount": "1"}}, "/sent/asset"),
        ({"sent": {"asset": "B" * 31, "amount": "1"}}, "/sent/asset"),
        ({"sent": {"asset": "BTC"}}, "/sent/amount"),
        ({"legs": []}, "/legs"),
        ({"legs": [{"asset": "BTC", "amount": "1"}] * 101}, "/legs"),
        ({"legs": None}, "/legs"),
        ({"legs": [{"asset": "BTC", "amount": "0"}]}, "/legs/0/amount"),
        ({"legs": [{"asset": "BTC", "amount": "-1", "role": "tip"}]}, "/legs/0/role"),
        ({"legs": [{"asset": "BTC", "amount": "1"}], "fee": None}, "/legs"),
        ({"sent": None, "received": None}, "/legs"),
        ({"integration": FIRST.integration_id}, "/integration"),
    ],
)
def test_what_is_wrong_is_pointed_at(desk: Desk, body: dict[str, Any], pointer: str) -> None:
    """And nothing is written."""
    before = repr(desk.world.ledger.items)
    reply = desk.send("PATCH", path_of(0), body)
    assert (reply.status, reply.pointers) == (422, [pointer])
    assert repr(desk.world.ledger.items) == before


@pytest.mark.parametrize(
    ("time", "fold", "code", "word"),
    [
        ("2025-03-30T02:30:00", {}, "nonexistent_time", "2025-03-30 03:00:00"),
        ("2025-03-30T02:30:00", {"fold": 0}, "nonexistent_time", "2025-03-30 02:00:00"),
        ("2025-10-26T02:30:00", {}, "ambiguous_time", "`fold`"),
    ],
)
def test_a_time_that_is_none_or_two_says_so(
    desk: Desk, time: str, fold: dict[str, int], code: str, word: str
) -> None:
    """The gap is named; of two, ``fold`` says which."""
    body = {"local_time": time, "zone": "Europe/Berlin", **fold}
    reply = desk.send("PATCH", path_of(0), body)
    assert (reply.status, reply.code) == (422, code)
    assert word in reply.json["detail"]
    body["zone"] = "Europe/Nowhere"
    assert desk.send("PATCH", path_of(0), body).code == "unknown_zone"


def test_what_cannot_be_changed_says_why(desk: Desk) -> None:
    """Deleted, merged, or seen in an older version."""
    etag = desk.send("GET", path_of(0)).headers["ETag"]
    patch(desk, label="Rent")
    stale = desk.send("PATCH", path_of(0), {"label": "A"}, headers={"if-match": etag})
    assert (stale.status, stale.code) == (412, "stale")
    reset = desk.send("POST", f"{path_of(0)}/reset", headers={"if-match": etag})
    assert reset.status == 412
    desk.send("DELETE", path_of(1))
    change(desk, 2, state=State.EXCLUDED, merged_into=desk.ids()[0])
    assert desk.send("GET", path_of(2)).json["merged_into"] == desk.ids()[0]
    for number, code in ((1, "deleted"), (2, "merged")):
        for method, path, body in (
            ("PATCH", path_of(number), {"label": "A"}),
            ("POST", f"{path_of(number)}/reset", None),
            ("POST", f"{path_of(number)}/include", None),
        ):
            reply = desk.send(method, path, body)
            assert (reply.status, reply.code) == (409, code)


def test_the_history_tells_it_all(desk: Desk) -> None:
    """Oldest first, with who did it; a forgotten one has none."""
    patch(desk, label="Rent")
    desk.send("POST", f"{path_of(0)}/exclude")
    shown = desk.send("GET", f"{path_of(0)}/history").json
    brought = desk.world.ledger.of(FIRST)["ledger:T0000"]
    assert [each["action"] for each in shown["data"]] == ["imported", "updated", "excluded"]
    assert (shown["has_more"], shown["next_cursor"]) == (False, None)
    assert [(each["actor"], each["by"]) for each in shown["data"]] == [
        ("sync", brought.import_id),
        ("owner", None),
        ("owner", None),
    ]
    assert shown["data"][1]["before"] == {"label": None}
    assert shown["data"][1]["after"] == {"label": "Rent"}
    desk.send("DELETE", path_of(0), permanent="true")
    assert desk.send("GET", f"{path_of(0)}/history").status == 404


def test_lists_go_by_what_is_said(desk: Desk) -> None:
    """By time, kind, asset and text, in every order; what was imported is not found."""
    patch(desk, occurred_at="2025-03-01", label="Rent", note="for March", received=EUR, sent=None)
    change(desk, 1, origin=Origin.FILE, words=None)
    for sort in ("-occurred_at", "occurred_at", "-imported_at"):
        for query in (
            {"from": "2025-03-01"},
            {"kind": "deposit"},
            {"q": "rent"},
            {"q": "FOR MARCH"},
            {"asset": "EUR", "kind": "deposit"},
        ):
            found = listed(desk, sort=sort, **query)
            assert [each["source_id"] for each in found] == ["T0000"], (sort, query)
            assert found[0]["label"] == "Rent"
        assert "T0000" not in {each["source_id"] for each in listed(desk, sort=sort, asset="BTC")}
    assert listed(desk)[0]["source_id"] == "T0000"


def test_what_is_said_of_several_legs_of_one_asset_is_their_sum(desk: Desk) -> None:
    """As it is shown; saying it again changes nothing."""
    stored = desk.world.ledger.of(FIRST)["ledger:T0000"]
    more = Leg("X", "BTC", Decimal("0.002"), Role.PRINCIPAL, "XXBT", Kind.TRADE)
    desk.world.ledger.of(FIRST)["ledger:T0000"] = replace(stored, legs=(*stored.legs, more))
    shown = desk.send("GET", path_of(0)).json
    assert patch(desk, received=shown["received"]) == shown
