"""What holds for every route of the document: foreign ids, unknown fields, scopes."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from functions.api.routes.openapi import DOCUMENT
from tests.functions.api.desk import FIRST, FOREIGN, Desk
from tidemark.domain.duplicates import Duplicate, duplicate_id
from tidemark.domain.files import FileFormat
from tidemark.domain.ids import new_id
from tidemark.domain.issues import Issue, IssueType, issue_id
from tidemark.services.read_transactions import Filter

OPENAPI: dict[str, Any] = json.loads(DOCUMENT.read_text())
ROUTES = [(method, path) for path, methods in OPENAPI["paths"].items() for method in methods]
PUBLIC = {"/v1/connectors", "/v1/connectors/{name}", "/v1/openapi.json"}
NAMED = {
    *("integration_id", "sync_id", "transaction_id", "issue_id", "import_id", "export_id"),
    "duplicate_id",
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
    ("post", "/v1/imports"): {"integration": FIRST.integration_id, "format": "csv"},
    ("post", "/v1/imports/{import_id}/commit"): {},
    ("post", "/v1/exports"): {"format": "csv"},
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
    ("post", "/v1/transactions"): "integration",
    ("post", "/v1/imports"): "integration",
    ("post", "/v1/exports"): "integration",
}
IN_QUERIES = {
    ("get", f"/v1/{name}"): "integration"
    for name in (
        *("transactions", "syncs", "balances", "issues", "held_transactions", "imports"),
        "possible_duplicates",
    )
}


@pytest.fixture
def desk() -> Desk:
    """Give a desk where bob has an integration, transactions, a sync and an issue."""
    made = Desk()
    made.fill(3, FOREIGN)
    made.world.connect(FIRST)
    foreign = FOREIGN.integration_id
    subject = issue_id(foreign, IssueType.KEY_RIGHTS)
    now = made.world.clock.now()
    issue = Issue(subject, foreign, IssueType.KEY_RIGHTS, "Look.", now)
    made.world.issues.open("bob", issue)
    own, twin = made.ids(FOREIGN)[:2]
    name = duplicate_id(own, twin)
    pair = Duplicate(name, own, twin, {}, 0, unique=True, found_by=own, opened_at=now)
    made.world.duplicates.add("bob", [pair])
    filing = made.api.services.filing
    filing.imports.create("bob", foreign, FileFormat.CSV, "UTC")
    filing.exports.create("bob", FileFormat.CSV, Filter())
    return made


def foreign_ids(desk: Desk) -> dict[str, str]:
    """Give an id of bob's for each kind of id."""
    return {
        "integration_id": FOREIGN.integration_id,
        "transaction_id": desk.ids(FOREIGN)[0],
        "sync_id": next(sync for owner, sync in desk.world.syncs.items if owner == "bob"),
        "issue_id": next(issue for owner, issue in desk.world.issues.items if owner == "bob"),
        "import_id": next(each for owner, each in desk.world.imports.items if owner == "bob"),
        "export_id": next(each for owner, each in desk.world.imports.exports if owner == "bob"),
        "duplicate_id": next(each for owner, each in desk.world.duplicates.items if owner == "bob"),
    }


def unknown_ids(desk: Desk) -> dict[str, str]:
    """Give an id of nobody's for each kind of id."""
    now = desk.world.clock.now()
    unknown = new_id("intg", now)
    own = desk.ids(FOREIGN)[0].replace(FOREIGN.integration_id[5:], unknown[5:])
    return {
        "integration_id": unknown,
        "transaction_id": own,
        "sync_id": new_id("sync", now),
        "issue_id": issue_id(unknown, IssueType.KEY_RIGHTS),
        "import_id": new_id("imp", now),
        "export_id": new_id("exp", now),
        "duplicate_id": duplicate_id(own, own),
    }


def requests(ids: dict[str, str]) -> Iterator[tuple[str, str, Any, dict[str, str]]]:
    """Make a request of each route and each place where an id may stand."""
    for method, path in ROUTES:
        body = BODIES.get((method, path))
        if "{" in path and path not in PUBLIC:
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
    others = (world.accounts, world.parked, world.duplicates, *files)
    return repr([vars(store) for store in (*stores, *others)]) + repr(world.queue.messages)


def test_every_route_with_an_id_is_in_the_matrix() -> None:
    """A new kind of id, or a new body, fails here until it has its case."""
    found = {
        parameter["name"]
        for path, methods in OPENAPI["paths"].items()
        if path not in PUBLIC
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


def test_a_foreign_id_is_404_on_every_route_and_writes_nothing(desk: Desk) -> None:
    """Its answer is that of an id of nobody's, to the letter."""
    before = state_of(desk)
    foreign, unknown = list(requests(foreign_ids(desk))), list(requests(unknown_ids(desk)))
    for (method, path, body, query), nobody in zip(foreign, unknown, strict=True):
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


def test_an_unknown_field_is_refused_on_every_route_that_writes(desk: Desk) -> None:
    """Also where no body is read at all; nothing is written."""
    before = state_of(desk)
    ids = {**foreign_ids(desk), "integration_id": FIRST.integration_id}
    for method, path in ROUTES:
        if method == "get":
            continue
        body = {**BODIES.get((method, path), {}), "owner": "bob"}
        reply = desk.send(method.upper(), path.format(**ids), body)
        assert (reply.status, reply.pointers) == (422, ["/owner"]), path
    assert state_of(desk) == before


def test_every_route_that_is_not_public_names_its_scope() -> None:
    """Reading needs ``read``, everything else ``write``."""
    for method, path in ROUTES:
        asked = OPENAPI["paths"][path][method].get("security")
        scope = None if path in PUBLIC else [{"bearer": ["read" if method == "get" else "write"]}]
        assert asked == scope, path
