"""What happens between two measured runs, in processes of its own: nobody pays for it.

``python -m bench.state COMMAND JSON``; each command gives JSON.
"""

import json
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bench.tables import OURS, THEIRS, make_all
from bench.truth import Truth, judge_ours, judge_theirs
from functions.api.services import Services
from local.sources.kraken import KEY, SECRET
from tidemark import wiring
from tidemark.domain.ids import transaction_id
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.syncs import Mode
from tidemark.services.connect import NewIntegration
from tidemark.settings import settings
from tidemark.stores.table import Table

_OWNER = "bench"
_services = Services(wiring)


def _source() -> str:
    """Say where the source is."""
    return settings().sources["kraken"]


def prepare(_asked: Mapping[str, Any]) -> object:
    """Make the tables and connect the account."""
    make_all(wiring.wire("dynamodb"))
    credentials = {"api_key": KEY, "api_secret": SECRET}
    wanted = NewIntegration(_OWNER, "kraken", "Bench", credentials, start_sync=False)
    integration, _ = _services.connecting.connect.create(wanted)
    return {"owner": _OWNER, "integration": integration.id}


def request(asked: Mapping[str, Any]) -> object:
    """Ask for a sync, as the API does."""
    sync = _services.requests.request(_OWNER, [asked["integration"]], Mode(asked["mode"]))[0]
    return {"sync": sync.id}


def damage(asked: Mapping[str, Any]) -> object:
    """Exclude some transactions and remove others, the same in both tables."""
    names = random.Random(asked["seed"]).sample(
        sorted(Truth.ask(_source()).legs), asked["excluded"] + asked["holes"]
    )
    excluded, holes = names[: asked["excluded"]], names[asked["excluded"] :]
    ours, theirs = Table(wiring.wire("dynamodb"), OURS), Table(wiring.wire("dynamodb"), THEIRS)
    key = IntegrationKey(_OWNER, asked["integration"])
    for name in holes:
        ours.remove({"integration_key": key.text, "transaction_id": name})
        theirs.remove(_their_key(name))
    for name in excluded:
        theirs.update(_their_key(name), "SET #excluded = :yes", values={"yes": True})
    return {"excluded": _excluded(key, excluded)}


def _their_key(name: str) -> dict[str, str]:
    """Name a trade in the script's table."""
    return {"account": "kraken", "trade_id": name.removeprefix("ledger:")}


def _excluded(key: IntegrationKey, names: Sequence[str]) -> dict[str, int]:
    """Exclude as the owner does, and give the revisions that this makes."""
    editing = _services.edit_transactions
    return {
        name: editing.exclude(
            key.owner, transaction_id(key.integration_id, name)
        ).transaction.revision
        for name in names
    }


def check(asked: Mapping[str, Any]) -> object:
    """Compare a table with the truth."""
    truth, excluded = Truth.ask(_source()), asked["excluded"]
    if asked["who"] == "script":
        return judge_theirs(truth, Table(wiring.wire("dynamodb"), THEIRS), excluded)._asdict()
    key = IntegrationKey(_OWNER, asked["integration"])
    status = wiring.syncs().get(_OWNER, asked["sync"])
    verdict = judge_ours(truth, key, excluded)
    return {**verdict._asdict(), "status": status.status.value if status else "lost"}


_COMMANDS: dict[str, Callable[[Mapping[str, Any]], object]] = {
    "prepare": prepare,
    "request": request,
    "damage": damage,
    "check": check,
}

if __name__ == "__main__":
    print(json.dumps(_COMMANDS[sys.argv[1]](json.loads(sys.argv[2]))))
