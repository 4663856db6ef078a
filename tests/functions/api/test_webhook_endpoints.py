"""Webhook endpoints over the API."""

import base64
from datetime import timedelta

import pytest

from tests import canaries
from tests.functions.api.desk import Desk, Reply
from tidemark.domain.webhooks import MOST_ENDPOINTS, DeliveryState

URL = "https://hooks.example.com/tidemark"
PATH = "/v1/webhook_endpoints"


@pytest.fixture
def desk() -> Desk:
    """Give a desk."""
    return Desk()


def create(desk: Desk, owner: str = "alice", **facts: object) -> Reply:
    """Make an endpoint; its secret is one that must come to light nowhere else."""
    reply = desk.send("POST", PATH, {"url": URL, **facts}, owner=owner)
    if reply.status == 201:
        canaries.plant(reply.json["secret"].removeprefix("whsec_"))
    return reply


def path_of(reply: Reply, action: str = "") -> str:
    """Give the path of an endpoint."""
    return f"{PATH}/{reply.json['id']}{action}"


def test_an_endpoint_is_made_and_its_secret_told_once(desk: Desk) -> None:
    """32 random bytes; sealed where it is kept, and in no other answer."""
    made = create(desk, description=" Mine ")
    assert made.headers["Location"] == path_of(made)
    secret = made.json["secret"]
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    shown = desk.send("GET", path_of(made))
    assert shown.json == {name: each for name, each in made.json.items() if name != "secret"}
    assert (shown.json["event_types"], shown.json["description"]) == (["*"], "Mine")
    listed = desk.send("GET", PATH)
    assert listed.json["data"] == [shown.json]
    stored = repr(vars(desk.world.webhooks))
    assert secret.removeprefix("whsec_") not in shown.text + listed.text + stored
    assert create(desk).json["secret"] != secret


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"url": "http://127.0.0.1:9001/"}, "/url"),
        ({"url": ""}, "/url"),
        ({"url": f"https://a.b/{'x' * 2_048}"}, "/url"),
        ({"event_types": []}, "/event_types"),
        ({"event_types": ["sync.*", "unheard.of"]}, "/event_types/1"),
        ({"event_types": ["s*"]}, "/event_types/0"),
        ({"description": "\x00"}, "/description"),
        ({"enabled": "no"}, "/enabled"),
        ({"enabled": 1}, "/enabled"),
        ({"secret": "whsec_mine"}, "/secret"),
        ({"version": 3}, "/version"),
        ({"disabled_reason": None}, "/disabled_reason"),
    ],
)
def test_what_is_wrong_is_pointed_at(desk: Desk, facts: dict[str, object], pointer: str) -> None:
    """And nothing is made; the same for a change."""
    made = create(desk)
    reply = create(desk, **facts)
    assert (reply.status, reply.pointers) == (422, [pointer])
    assert desk.send("PATCH", path_of(made), facts).pointers == [pointer]
    assert len(desk.world.webhooks.kept) == 1


def test_an_owner_has_ten_at_most(desk: Desk) -> None:
    """Another owner's do not count."""
    create(desk, "bob")
    for _ in range(MOST_ENDPOINTS):
        assert create(desk).status == 201
    reply = create(desk)
    assert (reply.status, reply.code) == (409, "too_many_endpoints")


def test_an_endpoint_is_changed_and_removed(desk: Desk) -> None:
    """What is not given stays."""
    made = create(desk, description="Mine")
    changed = desk.send("PATCH", path_of(made), {"event_types": ["sync.*"], "description": None})
    assert changed.json["event_types"] == ["sync.*"]
    assert (changed.json["description"], changed.json["url"]) == (None, URL)
    off = desk.send("PATCH", path_of(made), {"enabled": False}).json
    assert (off["enabled"], off["disabled_reason"]) == (False, "owner")
    assert desk.send("POST", path_of(made, "/test")).code == "endpoint_disabled"
    on = desk.send("PATCH", path_of(made), {"enabled": True}).json
    assert (on["enabled"], on["disabled_reason"]) == (True, None)
    assert desk.send("DELETE", path_of(made)).status == 204
    assert desk.send("GET", path_of(made)).status == 404
    assert desk.send("DELETE", path_of(made)).status == 404


def test_a_secret_is_replaced_and_the_old_one_signs_for_a_day(desk: Desk) -> None:
    """The new one is told once; sealed like the first."""
    made = create(desk)
    rotated = desk.send("POST", path_of(made, "/rotate_secret"))
    assert (rotated.status, rotated.json["id"]) == (200, made.json["id"])
    secrets = [made.json["secret"], rotated.json["secret"]]
    assert len(set(secrets)) == 2
    stored, now = desk.world.webhooks.kept["alice", made.json["id"]], desk.world.clock.now()
    opened = [
        desk.world.secret_vault.open("alice", stored.id, each) for each in stored.secrets(now)
    ]
    spelled = [f"whsec_{base64.b64encode(each).decode()}" for each in opened]
    assert spelled == secrets[::-1]
    assert len(stored.secrets(now + timedelta(hours=24))) == 1
    assert "secret" not in desk.send("GET", path_of(made)).json


def test_a_repeated_request_tells_no_secret(desk: Desk) -> None:
    """The same answer but for the secret, which is kept nowhere to be told again."""
    key = {"idempotency-key": "k1"}
    first = desk.send("POST", PATH, {"url": URL}, headers=key)
    again = desk.send("POST", PATH, {"url": URL}, headers=key)
    assert (first.status, again.status) == (201, 201)
    assert again.json == {**first.json, "secret": None}
    assert len(desk.world.webhooks.kept) == 1
    assert first.json["secret"] not in repr(vars(desk.answers))


def test_an_endpoint_is_tried(desk: Desk) -> None:
    """With an event of its own, whatever it asks for; others do not get it."""
    made, other = create(desk, event_types=["sync.*"]), create(desk)
    tried = desk.send("POST", path_of(made, "/test"))
    assert (tried.status, tried.json["type"]) == (202, "webhook.test")
    assert tried.json["data"] == {"endpoint": made.json["id"]}
    event = desk.send("GET", tried.headers["Location"]).json
    (delivery,) = event["deliveries"]
    assert (delivery["endpoint"], delivery["state"]) == (made.json["id"], "pending")
    assert [each.endpoint_id for each, _ in desk.world.webhooks_queue.messages] != [
        other.json["id"]
    ]


def test_nobody_finds_anothers_endpoint(desk: Desk) -> None:
    """Neither by its id nor in a redelivery of one's own event."""
    mine, theirs = create(desk), create(desk, "bob")
    event = desk.send("POST", path_of(mine, "/test")).json["id"]
    body = {"endpoint": theirs.json["id"]}
    reply = desk.send("POST", f"/v1/events/{event}/redeliver", body)
    assert (reply.status, reply.code) == (404, "not_found")
    states = {each.state for each in desk.world.webhooks.asked.values()}
    assert states == {DeliveryState.PENDING}
    assert [each["id"] for each in desk.send("GET", PATH).json["data"]] == [mine.json["id"]]
