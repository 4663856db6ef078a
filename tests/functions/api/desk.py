"""A desk at which requests are answered: the real handler, over stores in memory."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.entry import Api
from functions.api.services import Services
from tests.canaries import API_KEY, API_SECRET
from tests.fakes import MemoryIdempotency
from tests.fakes.source import FakeSource, trades
from tests.world import START, World
from tidemark.domain.ids import fingerprint, transaction_id
from tidemark.domain.integrations import IntegrationKey, IntegrationKind
from tidemark.domain.pages import KeyRights
from tidemark.domain.syncs import Mode
from tidemark.errors import NotFound

_EVENT = Path(__file__).parents[3] / "events" / "api_list_transactions.json"

WANTED = {
    "connector": "fake",
    "name": "Kraken",
    "credentials": {"api_key": API_KEY, "api_secret": API_SECRET},
}
"""What connects an integration."""

FIRST = IntegrationKey("alice", "intg_01J00000000000000000000000")
SECOND = IntegrationKey("alice", "intg_01J00000000000000000000001")
FOREIGN = IntegrationKey("bob", "intg_01J00000000000000000000002")


@dataclass
class Rated(FakeSource):
    """A source whose key has certain rights."""

    said: KeyRights = field(default_factory=lambda: KeyRights(read_only=True))

    def identity(self, credentials: Mapping[str, str]) -> str:
        """Tell accounts apart as real connectors do: no secret can be read in it."""
        return fingerprint(*(text for pair in sorted(credentials.items()) for text in pair))

    def rights(self) -> KeyRights:
        """Say which rights the key has."""
        super().rights()
        return self.said


class Manual(FakeSource):
    """The connector without a source."""

    name = "manual"
    kind = IntegrationKind.MANUAL


@dataclass(frozen=True)
class Reply:
    """An answer of the API."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON
        """Give the body."""
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """Give the word of a problem."""
        assert self.headers["Content-Type"] == "application/problem+json"
        return str(self.json["code"])

    @property
    def pointers(self) -> list[str]:
        """Give what a problem points at."""
        return [each["pointer"] for each in self.json["errors"]]


@dataclass
class Desk:
    """The ports in memory, and the API over them."""

    source: Rated = field(default_factory=Rated)
    world: World = field(default_factory=World)
    answers: MemoryIdempotency = field(default_factory=MemoryIdempotency)

    def __post_init__(self) -> None:
        """Open the desk."""
        self.world.source = self.source
        self.api = Api(Services(self, self.sleep))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any port
        """Give a port of the world by its name."""
        if name.startswith("_") or not hasattr(self.world, name):
            raise AttributeError(name)
        port = getattr(self.world, name)
        return lambda: port

    def sleep(self, seconds: float) -> None:
        """Let time pass for the clock only."""
        self.world.clock.advance(timedelta(seconds=seconds))

    def idempotency(self) -> MemoryIdempotency:
        """Give the answers already given."""
        return self.answers

    def cursor_key(self) -> bytes:
        """Give a key that is none."""
        return b"cursor-key"

    def public_url(self) -> str:
        """Say nothing: the API is reached under the name that it has."""
        return ""

    def connectors(self) -> "Desk":
        """Give the connectors: this one."""
        return self

    def names(self) -> list[str]:
        """Give their names."""
        return ["fake", "manual"]

    def get(self, name: str) -> FakeSource:
        """Give one."""
        if name == "manual":
            return Manual()
        if name != "fake":
            raise NotFound
        return self.source

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        owner: str | None = "alice",
        headers: Mapping[str, str] | None = None,
        **query: str,
    ) -> Reply:
        """Send a request; a ``body`` that is text is sent as it is."""
        event = event_of(method, path, body, owner=owner, headers=headers, query=query)
        result = self.api(event, LambdaContext())
        return Reply(result["statusCode"], result["headers"], result["body"])

    def fill(self, count: int = 5, key: IntegrationKey = FIRST, page_size: int = 50) -> None:
        """Connect an integration and sync so many trades into it."""
        self.source.rows = trades(count, start=START)
        self.source.page_size = page_size
        self.world.connect(key)
        sync = self.world.requests.request(key.owner, [key.integration_id], Mode.INCREMENTAL)[0]
        self.world.finish(sync)

    def ids(self, key: IntegrationKey = FIRST) -> list[str]:
        """Give the ids of an integration's transactions."""
        return [transaction_id(key.integration_id, each) for each in self.world.ledger.of(key)]

    def change(self, key: IntegrationKey, **facts: object) -> None:
        """Set facts of an integration."""
        stored = self.world.integrations.items[key]
        self.world.integrations.items[key] = replace(stored, **facts)


def event_of(
    method: str,
    path: str,
    body: object = None,
    *,
    owner: str | None = "alice",
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Make an event as API Gateway does, after a real one."""
    event: dict[str, Any] = json.loads(_EVENT.read_text())
    context = event["requestContext"]
    context["http"].update(method=method, path=path)
    context["authorizer"] = {"jwt": {"claims": {"sub": owner}, "scopes": None}}
    if owner is None:
        del context["authorizer"]
    sent = {"content-type": "application/json"} if body is not None else {}
    event.update(
        routeKey=f"{method} {path}",
        rawPath=path,
        headers={**sent, **(headers or {})},
        queryStringParameters=dict(query or {}),
        rawQueryString="&".join(f"{name}={value}" for name, value in (query or {}).items()),
        isBase64Encoded=False,
    )
    event.pop("body", None)
    if body is not None:
        event["body"] = body if isinstance(body, str) else json.dumps(body)
    return event


def change(desk: Desk, number: int, key: IntegrationKey = FIRST, **facts: object) -> str:
    """Set facts of one transaction and give its id."""
    inner = f"ledger:T{number:04}"
    items = desk.world.ledger.of(key)
    items[inner] = replace(items[inner], **facts)
    return transaction_id(key.integration_id, inner)


def path_of(number: int, key: IntegrationKey = FIRST) -> str:
    """Give the path of one transaction."""
    return f"/v1/transactions/{transaction_id(key.integration_id, f'ledger:T{number:04}')}"


def listed(desk: Desk, path: str = "/v1/transactions", **query: str) -> list[dict[str, Any]]:
    """Give all pages of a list, three rows at a time."""
    rows: list[dict[str, Any]] = []
    page = desk.send("GET", path, limit="3", **query).json
    rows += page["data"]
    while page["has_more"]:
        page = desk.send("GET", path, limit="3", cursor=page["next_cursor"], **query).json
        rows += page["data"]
    assert page["next_cursor"] is None
    return rows
