"""What owners do with integrations over HTTP: deactivate, other credentials, convert, groups."""

from datetime import timedelta

import pytest

from tests import canaries
from tests.fakes.source import trades
from tests.functions.api.desk import FIRST, SECOND, WANTED, Desk
from tests.keyed import write_down
from tests.world import START
from tidemark.domain.integrations import IntegrationKind
from tidemark.domain.months import writer
from tidemark.domain.pages import KeyRights
from tidemark.domain.syncs import SyncStatus
from tidemark.domain.transactions import Origin
from tidemark.errors import BadCredentials, SourceUnavailable

PATH = f"/v1/integrations/{FIRST.integration_id}"
ROWS = trades(4, start=START)


@pytest.fixture
def desk() -> Desk:
    """Give an empty desk."""
    return Desk()


def credentials(name: str = "new") -> dict[str, object]:
    """Give credentials that nobody else has."""
    return {"credentials": {"api_key": canaries.make(name), "api_secret": canaries.make(name)}}


def manual(desk: Desk) -> str:
    """Make a manual integration with three rows of a file; give its path."""
    made = desk.send("POST", "/v1/integrations", {"connector": "manual", "name": "Cash"}).json
    key = next(key for key in desk.world.integrations.items if key.integration_id == made["id"])
    write_down(desk.world, *ROWS[:5:2], key=key, origin=Origin.FILE)
    return f"/v1/integrations/{made['id']}"


def test_deactivating_takes_out_of_balances_and_reactivating_puts_back(desk: Desk) -> None:
    """Exactly; meanwhile it syncs no more and says so."""
    desk.fill(3)
    before = desk.send("GET", "/v1/balances").json
    assert before["data"]
    shown = desk.send("POST", f"{PATH}/deactivate")
    assert (shown.status, shown.json["status"]) == (200, "deactivated")
    assert shown.json["status_reason"] == "deactivated_by_owner"
    assert desk.send("GET", "/v1/balances").json["data"] == []
    body = {"integrations": [FIRST.integration_id], "mode": "missing"}
    reply = desk.send("POST", "/v1/syncs", body)
    assert (reply.status, reply.code) == (409, "deactivated")
    assert desk.send("POST", "/v1/syncs", {**body, "integrations": "all"}).json["data"] == []
    assert desk.send("POST", f"{PATH}/reactivate").json["status"] == "healthy"
    assert desk.send("GET", "/v1/balances").json == before
    assert desk.send("POST", "/v1/syncs", body).status == 202


def test_deactivating_ends_what_runs(desk: Desk) -> None:
    """Its worker can write no more."""
    desk.world.connect(FIRST)
    sync = desk.world.request()
    desk.send("POST", f"{PATH}/deactivate")
    shown = desk.send("GET", f"/v1/syncs/{sync.id}").json
    assert shown["status"] == "canceled"
    assert shown["error"]["message"] == "The integration was deactivated."
    assert desk.world.drive(sync).outcome == "stopped"


@pytest.mark.parametrize("action", ["credentials", "reconnect"])
def test_other_credentials_keep_ids_and_edits(desk: Desk, action: str) -> None:
    """The next sync finds all of it, and the answer shows no secret."""
    desk.fill(3)
    ids = desk.ids()
    desk.send("POST", f"/v1/transactions/{ids[1]}/exclude")
    desk.world.integrations.note_outcome(FIRST, {"status": "invalid_credentials"})
    reply = desk.send("POST", f"{PATH}/{action}", credentials())
    assert (reply.status, reply.json["id"]) == (200, FIRST.integration_id)
    assert (reply.json["status"], reply.json["key_rights"]) == ("healthy", "read_only")
    assert reply.headers["ETag"] == f'"{desk.world.integrations.items[FIRST].version}"'
    body = {"integrations": [FIRST.integration_id], "mode": "missing"}
    sync = desk.send("POST", "/v1/syncs", body).json["data"][0]
    ended = desk.world.finish(desk.world.syncs.items["alice", sync["id"]])
    assert (ended.status, ended.counts.new, ended.counts.excluded) == (SyncStatus.SUCCEEDED, 0, 1)
    assert desk.ids() == ids


