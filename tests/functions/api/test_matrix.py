"""What holds for every route of the document: foreign ids, unknown fields, scopes."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from functions.api.routes.openapi import DOCUMENT
from tests.functions.api.desk import FIRST, FOREIGN, Desk
from tidemark.domain.duplicates import Duplicate, duplicate_id
from tidemark.domain.files import FileFormat
from tidemark.domain.ids import new_id, transaction_id
from tidemark.domain.issues import Issue, IssueType, issue_id
from tidemark.services.read_transactions import Filter

OPENAPI: dict[str, Any] = json.loads(DOCUMENT.read_text())
ROUTES = [(method, path) for path, methods in OPENAPI["paths"].items() for method in methods]
PUBLIC = {
    *("/v1/connectors", "/v1/connectors/{name}", "/v1/openapi.json"),
    "/v1/consents/callback",
}
ADMIN = {"/v1/admin/accounts/{owner}/licence"}
"""What operators do for any owner: the scope decides, not whose the account is."""

NAMED = {
    *("integration_id", "sync_id", "transaction_id", "issue_id", "import_id", "export_id"),
    *("duplicate_id", "check_id", "event_id", "endpoint_id"),
}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("post", "/v1/integrations"): {"connector": "fake", "name": "A"},
    ("patch", "/v1/integrations/{integration_id}"): {"name": "A"},
    **{
        ("post", f"/v1/integrations/{{integration_id}}/{action}"): {"credentials": {}}
        for action in ("credentials", "reconnect")
    },
    ("post", "/v1/integrations/{integration_id}/convert"): {
        "connector": "fake",
        "credentials": {},
    },
    ("post", "/v1/syncs"): {"integrations": "all", "mode": "incremental"},
    ("post", "/v1/syncs/{sync_id}/answer"): {"otp": "123456"},
    ("post", "/v1/balance_checks"): {"integrations": "all"},
    ("post", "/v1/imports"): {"integration": FIRST.integration_id, "format": "csv"},
    ("post", "/v1/imports/{import_id}/commit"): {},
    ("post", "/v1/exports"): {"format": "csv"},
    ("post", "/v1/webhook_endpoints"): {"url": "https://hooks.example.com/tidemark"},
    ("patch", "/v1/webhook_endpoints/{endpoint_id}"): {"enabled": False},
    ("post", "/v1/events/{event_id}/redeliver"): {"endpoint": "whe_0"},
    ("patch", "/v1/account"): {"zone": "Europe/Berlin"},
    ("put", "/v1/admin/accounts/{owner}/licence"): {"tier": "pro", "tax_years": [2025]},
    ("put", "/v1/period_lock"): {"locked_until": "2025-01-01", "zone": "Europe/Berlin"},
    ("post", "/v1/transactions"): {
        "integration": FIRST.integration_id,
        "occurred_at": "2025-01-01",
        "received": {"asset": "BTC", "amount": "1"},
    },
    ("post", "/v1/transactions/bulk"): {"action": "exclude", "ids": ["txn_0"]},
    ("patch", "/v1/transactions/{transaction_id}"): {"label": "Rent"},
}
IN_BODIES = {
    ("post", "/v1/syncs"): "integrations",
    ("post", "/v1/balance_checks"): "integrations",
    ("post", "/v1/transactions"): "integration",
    ("post", "/v1/imports"): "integration",
    ("post", "/v1/exports"): "integration",
}
IN_QUERIES = {
    ("get", f"/v1/{name}"): "integration"
    for name in (
        *("transactions", "syncs", "balances", "issues", "held_transactions", "imports"),
        *("possible_duplicates", "events"),
    )
}


@pytest.fixture
def desk() -> Desk:
    """Give a desk where alice, just seen, has an integration, and bob one of everything."""
    made = Desk()
    made.world.connect(FIRST)
    made.send("GET", "/v1/account")
    return made


@pytest.fixture
def foreign(desk: Desk) -> dict[str, str]:
    """Give an id of bob's for each kind of id."""
    return bobs_things(desk)


def bobs_things(desk: Desk) -> dict[str, str]:
    """Give bob an integration, transactions, a sync, an issue, a pair, an import and an export."""
    desk.fill(3, FOREIGN)
    name, now = FOREIGN.integration_id, desk.world.clock.now()
    issue = Issue(issue_id(name, IssueType.KEY_RIGHTS), name, IssueType.KEY_RIGHTS, "Look.", now)
    desk.world.issues.open("bob", issue)
    own, twin = (transaction_id(name, f"ledger:T{number:04}") for number in range(2))
    pair = duplicate_id(own, twin)
    found = Duplicate(pair, own, twin, {}, 0, unique=True, found_by=own, opened_at=now)
    desk.world.duplicates.add("bob", [found])
    filing, endpoints = desk.api.services.filing, desk.api.services.telling.endpoints
    endpoint = endpoints.create("bob", {"url": "https://hooks.invalid/", "event_types": ("*",)})
    return {
        "integration_id": name,
        "transaction_id": own,
        "sync_id": next(desk.world.syncs.newest_first("bob", None)).id,
        "issue_id": issue.id,
        "import_id": filing.imports.create("bob", name, FileFormat.CSV, "UTC")[0].id,
        "export_id": filing.exports.create("bob", FileFormat.CSV, Filter()).id,
        "duplicate_id": pair,
        "check_id": desk.api.services.balancing.checks.request("bob", [name]).check.id,
        "endpoint_id": endpoint.endpoint.id,
        "event_id": endpoints.test("bob", endpoint.endpoint.id).id,
    }


