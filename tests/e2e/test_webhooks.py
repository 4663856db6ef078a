"""Webhooks as a receiver sees them: a sync runs, and what arrives is verified and told again."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks import Webhook

from local.child import FREE_PORTS, ServerChild, source_arguments
from local.sources.kraken_history import generate
from tests.e2e.conftest import Json, Server
from tests.exchange import Exchange

ENDPOINTS = "/v1/webhook_endpoints"


class Inbox(ThreadingHTTPServer):
    """Receives webhooks, and answers 200 or what it is told to answer first."""

    daemon_threads = True

    def __init__(self) -> None:
        """Listen on a free port."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[int] = []
        self.got: list[tuple[str, dict[str, str], bytes]] = []

    @property
    def origin(self) -> str:
        """Give what the server has to trust."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def bodies(self, endpoint: Json) -> list[Any]:
        """Verify all that came for an endpoint, and give it."""
        verifier = Webhook(endpoint["secret"])
        mine = [each for each in self.got if endpoint["url"].endswith(each[0])]
        return [verifier.verify(body, headers) for _, headers, body in mine]


class _Handler(BaseHTTPRequestHandler):
    """Takes one webhook."""

    server: Inbox

    def do_POST(self) -> None:
        """Keep it."""
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.got.append((self.path, headers, body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's
        """Say nothing."""


@pytest.fixture(scope="module")
def inbox() -> Iterator[Inbox]:
    """Serve a receiver."""
    with Inbox() as made:
        threading.Thread(target=made.serve_forever, args=(0.05,), daemon=True).start()
        yield made
        made.shutdown()


@pytest.fixture(scope="module")
def telling(exchange: Exchange, inbox: Inbox) -> Iterator[Server]:
    """Serve the product, which trusts the receiver."""
    arguments = source_arguments({"kraken": exchange.url})
    with ServerChild(*FREE_PORTS, *arguments, "--webhook-origin", inbox.origin, "--quiet") as child:
        yield Server(child)


def endpoint(server: Server, inbox: Inbox, owner: str, *types: str) -> Json:
    """Make an endpoint of an owner's."""
    body = {"url": f"{inbox.origin}/{owner}", "event_types": list(types)}
    return server.post(ENDPOINTS, owner, body, expected=201)


def deliveries(server: Server, owner: str, event_type: str) -> list[Json]:
    """Give the deliveries of the newest event of a type."""
    newest = server.get("/v1/events", owner, type=event_type)["data"][0]
    return list(server.get(f"/v1/events/{newest['id']}", owner)["deliveries"])


def test_a_sync_is_told_to_who_asked_for_it(
    telling: Server, exchange: Exchange, inbox: Inbox
) -> None:
    """Signed, once each, and the same as the events that the API lists."""
    owner = "told-owner"
    made = endpoint(telling, inbox, owner, "sync.*", "transactions.changed")
    account = exchange.account(generate(20))
    connected = telling.connect(owner, "kraken", **account.credentials)
    assert telling.idle(30)
    told = inbox.bodies(made)
    assert {each["type"] for each in told} == {
        *("sync.created", "sync.started", "sync.succeeded", "transactions.changed"),
    }
    events = telling.get("/v1/events", owner, integration=connected["id"])["data"]
    listed = {each["id"]: each for each in events}
    assert all(listed[each["id"]] == each for each in told)
    assert len(told) == 4
    assert {"integration.created", "balance_check.finished"} <= {e["type"] for e in events}
    assert account.credentials["api_secret"] not in str(events) + str(inbox.got)
    assert telling.get("/v1/events", "somebody-else")["data"] == []