def test_credentials_are_refused_as_when_connecting(desk: Desk) -> None:
    """With the same words, and the old ones stay."""
    desk.world.connect(FIRST)
    stored = desk.world.integrations.items[FIRST]
    for said, code in (
        (KeyRights(read_only=False), "key_not_read_only"),
        (KeyRights(read_only=True, missing=("Ledger",)), "missing_permission"),
    ):
        desk.source.said = said
        reply = desk.send("POST", f"{PATH}/credentials", credentials())
        assert (reply.status, reply.code) == (422, code)
    for error, status, code in (
        (BadCredentials("No."), 422, "invalid_credentials"),
        (SourceUnavailable("No."), 502, "source_unreachable"),
    ):
        desk.source.trouble = raising(error)
        reply = desk.send("POST", f"{PATH}/credentials", credentials())
        assert (reply.status, reply.code) == (status, code)
    assert desk.world.integrations.items[FIRST] == stored


def raising(error: Exception) -> object:
    """Give trouble."""

    def trouble(_call: str) -> None:
        raise error

    return trouble


def test_one_credential_is_connected_once(desk: Desk) -> None:
    """Neither rotated to nor converted to while another integration has it."""
    desk.send("POST", "/v1/integrations", WANTED)
    given = {"credentials": WANTED["credentials"]}
    desk.world.connect(FIRST)
    assert desk.send("POST", f"{PATH}/credentials", given).code == "already_connected"
    body = {"connector": "fake", **given}
    assert desk.send("POST", f"{manual(desk)}/convert", body).code == "already_connected"
    own = next(each for each in desk.world.integrations.items if each != FIRST)
    again = desk.send("POST", f"/v1/integrations/{own.integration_id}/credentials", given)
    assert again.status == 200


def test_what_has_no_source_takes_no_credentials(desk: Desk) -> None:
    """409 ``no_source``; and what has one is not converted: 409 ``not_manual``."""
    path = manual(desk)
    assert desk.send("POST", f"{path}/reconnect", credentials()).code == "no_source"
    desk.world.connect(FIRST)
    body = {"connector": "fake", **credentials()}
    reply = desk.send("POST", f"{PATH}/convert", body)
    assert (reply.status, reply.code) == (409, "not_manual")


def test_a_manual_integration_is_converted(desk: Desk) -> None:
    """It answers as connecting does; what was there stays manual, and is not brought again."""
    desk.source.rows = list(ROWS)
    path = manual(desk)
    body = {"connector": "fake", "import_mode": "since_last_transaction", **credentials()}
    reply = desk.send("POST", f"{path}/convert", body)
    made = reply.json
    assert (reply.status, made["kind"], made["status"]) == (200, "exchange", "syncing")
    assert (made["name"], made["import_mode"]) == ("Cash", "since_last_transaction")
    assert made["import_since"] == "2025-01-01T10:00:00.000000Z"
    ended = desk.world.finish(desk.world.syncs.items["alice", made["first_sync"]])
    assert (ended.status, ended.counts.new) == (SyncStatus.SUCCEEDED, 1)
    listed = desk.send("GET", "/v1/transactions", integration=made["id"]).json["data"]
    assert sorted(each["origin"] for each in listed) == ["file", "file", "file", "source"]
    assert not any(each["before_start"] for each in listed)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"connector": "nosuch"}, "/connector"),
        ({"connector": "manual"}, "/connector"),
        ({"start_date": "2099-01-01"}, "/start_date"),
        ({"import_mode": "some"}, "/import_mode"),
        ({"start_sync": "yes"}, "/start_sync"),
        ({"credentials": "k"}, "/credentials"),
        ({"name": "B"}, "/name"),
    ],
)
def test_a_wrong_conversion_is_pointed_at(
    desk: Desk, change: dict[str, object], pointer: str
) -> None:
    """And it changes nothing."""
    path = manual(desk)
    before = dict(desk.world.integrations.items)
    body = {"connector": "fake", **credentials(), **change}
    reply = desk.send("POST", f"{path}/convert", body)
    assert (reply.status, reply.pointers) == (422, [pointer])
    assert desk.world.integrations.items == before


