"""The whole product: a real local server on free ports, with replay sources behind it."""

import os
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.child import FREE_PORTS, ServerChild, source_arguments
from local.sources.esplora import EsploraSource
from local.sources.kraken import KrakenSource
from local.sources.kraken_history import generate
from tests.exchange import Exchange

RECORDED = Path("bitcoin/ledger-xpub-esplora")
UNDER_WAY = {"queued", "running", "waiting_for_user"}

type Json = dict[str, Any]


class Server:
    """The server as tests use it: each call is made for an owner.

    Integrations and syncs live in the owner's name; take one owner per test, and tests need
    nothing of each other.
    """

    def __init__(self, child: ServerChild) -> None:
        self.child = child
        self.idle = child.idle
        self.advance = child.advance

    def ask(
        self,
        method: str,
        path: str,
        owner: str,
        *,
        scope: str = "read write",
        **more: Any,  # noqa: ANN401 (httpx's own arguments)
    ) -> httpx.Response:
        """Ask the API something; ``more`` goes to httpx."""
        return self.child.client(owner, scope).request(method, path, **more)

    def get(self, path: str, owner: str, **params: str | int) -> Json:
        """Get something that is there."""
        answer = self.ask("GET", path, owner, params=params)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def post(self, path: str, owner: str, body: Json | None = None, expected: int = 200) -> Json:
        """Post something that is accepted."""
        answer = self.ask("POST", path, owner, json=body if body is not None else {})
        assert answer.status_code == expected, answer.text
        return dict(answer.json())

    def connect(self, owner: str, connector: str, **credentials: str) -> Json:
        """Connect something; its first sync starts."""
        body = {"connector": connector, "name": connector, "credentials": credentials}
        return self.post("/v1/integrations", owner, body, expected=201)

    def start(self, owner: str, integration: str, mode: str) -> Json:
        """Start to sync an integration."""
        body = {"integrations": [integration], "mode": mode}
        return dict(self.post("/v1/syncs", owner, body, expected=202)["data"][0])

    def sync(self, owner: str, integration: str, mode: str) -> Json:
        """Sync an integration, and wait for the end."""
        return self.ended(owner, self.start(owner, integration, mode)["id"])

    def ended(self, owner: str, sync_id: str, patience: float = 60) -> Json:
        """Wait until a sync has ended; it says how."""
        return self.watched(owner, sync_id, patience, glance=1)[-1]

    def watched(
        self,
        owner: str,
        sync_id: str,
        patience: float = 60,
        *,
        glance: float = 0.2,
        enough: Callable[[Json], bool] = lambda _: False,
    ) -> list[Json]:
        """Look at a sync every ``glance`` seconds, until it has ended or it is enough."""
        seen: list[Json] = []
        until = time.monotonic() + patience
        while time.monotonic() < until:
            seen.append(self.get(f"/v1/syncs/{sync_id}", owner))
            if seen[-1]["status"] not in UNDER_WAY or enough(seen[-1]):
                break
            self.idle(glance)
        return seen

    def transactions(self, owner: str, **filters: str | int) -> list[Json]:
        """Give all transactions, page by page."""
        found: list[Json] = []
        page = self.get("/v1/transactions", owner, limit=200, **filters)
        found += page["data"]
        while page["has_more"]:
            place = page["next_cursor"]
            page = self.get("/v1/transactions", owner, limit=200, cursor=place, **filters)
            found += page["data"]
        return found


def counts(sync: Json) -> tuple[str, int, int]:
    """Give how a sync ended, what was new and what was known."""
    return sync["status"], sync["counts"]["new"], sync["counts"]["known"]


def balances(server: Server, owner: str) -> dict[str, tuple[Decimal, Decimal]]:
    """Give the synced and the calculated balance of each asset."""
    rows = server.get("/v1/balances", owner)["data"]
    return {row["asset"]: (Decimal(row["synced"]), Decimal(row["calculated"])) for row in rows}


@pytest.fixture(scope="session")
def recordings() -> Path | None:
    """Give the folder of recordings, where there is one."""
    folder = os.environ.get("TIDEMARK_RECORDINGS")
    return Path(folder) if folder else None


@pytest.fixture(scope="session")
def exchange() -> Iterator[Exchange]:
    """Serve Kraken accounts; open one for each test."""
    with Exchange() as served:
        yield served


@pytest.fixture(scope="session")
def kraken(exchange: Exchange) -> KrakenSource:
    """Open a Kraken account of 400 ledger rows."""
    return exchange.account(generate(400, burst_rows=40))


@pytest.fixture(scope="session")
def esplora(recordings: Path | None) -> Iterator[EsploraSource]:
    """Serve a made-up wallet, and the recorded one where there are recordings."""
    with EsploraSource(events=30, recorded=recordings and recordings / RECORDED) as source:
        yield source


@pytest.fixture(scope="session")
def server(exchange: Exchange, esplora: EsploraSource) -> Iterator[Server]:
    """Serve the product for all tests."""
    sources = {"kraken": exchange.url, "bitcoin": esplora.url}
    with ServerChild(*FREE_PORTS, *source_arguments(sources)) as child:
        yield Server(child)