def test_what_an_owner_changes_by_hand_is_told(telling: Server, inbox: Inbox) -> None:
    """To the owner's other programs: made, left out, deleted."""
    owner = "writing-owner"
    made = endpoint(telling, inbox, owner, "transactions.changed")
    own = telling.post(
        "/v1/integrations", owner, {"connector": "manual", "name": "Own"}, expected=201
    )
    entry = {"occurred_at": "2025-01-01T00:00:00Z", "received": {"asset": "EUR", "amount": "1"}}
    row = telling.post(
        "/v1/transactions", owner, {"integration": own["id"], **entry}, expected=201
    )["id"]
    telling.post(f"/v1/transactions/{row}/exclude", owner, {}, expected=200)
    assert telling.ask("DELETE", f"/v1/transactions/{row}", owner).status_code == 200
    assert telling.idle(30)
    told = [each["data"] for each in inbox.bodies(made)]
    words = ("added", "modified", "removed")
    assert sorted([each[word] for word in words] for each in told) == [
        *([0, 0, 1], [0, 1, 0], [1, 0, 0])
    ]
    assert {each["integration"] for each in told} == {own["id"]}


def test_a_receiver_that_fails_is_tried_again_when_the_time_has_come(
    telling: Server, inbox: Inbox
) -> None:
    """Twice it says 500; after 5 seconds and 5 minutes more it has the same event."""
    owner = "patient-owner"
    made = endpoint(telling, inbox, owner, "webhook.test")
    inbox.answers[:] = [500, 503]
    telling.post(f"{ENDPOINTS}/{made['id']}/test", owner, expected=202)
    assert telling.idle(30)
    assert len(inbox.bodies(made)) == 1
    telling.advance(6)
    assert len(inbox.bodies(made)) == 2
    (waiting,) = deliveries(telling, owner, "webhook.test")
    assert (waiting["state"], [each["status"] for each in waiting["attempts"]]) == (
        "pending",
        [500, 503],
    )
    # The reference library refuses what is signed five minutes away from its own time.
    telling.advance(340)
    (done,) = deliveries(telling, owner, "webhook.test")
    assert (done["state"], len(done["attempts"])) == ("delivered", 3)
    sent = [(headers["webhook-id"], body) for path, headers, body in inbox.got if owner in path]
    assert len(sent) == 3
    assert len(set(sent)) == 1


def test_a_receiver_that_is_gone_gets_nothing_more(telling: Server, inbox: Inbox) -> None:
    """410 disables its endpoint at once; the owner's other endpoint is told of it."""
    owner = "leaving-owner"
    made = endpoint(telling, inbox, owner, "webhook.test")
    body = {"url": f"{inbox.origin}/watching", "event_types": ["webhook_endpoint.*"]}
    telling.post(ENDPOINTS, owner, body, expected=201)
    assert telling.idle(30)
    inbox.answers[:] = [410]
    tried = telling.post(f"{ENDPOINTS}/{made['id']}/test", owner, expected=202)
    assert telling.idle(30)
    shown = telling.get(f"{ENDPOINTS}/{made['id']}", owner)
    assert (shown["enabled"], shown["disabled_reason"]) == (False, "gone")
    assert b"webhook_endpoint.disabled" in inbox.got[-1][2]
    again = {"endpoint": made["id"]}
    telling.post(f"/v1/events/{tried['id']}/redeliver", owner, again, expected=409)
    telling.ask("PATCH", f"{ENDPOINTS}/{made['id']}", owner, json={"enabled": True})
    telling.post(f"/v1/events/{tried['id']}/redeliver", owner, again, expected=202)
    assert telling.idle(30)
    ((delivery),) = deliveries(telling, owner, "webhook.test")
    assert (delivery["state"], [each["status"] for each in delivery["attempts"]]) == (
        "delivered",
        [410, 200],
    )


def test_what_lies_inside_is_not_called(telling: Server, inbox: Inbox) -> None:
    """Only the origin that whoever runs the server named, to the letter."""
    port = inbox.server_address[1]
    for url in ("http://127.0.0.1:1/", f"https://127.0.0.1:{port}/", f"http://localhost:{port}/"):
        refused = telling.ask("POST", ENDPOINTS, "curious-owner", json={"url": url})
        assert refused.status_code == 422
        assert [each["pointer"] for each in refused.json()["errors"]] == ["/url"]
