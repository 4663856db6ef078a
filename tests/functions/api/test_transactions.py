"""Transactions over HTTP: lists, filters, orders, and what owners may do."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.fakes.source import Row
from tests.functions.api.desk import FIRST, SECOND, Desk, change, listed, path_of
from tests.world import START
from tidemark.domain.ids import transaction_id
from tidemark.domain.legs import Kind, Leg, Role
from tidemark.domain.transactions import Origin, State


@pytest.fixture
def desk() -> Desk:
    """Give a desk with five transactions in each of two integrations, at the same times."""
    made = Desk()
    for key in (FIRST, SECOND):
        made.fill(5, key)
        made.world.clock.advance(timedelta(minutes=1))
    return made


def test_a_transaction_has_the_shape_of_the_contract(desk: Desk) -> None:
    """All fields, amounts as text with the digits of the source."""
    fee = Leg("L0000F", "EUR", Decimal("-0.0490"), Role.FEE, "ZEUR", Kind.TRADE)
    stored = desk.world.ledger.of(FIRST)["ledger:T0000"]
    change(desk, 0, legs=(*stored.legs, fee))
    desk.change(FIRST, start_date=START + timedelta(hours=1))
    shown = desk.send("GET", path_of(0)).json
    assert shown == {
        "id": transaction_id(FIRST.integration_id, "ledger:T0000"),
        "integration": FIRST.integration_id,
        "source_id": "T0000",
        "origin": "source",
        "kind": "trade",
        "state": "active",
        "occurred_at": "2025-01-01T00:00:00.000000Z",
        "imported_at": "2025-06-01T12:00:00.000000Z",
        "import": stored.import_id,
        "edited": False,
        "before_start": True,
        "merged_into": None,
        "label": None,
        "note": None,
        "sent": {"asset": "EUR", "amount": "1.25"},
        "received": {"asset": "BTC", "amount": "0.001"},
        "fee": {"asset": "EUR", "amount": "0.0490"},
        "legs": shown["legs"],
        "valuation": {
            "status": "exact",
            "currency": "EUR",
            "amount": "1.25",
            "price": "1250",
            "source": "fiat_leg",
        },
    }
    assert shown["legs"][2] == {
        "id": "L0000F",
        "asset": "EUR",
        "amount": "-0.0490",
        "role": "fee",
        "source_asset": "ZEUR",
        "kind": "trade",
    }


def test_several_assets_sent_are_told_by_the_legs_alone(desk: Desk) -> None:
    """One summary would lie."""
    stored = desk.world.ledger.of(FIRST)["ledger:T0000"]
    more = Leg("L0000C", "USD", Decimal(-1), Role.PRINCIPAL, "ZUSD", Kind.TRADE)
    change(desk, 0, legs=(*stored.legs, more))
    shown = desk.send("GET", path_of(0)).json
    assert (shown["sent"], shown["received"]["asset"], len(shown["legs"])) == (None, "BTC", 3)


def test_pending_ones_are_listed_only_when_asked_for(desk: Desk) -> None:
    """They have no import and cannot be changed."""
    found = Row("P1", "TPEND", START + timedelta(days=3), "BTC", Decimal(1), Kind.DEPOSIT).found()
    desk.world.parked.park_pending(FIRST, [found], "sync_x")
    assert "TPEND" not in {each["source_id"] for each in listed(desk)}
    for sort in ("-occurred_at", "occurred_at", "-imported_at"):
        rows = listed(desk, state="pending", sort=sort)
        assert [(each["state"], each["imported_at"], each["import"]) for each in rows] == [
            ("pending", None, None)
        ]
    path = f"/v1/transactions/{rows[0]['id']}"
    assert desk.send("GET", path).json["state"] == "pending"
    for action in ("exclude", "include", "restore"):
        assert desk.send("POST", f"{path}/{action}").code == "pending"
    assert desk.send("DELETE", path).status == 409


def test_excluding_and_including_moves_the_balance_at_once(desk: Desk) -> None:
    """And nothing else; doing it twice changes nothing more."""

    def euros() -> str:
        rows = desk.send("GET", "/v1/balances", integration=FIRST.integration_id).json["data"]
        return next(each["calculated"] for each in rows if each["asset"] == "EUR")

    before = euros()
    excluded = desk.send("POST", f"{path_of(4)}/exclude")
    assert (excluded.status, excluded.json["state"], euros()) == (200, "excluded", "-11")
    assert desk.send("POST", f"{path_of(4)}/exclude").headers["ETag"] == excluded.headers["ETag"]
    assert desk.send("POST", f"{path_of(4)}/include").json["state"] == "active"
    assert euros() == before == "-16.25"


def test_deleting_leaves_ids_and_time_only(desk: Desk) -> None:
    """200 with state deleted; it is listed only when asked for."""
    deleted = desk.send("DELETE", path_of(1))
    shown = desk.send("GET", path_of(1)).json
    assert (deleted.status, deleted.json) == (200, shown)
    assert (shown["state"], shown["legs"], shown["sent"], shown["received"]) == (
        "deleted",
        [],
        None,
        None,
    )
    assert shown["occurred_at"] == "2025-01-01T05:00:00.000000Z"
    assert shown["id"] not in {each["id"] for each in listed(desk)}
    assert [each["id"] for each in listed(desk, state="deleted")] == [shown["id"]]
    assert desk.send("GET", f"{path_of(1)}/source").json["records"] == []
    assert desk.send("DELETE", path_of(1)).status == 200
    for action in ("exclude", "include"):
        assert desk.send("POST", f"{path_of(1)}/{action}").code == "deleted"


def test_forgetting_leaves_nothing(desk: Desk) -> None:
    """204; then 404, as if it had never been. A tombstone can be forgotten too."""
    desk.send("DELETE", path_of(1))
    for number in (1, 2):
        reply = desk.send("DELETE", path_of(number), permanent="true")
        assert (reply.status, reply.text) == (204, "")
        assert desk.send("GET", path_of(number)).status == 404
        assert desk.send("DELETE", path_of(number), permanent="true").status == 404
    assert desk.send("DELETE", path_of(3), permanent="perhaps").status == 422


def test_restoring_reads_only_that_transaction_again(desk: Desk) -> None:
    """A range sync around its time brings it back, and no other deleted one beside it."""
    change(desk, 1, occurred_at=START + timedelta(milliseconds=100))
    desk.source.rows[2] = replace(desk.source.rows[2], at=START + timedelta(milliseconds=100))
    for number in (0, 1):
        desk.send("DELETE", path_of(number))
    reply = desk.send("POST", f"{path_of(0)}/restore")
    assert (reply.status, reply.json["mode"]) == (202, "range")
    assert reply.headers["Location"] == f"/v1/syncs/{reply.json['id']}"
    desk.world.finish(desk.world.syncs.items["alice", reply.json["id"]])
    assert desk.send("GET", path_of(0)).json["state"] == "active"
    assert desk.send("GET", path_of(1)).json["state"] == "deleted"


def test_only_a_deleted_one_of_a_source_can_be_restored(desk: Desk) -> None:
    """Everything else is a conflict that says why."""
    assert desk.send("POST", f"{path_of(0)}/restore").code == "not_deleted"
    change(desk, 1, origin=Origin.MANUAL, state=State.DELETED)
    assert desk.send("POST", f"{path_of(1)}/restore").code == "no_source"
    desk.send("DELETE", path_of(2))
    desk.world.request()
    assert desk.send("POST", f"{path_of(2)}/restore").code == "syncing"
    desk.send("POST", f"/v1/integrations/{FIRST.integration_id}/pause")
    assert desk.send("POST", f"{path_of(2)}/restore").code == "paused"


def test_the_source_is_shown_as_it_came(desk: Desk) -> None:
    """Records with every digit, and further facts."""
    change(desk, 0, raw='[{"vol":0.10000000000000000001,"n":12345678901234567890123}]')
    shown = desk.send("GET", f"{path_of(0)}/source")
    assert shown.json["records"] == [
        {"vol": "0.10000000000000000001", "n": 12345678901234567890123}
    ]
    assert shown.json["details"] == {"seen": "yes"}
    assert shown.json["source_id"] == "T0000"
