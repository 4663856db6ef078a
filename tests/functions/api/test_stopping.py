"""Pausing and deleting over HTTP: stop means stop."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.functions.api.desk import FIRST, WANTED, Desk
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.syncs import SyncStatus

PATH = f"/v1/integrations/{FIRST.integration_id}"


@pytest.fixture
def desk() -> Desk:
    """Give an empty desk."""
    return Desk()


def test_while_paused_a_manual_sync_is_refused(desk: Desk) -> None:
    """409 ``paused``; after resume it runs."""
    desk.world.connect(FIRST)
    body = {"integrations": [FIRST.integration_id], "mode": "missing"}
    desk.send("POST", f"{PATH}/pause")
    reply = desk.send("POST", "/v1/syncs", body)
    assert (reply.status, reply.code) == (409, "paused")
    assert desk.source.calls == []
    assert desk.send("POST", f"{PATH}/resume").json["status"] != "paused"
    assert desk.send("POST", "/v1/syncs", body).status == 202


def test_pausing_ends_what_runs(desk: Desk) -> None:
    """The sync is canceled, and its worker can write no more."""
    desk.world.connect(FIRST)
    sync = desk.world.request()
    assert desk.send("POST", f"{PATH}/pause").status == 200
    shown = desk.send("GET", f"/v1/syncs/{sync.id}").json
    assert shown["status"] == "canceled"
    assert shown["error"]["message"] == "The integration was paused."
    assert desk.world.drive(sync).outcome == "stopped"


def test_pausing_waits_for_the_worker_and_says_when_it_does_not_stop(desk: Desk) -> None:
    """409 ``still_stopping``; it is acknowledged once the lease has run out."""
    desk.world.connect(FIRST)
    sync = desk.world.request()
    clock = desk.world.clock
    desk.world.runs.acquire(
        FIRST, sync.id, "w", now=clock.now(), until=clock.now() + timedelta(seconds=30)
    )
    reply = desk.send("POST", f"{PATH}/pause")
    assert (reply.status, reply.code) == (409, "still_stopping")
    assert desk.world.integrations.items[FIRST].paused
    assert desk.send("POST", f"{PATH}/pause").status == 200
    assert desk.world.syncs.items["alice", sync.id].status is SyncStatus.CANCELED


def test_deleting_takes_everything_with_it(desk: Desk) -> None:
    """202; then nothing of it is found any more."""
    desk.fill(3)
    ids = desk.ids()
    reply = desk.send("DELETE", PATH, keep_transactions="false")
    assert (reply.status, reply.json["done"]) == (202, True)
    assert desk.send("GET", PATH).status == 404
    assert desk.send("GET", "/v1/integrations").json["data"] == []
    assert desk.send("GET", "/v1/transactions").json["data"] == []
    assert desk.send("GET", f"/v1/transactions/{ids[0]}").status == 404
    assert desk.send("GET", "/v1/balances").json["data"] == []
    assert desk.send("DELETE", PATH).status == 404
    assert not desk.world.ledger.of(FIRST)


def test_deleting_can_keep_the_transactions(desk: Desk) -> None:
    """The connection is gone, its transactions and sums stay, until they are deleted too."""
    desk.fill(3)
    assert desk.send("DELETE", PATH, keep_transactions="true").status == 202
    assert desk.send("GET", PATH).status == 404
    assert desk.send("GET", "/v1/integrations").json["data"] == []
    listed = desk.send("GET", "/v1/transactions", integration=FIRST.integration_id).json["data"]
    assert len(listed) == 3
    balances = desk.send("GET", "/v1/balances").json["data"]
    assert [(each["asset"], each["calculated"], each["synced"]) for each in balances] == [
        ("BTC", "0.006", None),
        ("EUR", "-6.75", None),
    ]
    body = {"integrations": [FIRST.integration_id], "mode": "incremental"}
    assert desk.send("POST", "/v1/syncs", body).status == 404
    assert desk.send("POST", f"{PATH}/resume").status == 404
    assert desk.send("DELETE", PATH, keep_transactions="false").status == 202
    assert desk.send("GET", "/v1/transactions").json["data"] == []


def test_a_deleted_credential_may_be_connected_again(desk: Desk) -> None:
    """Whether its transactions were kept or not."""
    for keep in ("true", "false"):
        made = desk.send("POST", "/v1/integrations", WANTED).json
        path = f"/v1/integrations/{made['id']}"
        assert desk.send("DELETE", path, keep_transactions=keep).status == 202
    assert desk.send("POST", "/v1/integrations", WANTED).status == 201


def test_a_long_deletion_is_seen_to_be_under_way(desk: Desk) -> None:
    """A worker goes on with it; meanwhile only GET knows the integration."""
    desk.fill(1)
    row = next(iter(desk.world.ledger.of(FIRST).values()))
    for number in range(1_500):
        desk.world.ledger.of(FIRST)[f"x{number}"] = replace(row, id=f"x{number}")
    erase = desk.world.ledger.erase

    def slowly(key: IntegrationKey, limit: int) -> bool:
        desk.world.clock.advance(timedelta(seconds=10))
        return erase(key, limit)

    slow = Desk(desk.source, replace(desk.world, ledger=_Slow(desk.world.ledger, slowly)))
    assert slow.send("DELETE", PATH, keep_transactions="false").json["done"] is False
    shown = desk.send("GET", PATH).json
    assert (shown["status"], shown["status_reason"]) == ("deactivated", "deleting")
    assert desk.send("GET", "/v1/transactions").json["data"] == []
    assert desk.send("PATCH", PATH, {"name": "B"}).status == 404
    key, what = desk.world.queue.messages[-1]
    assert (key, what) == (FIRST, "deletion")
    deleting = desk.api.services.delete_integration
    assert deleting.go_on(key, desk.world.clock.now() + timedelta(minutes=1))
    assert desk.send("GET", PATH).status == 404


class _Slow:
    """A ledger that takes its time to erase."""

    def __init__(self, ledger: object, erase: object) -> None:
        """Stand before a ledger."""
        self._ledger, self.erase = ledger, erase

    def __getattr__(self, name: str) -> object:
        """Be the ledger for everything else."""
        return getattr(self._ledger, name)
