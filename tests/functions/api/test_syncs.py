"""Syncs over HTTP: start, join, watch, cancel."""

from datetime import timedelta

import pytest

from tests.functions.api.desk import FIRST, SECOND, Desk
from tidemark.domain.syncs import Mode
from tidemark.errors import BadCredentials

ONE = {"integrations": [FIRST.integration_id], "mode": "incremental"}


@pytest.fixture
def desk() -> Desk:
    """Give a desk with two integrations."""
    made = Desk()
    made.world.connect(FIRST)
    made.world.connect(SECOND)
    return made


def test_starting_answers_202_and_where_to_look(desk: Desk) -> None:
    """The same request again joins the running sync."""
    first = desk.send("POST", "/v1/syncs", ONE)
    again = desk.send("POST", "/v1/syncs", {**ONE, "mode": "missing"})
    sync = first.json["data"][0]
    assert first.status == again.status == 202
    assert first.headers["Location"] == f"/v1/syncs/{sync['id']}"
    assert again.json["data"][0]["id"] == sync["id"]
    assert (sync["status"], sync["mode"], sync["progress"]) == ("queued", "incremental", 0.0)
    assert desk.send("GET", first.headers["Location"]).json == sync


def test_all_means_those_that_can_sync(desk: Desk) -> None:
    """A paused one is left out; the ones named must all be able to."""
    desk.change(SECOND, paused=True)
    started = desk.send("POST", "/v1/syncs", {"integrations": "all", "mode": "missing"}).json
    assert [each["integration"] for each in started["data"]] == [FIRST.integration_id]
    both = {**ONE, "integrations": [FIRST.integration_id, SECOND.integration_id]}
    assert desk.send("POST", "/v1/syncs", both).code == "paused"


def test_one_unknown_among_many_starts_nothing(desk: Desk) -> None:
    """It is 404 for the whole request."""
    ids = [FIRST.integration_id, "intg_01J00000000000000000000009"]
    assert desk.send("POST", "/v1/syncs", {**ONE, "integrations": ids}).status == 404
    assert desk.world.queue.messages == []


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        ({"mode": "full"}, ["/mode"]),
        ({"integrations": []}, ["/integrations"]),
        ({"integrations": "some"}, ["/integrations"]),
        ({"integrations": [7]}, ["/integrations"]),
        ({"integrations": ["x"] * 101}, ["/integrations"]),
        ({"from": "2024-01-01"}, ["/from"]),
        ({"mode": "range"}, ["/from"]),
        ({"mode": "range", "from": "2024-01-02", "to": "2024-01-02"}, ["/to"]),
        ({"mode": "range", "from": "soon"}, ["/from"]),
        ({"mode": "range", "from": "2190-01-01"}, ["/from"]),
        ({"mode": "range", "from": "2190-01-01", "to": "2190-01-02"}, ["/from"]),
    ],
)
def test_a_wrong_request_is_pointed_at(
    desk: Desk, change: dict[str, object], pointers: list[str]
) -> None:
    """Nothing is started."""
    reply = desk.send("POST", "/v1/syncs", {**ONE, **change})
    assert (reply.status, reply.pointers) == (422, pointers)
    assert desk.world.queue.messages == []


def test_both_fields_are_needed(desk: Desk) -> None:
    """There is no default that a person might not have meant."""
    assert desk.send("POST", "/v1/syncs", {}).pointers == ["/integrations", "/mode"]


def test_a_range_may_be_open_at_one_end(desk: Desk) -> None:
    """``from`` is inclusive, ``to`` exclusive."""
    for ends in ({"from": "2024-01-01"}, {"to": "2024-01-01T00:00:00Z"}):
        assert desk.send("POST", "/v1/syncs", {**ONE, "mode": "range", **ends}).status == 202


def test_a_sync_shows_what_it_met(desk: Desk) -> None:
    """Counts, per stream too, and progress 1 at the end."""
    desk = Desk()
    desk.fill(5, page_size=3)
    shown = desk.send("GET", "/v1/syncs").json["data"][0]
    assert (shown["status"], shown["progress"], shown["error"]) == ("succeeded", 1.0, None)
    assert (shown["counts"]["read"], shown["counts"]["new"], shown["counts"]["pages"]) == (10, 5, 4)
    assert shown["streams"][0]["name"] == "ledger"
    assert shown["streams"][0]["counts"] == shown["counts"]


def test_progress_is_seen_while_it_runs(desk: Desk) -> None:
    """After the first page it lies between 0 and 1."""
    desk = Desk()
    desk.fill(40)
    desk.source.page_size = 3
    sync = desk.world.request(Mode.MISSING)
    desk.source.trouble = lambda _call: desk.world.clock.advance(timedelta(seconds=40))
    desk.world.drive(sync)
    shown = desk.send("GET", f"/v1/syncs/{sync.id}").json
    assert shown["status"] == "running"
    assert 0 < shown["progress"] < 1
    assert shown["counts"]["known"] > 0


def test_a_failure_says_why_and_what_to_do(desk: Desk) -> None:
    """Code, sentence and next step; the integration shows it too."""

    def refuse(_call: str) -> None:
        raise BadCredentials("The key is not accepted.")

    desk.source.trouble = refuse
    sync = desk.world.run()
    shown = desk.send("GET", f"/v1/syncs/{sync.id}").json
    assert shown["status"] == "failed"
    assert shown["error"]["code"] == "invalid_credentials"
    assert shown["error"]["next_step"]
    integration = desk.send("GET", f"/v1/integrations/{FIRST.integration_id}").json
    assert integration["status"] == "invalid_credentials"


def test_canceling_is_seen_at_the_next_page(desk: Desk) -> None:
    """202; one that has ended stays as it is."""
    sync = desk.send("POST", "/v1/syncs", ONE).json["data"][0]
    reply = desk.send("POST", f"/v1/syncs/{sync['id']}/cancel")
    assert (reply.status, reply.headers["Location"]) == (202, f"/v1/syncs/{sync['id']}")
    stored = desk.world.syncs.items["alice", sync["id"]]
    assert desk.world.finish(stored).status == "canceled"
    again = desk.send("POST", f"/v1/syncs/{sync['id']}/cancel")
    assert (again.status, again.json["status"]) == (202, "canceled")


def test_a_range_says_what_it_reads_from_the_first_moment_on(desk: Desk) -> None:
    """As it was asked for, before a worker has begun it."""
    wanted = {**ONE, "mode": "range", "from": "2025-01-02", "to": "2025-01-03"}
    sync = desk.send("POST", "/v1/syncs", wanted).json["data"][0]
    times = ("2025-01-02T00:00:00.000000Z", "2025-01-03T00:00:00.000000Z")
    assert (sync["status"], sync["from"], sync["to"]) == ("queued", *times)
    shown = desk.send("GET", f"/v1/syncs/{sync['id']}").json
    assert (shown["from"], shown["to"]) == times


def test_lists_are_newest_first_and_stay_right(desk: Desk) -> None:
    """A sync that is added meanwhile is not seen twice, nor pushes one out."""
    ids = []
    for _ in range(5):
        desk.world.clock.advance(timedelta(seconds=1))
        ids.append(desk.world.run().id)
    first = desk.send("GET", "/v1/syncs", limit="2").json
    desk.world.clock.advance(timedelta(seconds=1))
    desk.world.run()
    second = desk.send("GET", "/v1/syncs", cursor=first["next_cursor"]).json
    assert [each["id"] for each in first["data"] + second["data"]] == ids[::-1]
    assert second["has_more"] is False
    other = desk.send("GET", "/v1/syncs", integration=SECOND.integration_id).json
    assert other["data"] == []