def test_lists_are_told_apart_by_group(desk: Desk) -> None:
    """Integrations and balances; sums stay those of each integration."""
    desk.fill(2)
    desk.fill(1, SECOND)
    desk.send("PATCH", PATH, {"group": " Old ones "})
    integrations = desk.send("GET", "/v1/integrations", group="Old ones").json["data"]
    assert [each["id"] for each in integrations] == [FIRST.integration_id]
    balances = desk.send("GET", "/v1/balances", group="Old ones").json["data"]
    assert {each["integration"] for each in balances} == {FIRST.integration_id}
    everything = desk.send("GET", "/v1/balances").json["data"]
    assert [each for each in everything if each in balances] == balances
    for path in ("/v1/integrations", "/v1/balances"):
        assert desk.send("GET", path, group="None of them").json["data"] == []
    other = {"group": "Old ones", "integration": SECOND.integration_id}
    assert desk.send("GET", "/v1/balances", **other).json["data"] == []


def test_a_list_of_a_group_goes_on_where_it_stopped(desk: Desk) -> None:
    """And only with its own cursor."""
    for key in (FIRST, SECOND):
        desk.world.connect(key, group="A")
    page = desk.send("GET", "/v1/integrations", group="A", limit="1").json
    rest = desk.send("GET", "/v1/integrations", group="A", cursor=page["next_cursor"]).json
    listed = [each["id"] for each in page["data"] + rest["data"]]
    assert listed == [FIRST.integration_id, SECOND.integration_id]
    assert desk.send("GET", "/v1/integrations", cursor=page["next_cursor"]).status == 422


def test_no_secret_is_kept_or_answered(desk: Desk) -> None:
    """Neither with an Idempotency-Key, nor when it is refused."""
    desk.world.connect(FIRST)
    path = manual(desk)
    key = {"idempotency-key": "k1"}
    rotated = credentials()
    replies = [desk.send("POST", f"{PATH}/credentials", rotated, headers=key) for _ in range(2)]
    assert replies[0] == replies[1]
    body = {"connector": "fake", **credentials("other")}
    replies += [
        desk.send("POST", f"{path}/convert", body, headers={"idempotency-key": "k2"}),
        desk.send("POST", f"{path}/convert", body),
        desk.send("POST", f"{PATH}/reconnect", {**credentials(), "unknown": canaries.make("x")}),
        desk.send("GET", "/v1/integrations"),
    ]
    assert [each.status for each in replies] == [200, 200, 200, 409, 422, 200]
    kept = repr([desk.answers.items, desk.world.integrations.items, desk.world.syncs.items])
    assert canaries.found_in(kept + repr(replies)) == []


def test_a_deletion_waits_for_those_who_write(desk: Desk) -> None:
    """409 ``still_stopping`` while an edit is under way: it is marked, and gone at the next try."""
    desk.fill(2)
    busy = writer("w", desk.world.clock.now() + timedelta(seconds=30))
    desk.world.months.enter(FIRST, ["2025-01"], busy)
    reply = desk.send("DELETE", PATH, keep_transactions="false")
    assert (reply.status, reply.code) == (409, "still_stopping")
    assert len(desk.ids()) == 2
    assert desk.send("PATCH", PATH, {"name": "B"}).status == 404
    assert desk.send("DELETE", PATH, keep_transactions="false").json["done"]
    assert not desk.ids()


def test_a_wallet_is_rotated_to_itself_alone(desk: Desk) -> None:
    """409 ``another_account``."""
    desk.world.connect(FIRST, sealed_hint="of another wallet")
    desk.change(FIRST, kind=IntegrationKind.WALLET)
    reply = desk.send("POST", f"{PATH}/credentials", credentials())
    assert (reply.status, reply.code) == (409, "another_account")
