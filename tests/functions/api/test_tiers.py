"""Every route for every tier: by hand an owner may do everything, whatever they are licensed for.

What a licence buys is that nobody has to ask: only the schedule looks at it.
"""

from dataclasses import replace
from typing import Any

import pytest

from tests.functions.api.desk import FOREIGN, Desk
from tests.functions.api.test_matrix import ADMIN, BODIES, IN_BODIES, PUBLIC, ROUTES, bobs_things
from tidemark.domain.licences import Licence, Tier

EVERYONE, OPERATORS, NOBODY_IN_PARTICULAR = "everyone", "operators", "nobody in particular"
TABLE = {
    "account": EVERYONE,
    "admin": OPERATORS,
    "balance_checks": EVERYONE,
    "balances": EVERYONE,
    "connectors": NOBODY_IN_PARTICULAR,
    "consents": NOBODY_IN_PARTICULAR,
    "events": EVERYONE,
    "exports": EVERYONE,
    "held_transactions": EVERYONE,
    "import_template.csv": EVERYONE,
    "import_template.xlsx": EVERYONE,
    "imports": EVERYONE,
    "integrations": EVERYONE,
    "issues": EVERYONE,
    "openapi.json": NOBODY_IN_PARTICULAR,
    "period_lock": EVERYONE,
    "possible_duplicates": EVERYONE,
    "prices": EVERYONE,
    "report_readiness": EVERYONE,
    "syncs": EVERYONE,
    "transactions": EVERYONE,
    "webhook_endpoints": EVERYONE,
}
"""Who may use a resource, all of its routes: a route that is in no row fails."""

LICENCES = [
    Licence(),
    *(Licence(tier, years) for tier in Tier for years in ((), (2024,), (2025,))),
]
"""Each tier: without a year, for the year before, and for the present one."""

ASKED = {"/v1/prices": {"assets": "BTC"}, "/v1/report_readiness": {"year": "2024"}}


def row(path: str) -> str:
    """Give who may use a route."""
    return TABLE[path.split("/")[2]]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_is_in_the_table(method: str, path: str) -> None:
    """And its scope is that of its row."""
    who = row(path)
    assert (who == OPERATORS) == (path in ADMIN), method
    assert (who == NOBODY_IN_PARTICULAR) == (path in PUBLIC), method


def body_of(method: str, path: str) -> dict[str, Any] | None:
    """Give a body that names what is bob's."""
    body = BODIES.get((method, path))
    field = IN_BODIES.get((method, path))
    if body is None or field is None or body.get(field) == "all":
        return body
    return {**body, field: FOREIGN.integration_id}


def answers(licence: Licence) -> dict[tuple[str, str], int]:
    """Ask everything there is of an own account with a licence; give the statuses."""
    desk = Desk()
    ids = {**bobs_things(desk), "name": "fake", "owner": "bob"}
    account = desk.world.accounts.get("bob")
    desk.world.accounts.items["bob"] = replace(account, licence=licence)
    ways = [each for each in ROUTES if row(each[1]) == EVERYONE]
    ways.sort(key=lambda way: way[0] == "delete")
    return {
        (method, path): desk.send(
            method.upper(),
            path.format(**ids),
            body_of(method, path),
            owner="bob",
            **ASKED.get(path, {}),
        ).status
        for method, path in ways
    }


@pytest.fixture(scope="module")
def licensed() -> dict[tuple[str, str], int]:
    """Give what somebody is answered who has everything."""
    return answers(Licence(Tier.UNLIMITED, (2024, 2025)))


@pytest.mark.parametrize("licence", LICENCES, ids=str)
def test_a_tier_changes_no_answer(licence: Licence, licensed: dict[tuple[str, str], int]) -> None:
    """No route asks for money, or hides behind a tier."""
    assert answers(licence) == licensed


def test_what_is_asked_is_mostly_answered(licensed: dict[tuple[str, str], int]) -> None:
    """None is forbidden, and hardly any request is one that nobody could make."""
    assert not {401, 402, 403, 500}.intersection(licensed.values())
    done = [way for way, status in licensed.items() if status < 300]
    assert len(done) >= 0.7 * len(licensed), {w: s for w, s in licensed.items() if s >= 300}
