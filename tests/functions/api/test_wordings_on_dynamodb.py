"""What owners say of transactions, and the change feed, over the real stores as moto plays them."""

from typing import Any

import boto3
import pytest

from tests.functions.api.desk import FIRST, SECOND, Desk, listed
from tests.functions.api.test_making import COIN, WANTED
from tests.functions.api.test_on_dynamodb import RealDesk
from tests.stores.stores import in_dynamodb


@pytest.fixture
def desk(aws: None) -> Desk:  # noqa: ARG001 - AWS has to be there
    """Give a desk with five transactions in each of two integrations."""
    made = RealDesk(in_dynamodb())
    for key in (FIRST, SECOND):
        made.fill(5, key)
    return made


def everything() -> str:
    """Spell all items of all tables."""
    client: Any = boto3.client("dynamodb")
    names = client.list_tables()["TableNames"]
    return repr([client.scan(TableName=name)["Items"] for name in names])


def test_what_is_said_is_shown_in_every_list_and_reset(desk: Desk) -> None:
    """Also by the index, which holds words and overlay; the source's own time stays below."""
    before = listed(desk, integration=FIRST.integration_id)
    path = f"/v1/transactions/{before[-1]['id']}"
    body = {"label": "Rent", "sent": COIN, "received": None, "occurred_at": "2025-03-01"}
    said = desk.send("PATCH", path, body).json
    for sort in ("-occurred_at", "occurred_at", "-imported_at"):
        assert listed(desk, sort=sort, q="rent", kind="withdrawal", asset="BTC") == [said]
    assert listed(desk)[0] == said
    assert desk.send("GET", path).json == said
    history = desk.send("GET", f"{path}/history").json["data"]
    assert [each["action"] for each in history] == ["imported", "updated"]
    desk.send("POST", f"{path}/reset")
    assert listed(desk, integration=FIRST.integration_id) == before


def test_what_was_made_by_hand_is_listed_with_its_words(desk: Desk) -> None:
    """The same in every list as alone."""
    made = desk.send("POST", "/v1/transactions", WANTED).json
    for sort in ("-occurred_at", "occurred_at", "-imported_at"):
        assert listed(desk, sort=sort, origin="manual") == [made]


def test_nothing_is_left_of_what_was_deleted(desk: Desk) -> None:
    """No amount and no word of it in any item of any table."""
    made = desk.send("POST", "/v1/transactions", {**WANTED, "label": "LABEL1"})
    path = made.headers["Location"]
    amount = {"asset": "XAU", "amount": "987654"}
    desk.send("PATCH", path, {"note": "NOTE1", "received": amount})
    assert "987654" in everything()
    for permanent in ("false", "true"):
        desk.send("DELETE", path, permanent=permanent)
        left = everything()
        assert [word for word in ("LABEL1", "NOTE1", "XAU", "987654", "Gift") if word in left] == []
        assert (made.json["id"] in repr(listed(desk, state="deleted"))) is (permanent == "false")


def test_changes_are_followed_to_the_end(desk: Desk) -> None:
    """Deleted with its integration is removed."""
    seen: dict[str, Any] = {}
    cursor: dict[str, str] = {}
    for step in range(3):
        if step == 1:
            desk.send("POST", "/v1/transactions", WANTED)
        if step == 2:
            path = f"/v1/integrations/{FIRST.integration_id}"
            desk.send("DELETE", path, keep_transactions="false")
        more = True
        while more:
            page = desk.send("GET", "/v1/transactions/changes", limit="3", **cursor).json
            seen.update({each["id"]: each for each in (*page["added"], *page["modified"])})
            for gone in page["removed"]:
                del seen[gone["id"]]
            more, cursor = page["has_more"], {"cursor": page["next_cursor"]}
        assert seen == {each["id"]: each for each in listed(desk)}
        assert len(seen) == (10, 11, 5)[step]