def unknown_ids(desk: Desk) -> dict[str, str]:
    """Give an id of nobody's for each kind of id."""
    now = desk.world.clock.now()
    unknown = new_id("intg", now)
    own = transaction_id(unknown, "ledger:T0000")
    return {
        "integration_id": unknown,
        "transaction_id": own,
        "sync_id": new_id("sync", now),
        "issue_id": issue_id(unknown, IssueType.KEY_RIGHTS),
        "import_id": new_id("imp", now),
        "export_id": new_id("exp", now),
        "duplicate_id": duplicate_id(own, own),
        "check_id": new_id("chk", now),
        "endpoint_id": new_id("whe", now),
        "event_id": new_id("evt", now),
    }


def requests(ids: dict[str, str]) -> Iterator[tuple[str, str, Any, dict[str, str]]]:
    """Make a request of each route and each place where an id may stand."""
    for method, path in ROUTES:
        body = BODIES.get((method, path))
        if "{" in path and path not in PUBLIC | ADMIN:
            yield method.upper(), path.format(**ids), body, {}
        if field := IN_BODIES.get((method, path)):
            named = ids["integration_id"]
            inside = {field: [named] if field.endswith("s") else named}
            yield method.upper(), path, {**(body or {}), **inside}, {}
        if name := IN_QUERIES.get((method, path)):
            yield method.upper(), path, None, {name: ids["integration_id"]}


def state_of(desk: Desk) -> str:
    """Spell everything that is stored."""
    world = desk.world
    stores = (world.integrations, world.ledger, world.months, world.syncs, world.issues)
    files = (world.imports, world.uploads, world.files_queue)
    told = (world.events, world.webhooks, world.webhooks_queue)
    others = (world.accounts, world.parked, world.duplicates, world.balance_checks, *files, *told)
    return repr([vars(store) for store in (*stores, *others)]) + repr(world.queue.messages)


def test_every_route_with_an_id_is_in_the_matrix() -> None:
    """A new kind of id, or a new body, fails here until it has its case."""
    found = {
        parameter["name"]
        for path, methods in OPENAPI["paths"].items()
        if path not in PUBLIC | ADMIN
        for operation in methods.values()
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "path"
    }
    assert found == NAMED
    with_body = {
        (method, path) for method, path in ROUTES if "requestBody" in OPENAPI["paths"][path][method]
    }
    assert with_body == set(BODIES)
    assert len(list(requests(dict.fromkeys(NAMED, "x")))) >= 18


def test_a_foreign_id_is_404_on_every_route_and_writes_nothing(
    desk: Desk, foreign: dict[str, str]
) -> None:
    """Its answer is that of an id of nobody's, to the letter."""
    before = state_of(desk)
    pairs = zip(requests(foreign), requests(unknown_ids(desk)), strict=True)
    for (method, path, body, query), nobody in pairs:
        reply = desk.send(method, path, body, **query)
        same = desk.send(nobody[0], nobody[1], nobody[2], **nobody[3])
        assert (reply.status, reply.code) == (404, "not_found"), path
        assert (reply.text, reply.headers) == (same.text, same.headers), path
    assert state_of(desk) == before


@pytest.mark.parametrize("bad", ["a", "intg_", "txn_%23", "sync_0", "x" * 1025, "..", "ü", "a b"])
def test_an_id_that_is_none_is_404(desk: Desk, bad: str) -> None:
    """Whatever it is made of."""
    for method, path, body, query in requests(dict.fromkeys(NAMED, bad)):
        if not query:
            assert desk.send(method, path, body, **query).status == 404, path


def test_an_unknown_field_is_refused_on_every_route_that_writes(
    desk: Desk, foreign: dict[str, str]
) -> None:
    """Also where no body is read at all; nothing is written."""
    before = state_of(desk)
    ids = {**foreign, "integration_id": FIRST.integration_id, "owner": "bob"}
    for method, path in ROUTES:
        if method == "get":
            continue
        body = {**BODIES.get((method, path), {}), "owner": "bob"}
        reply = desk.send(method.upper(), path.format(**ids), body)
        assert (reply.status, reply.pointers) == (422, ["/owner"]), path
    assert state_of(desk) == before


def test_every_route_that_is_not_public_names_its_scope() -> None:
    """Reading needs ``read``, what operators do ``admin``, everything else ``write``."""
    for method, path in ROUTES:
        asked = OPENAPI["paths"][path][method].get("security")
        word = "admin" if path in ADMIN else "read" if method == "get" else "write"
        assert asked == (None if path in PUBLIC else [{"bearer": [word]}]), path
