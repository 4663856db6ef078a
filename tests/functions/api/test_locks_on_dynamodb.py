"""The period lock over the real stores, as moto plays them: the seals are those of the items."""

import pytest

from tests.functions.api.desk import FIRST, Desk, listed, path_of
from tests.functions.api.test_held_transactions import LATE, PATH, held_id, sync
from tests.functions.api.test_on_dynamodb import RealDesk
from tests.stores.stores import in_dynamodb

LOCK = "/v1/period_lock"


@pytest.fixture
def desk(aws: None) -> Desk:  # noqa: ARG001 - AWS has to be there
    """Give a desk with five transactions, one edited, one deleted."""
    made = RealDesk(in_dynamodb())
    made.fill(5)
    for method, path, body in (
        ("PATCH", path_of(1), {"label": "Räte", "received": {"asset": "BTC", "amount": "1.10"}}),
        ("PATCH", path_of(2), {"occurred_at": "2025-01-01T00:30:00+01:00"}),
        ("DELETE", path_of(3), None),
    ):
        assert made.send(method, path, body).status == 200
    return made


def intact(desk: Desk) -> bool | None:
    """Compare all that is locked with its seals."""
    found: bool | None = desk.send("GET", LOCK, verify="true").json["intact"]
    return found


def test_a_period_is_locked_decided_on_and_unlocked(desk: Desk) -> None:
    """Late ones are held; accepted or rejected, the seal is that of what is there."""
    wanted = {"locked_until": "2025-02-01", "zone": "Europe/Vienna"}
    locked = desk.send("PUT", LOCK, wanted).json
    assert (locked["sealed"], intact(desk)) == (True, True)
    assert desk.send("POST", f"{path_of(1)}/reset").code == "period_locked"
    desk.source.rows += LATE
    sync(desk, FIRST)
    assert intact(desk) is True
    held = {each["id"]: each["reason"] for each in listed(desk, PATH)}
    deleted = path_of(3).rpartition("/")[2]
    assert held == {**{held_id(each): "new" for each in range(4)}, deleted: "restored"}
    for each in (held_id(0), deleted):
        assert desk.send("POST", f"{PATH}/{each}/accept").json["state"] == "active"
        assert desk.send("POST", f"{PATH}/{each}/accept").status == 404
        assert intact(desk) is True
    assert desk.send("POST", f"{PATH}/{held_id(1)}/reject").json["rejected"] is True
    sync(desk, FIRST)
    assert (len(listed(desk, PATH)), intact(desk)) == (2, True)
    moved = desk.send("PUT", LOCK, wanted | {"locked_until": "2025-01-01"}).json
    assert (moved["moved"], intact(desk)) == ("backward", True)
    assert desk.send("PUT", LOCK, {"locked_until": None}).json["moved"] == "backward"
    sync(desk, FIRST)
    assert (listed(desk, PATH), len(listed(desk))) == ([], 9)
