"""The same handler over the real stores, keys and queue, as moto plays them."""

from typing import Any, cast

import pytest

from tests.aws_calls import Recorder, listening
from tests.functions.api.desk import FIRST, SECOND, WANTED, Desk, listed
from tests.functions.api.test_matrix import NAMED, bobs_things, requests
from tests.played import wire_to
from tests.stores.stores import Stores, in_dynamodb
from tests.world import World
from tidemark.aws import signing
from tidemark.aws.vault import KmsVault
from tidemark.wire import KMS

READS = {"GetItem", "BatchGetItem", "Query", "GenerateMac"}


class RealDesk(Desk):
    """A desk over DynamoDB and KMS."""

    def __init__(self, stores: Stores) -> None:
        """Open the desk over these stores."""
        named: dict[str, Any] = {
            name: store for name, store in vars(stores).items() if name != "idempotency"
        }
        vault = cast("Any", KmsVault(wire_to(KMS), "alias/credentials"))
        world = World(vault=vault, **named)
        super().__init__(world=world, answers=cast("Any", stores.idempotency))

    def cursor_key(self) -> bytes:
        """Ask KMS."""
        return signing.cursor_key(wire_to(KMS), "alias/cursors")


@pytest.fixture
def desk(aws: None) -> Desk:  # noqa: ARG001 - AWS has to be there
    """Give a desk with five transactions in each of two integrations."""
    made = RealDesk(in_dynamodb())
    for key in (FIRST, SECOND):
        made.fill(5, key)
    return made


def test_lists_are_whole_in_every_order(desk: Desk) -> None:
    """Page by page, each transaction once; so are the other lists."""
    for sort in ("-occurred_at", "occurred_at", "-imported_at"):
        rows = listed(desk, sort=sort)
        assert len({each["id"] for each in rows}) == len(rows) == 10
        order = [each[sort.removeprefix("-")] for each in rows]
        assert order == sorted(order, reverse=sort.startswith("-"))
        assert len(listed(desk, q="yes", sort=sort)) == 10
    assert len(listed(desk, "/v1/balances")) == 4
    assert len(listed(desk, "/v1/syncs")) == 2


def test_a_transaction_goes_through_all_its_states(desk: Desk) -> None:
    """Excluded, included, deleted, restored, forgotten; the balance follows at once."""
    path = f"/v1/transactions/{listed(desk, integration=FIRST.integration_id)[0]['id']}"

    def euros() -> str:
        rows = listed(desk, "/v1/balances", integration=FIRST.integration_id)
        return next(str(each["calculated"]) for each in rows if each["asset"] == "EUR")

    assert (desk.send("POST", f"{path}/exclude").status, euros()) == (200, "-11")
    assert (desk.send("POST", f"{path}/include").status, euros()) == (200, "-16.25")
    assert (desk.send("DELETE", path).json["legs"], euros()) == ([], "-11")
    sync = desk.send("POST", f"{path}/restore").json
    stored = desk.world.syncs.get("alice", sync["id"])
    assert stored is not None
    desk.world.finish(stored)
    assert (desk.send("GET", path).json["state"], euros()) == ("active", "-16.25")
    assert desk.send("GET", f"{path}/source").json["records"]
    assert desk.send("DELETE", path, permanent="true").status == 204
    assert (desk.send("GET", path).status, euros()) == (404, "-11")


def test_an_integration_lives_and_goes(desk: Desk) -> None:
    """Connected once, changed under If-Match, paused, deleted with all it had."""
    headers = {"idempotency-key": "k1"}
    first = desk.send("POST", "/v1/integrations", WANTED, headers=headers)
    again = desk.send("POST", "/v1/integrations", WANTED, headers=headers)
    assert (first.status, again) == (201, first)
    path, etag = first.headers["Location"], {"if-match": first.headers["ETag"]}
    assert desk.send("POST", "/v1/integrations", WANTED).code == "already_connected"
    changed = desk.send("PATCH", path, {"name": "B", "start_date": "2025-01-01"}, headers=etag)
    assert (changed.status, changed.json["start_date"][:10]) == (200, "2025-01-01")
    assert desk.send("PATCH", path, {"name": "C"}, headers=etag).status == 412
    assert desk.send("POST", f"{path}/pause").json["status"] == "paused"
    assert desk.send("DELETE", path, keep_transactions="false").json["done"] is True
    kept = f"/v1/integrations/{FIRST.integration_id}"
    assert desk.send("DELETE", kept, keep_transactions="true").json["done"] is True
    assert [each["id"] for each in listed(desk, "/v1/integrations")] == [SECOND.integration_id]
    assert len(listed(desk)) == 10


def test_a_foreign_id_is_404_and_writes_nothing(desk: Desk) -> None:
    """On every route, counted at the wire."""
    ids = bobs_things(desk)
    desk.send("GET", "/v1/account")  # being seen is noted once an hour
    with listening(Recorder()) as recorder:
        for method, path, body, query in requests(ids):
            assert desk.send(method, path, body, **query).status == 404, path
    assert {name.rpartition(".")[2] for name, _ in recorder.calls} <= READS


def test_an_id_that_is_none_is_no_fault(desk: Desk) -> None:
    """DynamoDB would refuse such keys."""
    for bad in ("a", "#", "x" * 3000, "intg_" + "0" * 27, "txn_" + "0" * 2000):
        for method, path, body, query in requests(dict.fromkeys(NAMED, bad)):
            assert desk.send(method, path, body, **query).status in {404, 422}, path


def test_no_secret_is_found_in_any_call_but_the_sealing_one(desk: Desk) -> None:
    """The canary is sent to KMS and nowhere else."""
    wanted = {**WANTED, "credentials": {"api_key": "canary-key", "api_secret": "canary-secret"}}
    with listening(Recorder()) as recorder:
        headers = {"idempotency-key": "k1"}
        reply = desk.send("POST", "/v1/integrations", wanted, headers=headers)
    others = [call for call in recorder.calls if not call[0].endswith(".Encrypt")]
    assert reply.status == 201
    assert "canary" not in repr(others) + repr(reply)
