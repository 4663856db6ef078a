"""``python -m local demo``: connects accounts, syncs them twice, shows and verifies the result."""

import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from http import HTTPStatus
from typing import IO, Any

import httpx

from local.child import FREE_PORTS, NotReady, ServerChild, source_arguments
from local.demo_view import View
from local.replay import Account, Leg, replay_sources

OWNER = "demo"
_LOOK = 0.4  # seconds between two looks at a sync
_PATIENCE = 50.0  # seconds that all syncs of one round may take
_ANSWERED_WELL = re.compile(r"[A-Z]+ /\S+ 2\d\d \d+ ms")
_UNDER_WAY = {"queued", "running", "waiting_for_user"}

type Json = dict[str, Any]


class Unexpected(RuntimeError):
    """The API answered otherwise than it should."""


@dataclass(slots=True)
class Connected:
    """An account, its integration, and the syncs that it went through."""

    account: Account
    integration: str
    syncs: list[Json] = field(default_factory=list)


def demo() -> int:
    """Show the product at work; 0 only if everything matched."""
    view = View()
    began = time.monotonic()
    with tempfile.TemporaryFile() as log:
        try:
            wrong = _run(view, log)
        except (NotReady, Unexpected, httpx.HTTPError) as error:
            wrong = [str(error)]
        if wrong:
            view.log(_tail(log))
    view.verdict(wrong, time.monotonic() - began)
    return 1 if wrong else 0


def _run(view: View, log: IO[bytes]) -> list[str]:
    """Do everything; give what did not match."""
    with replay_sources() as replay:
        view.say("Starting the sources and the server ...")
        arguments = (*FREE_PORTS, *source_arguments(replay.urls))
        with ServerChild(*arguments, log=log.fileno()) as server:
            api = Api(server.client(OWNER))
            view.say(f"The API answers at {server.api}.")
            return _show(api, view, replay.accounts)


def _show(api: "Api", view: View, accounts: Sequence[Account]) -> list[str]:
    """Connect, sync, re-sync, and show what came of it."""
    created = [api.connect(account) for account in accounts]
    connected = [Connected(a, made["id"]) for a, made in zip(accounts, created, strict=True)]
    _follow(api, view, connected, [made["first_sync"] for made in created], "first sync")
    again = api.sync_missing([each.integration for each in connected])
    by_integration = {sync["integration"]: sync["id"] for sync in again}
    ids = [by_integration[each.integration] for each in connected]
    _follow(api, view, connected, ids, "sync missing")
    balances = api.balances()
    view.integrations(api.integrations())
    view.syncs([(each.account.name, each.syncs) for each in connected])
    view.balances({each.integration: each.account.name for each in connected}, balances)
    view.transactions(api.last_transactions())
    return [fault for each in connected for fault in faults_of(api, each, balances)]


def _follow(
    api: "Api", view: View, connected: Sequence[Connected], ids: Sequence[str], what: str
) -> None:
    """Show syncs while they run; keep their last state with their accounts."""
    until = time.monotonic() + _PATIENCE
    with view.progress([f"{each.account.name}: {what}" for each in connected]) as bars:
        syncs = [api.sync(sync_id) for sync_id in ids]
        while any(sync["status"] in _UNDER_WAY for sync in syncs) and time.monotonic() < until:
            bars.show(syncs)
            time.sleep(_LOOK)
            syncs = [api.sync(sync_id) for sync_id in ids]
        bars.show(syncs)
    for each, sync in zip(connected, syncs, strict=True):
        each.syncs.append(sync)


def faults_of(api: "Api", connected: Connected, balances: Sequence[Json]) -> Iterator[str]:
    """Say what is not as the source's truth has it."""
    name, expected = connected.account.name, connected.account.transactions
    first, again = connected.syncs
    for sync in (first, again):
        if sync["status"] != "succeeded":
            yield f"{name}: a sync ended as {sync['status']}: {sync['error'] or sync['warnings']}"
    found = (first["counts"]["new"], again["counts"]["new"], again["counts"]["known"])
    if found != (expected, 0, expected):
        yield f"{name}: {expected} expected; new, then new and known: {found}"
    ledger = api.transactions(connected.integration)
    if len(ledger) != expected:
        yield f"{name}: {expected} transactions expected, {len(ledger)} are in the ledger"
    legs = connected.account.legs
    if legs is not None and legs != legs_of(ledger):
        yield f"{name}: legs differ: {sorted(legs ^ legs_of(ledger))[:3]} ..."
    mine = [row for row in balances if row["integration"] == connected.integration]
    yield from _wrong_balances(connected.account, mine)


def legs_of(transactions: Sequence[Json]) -> frozenset[Leg]:
    """Give the legs of transactions as the truth has them."""
    legs = (leg for transaction in transactions for leg in transaction["legs"])
    return frozenset((leg["id"], leg["asset"], Decimal(leg["amount"])) for leg in legs)


def _wrong_balances(account: Account, rows: Sequence[Json]) -> Iterator[str]:
    """Say which balances are not what they should be."""
    shown = {row["asset"]: row for row in rows}
    for asset, amount in account.balances.items():
        row = shown.get(asset, {"synced": "0", "calculated": "0"})
        if Decimal(row["calculated"]) != amount:
            yield f"{account.name}: {asset} is {row['calculated']}, and should be {amount}"
    for asset, row in shown.items():
        if row["synced"] is None or Decimal(row["synced"]) != Decimal(row["calculated"]):
            yield f"{account.name}: {asset}: synced {row['synced']} is not {row['calculated']}"


class Api:
    """The HTTP API, as the demo uses it."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def connect(self, account: Account) -> Json:
        """Connect an account; its first sync starts at once."""
        body = {
            "connector": account.connector,
            "name": account.name,
            "credentials": dict(account.credentials),
        }
        return self._ask("POST", "/v1/integrations", HTTPStatus.CREATED, json=body)

    def sync_missing(self, integrations: Sequence[str]) -> list[Json]:
        """Read everything again, through Step Functions."""
        body = {"integrations": list(integrations), "mode": "missing"}
        return self._list("POST", "/v1/syncs", HTTPStatus.ACCEPTED, json=body)

    def sync(self, sync_id: str) -> Json:
        """Give one sync."""
        return self._ask("GET", f"/v1/syncs/{sync_id}", HTTPStatus.OK)

    def integrations(self) -> list[Json]:
        """Give all integrations."""
        return self._list("GET", "/v1/integrations", HTTPStatus.OK)

    def balances(self) -> list[Json]:
        """Give all balances."""
        return self._list("GET", "/v1/balances", HTTPStatus.OK)

    def last_transactions(self) -> list[Json]:
        """Give the last transactions of all integrations."""
        return self._list("GET", "/v1/transactions", HTTPStatus.OK, params={"limit": 8})

    def transactions(self, integration: str) -> list[Json]:
        """Give all of an integration's transactions, page by page."""
        place: dict[str, str | int] = {"integration": integration, "limit": 200}
        found: list[Json] = []
        while True:
            page = self._ask("GET", "/v1/transactions", HTTPStatus.OK, params=place)
            found += page["data"]
            if not page["has_more"]:
                return found
            place["cursor"] = page["next_cursor"]

    def _list(self, method: str, path: str, expected: HTTPStatus, **more: Any) -> list[Json]:  # noqa: ANN401
        """Ask for a list."""
        data: list[Json] = self._ask(method, path, expected, **more)["data"]
        return data

    def _ask(self, method: str, path: str, expected: HTTPStatus, **more: Any) -> Json:  # noqa: ANN401
        """Ask, and insist on a status."""
        answer = self._client.request(method, path, **more)
        if answer.status_code != expected:
            raise Unexpected(f"{method} {path}: {answer.status_code} {answer.text}")
        said: Json = answer.json()
        return said


def _tail(log: IO[bytes], lines: int = 30) -> str:
    """Give the end of the server's log, without the requests that were answered well."""
    log.seek(0)
    text = log.read().decode(errors="replace")
    told = [line for line in text.splitlines() if not _ANSWERED_WELL.fullmatch(line)]
    return "\n".join(told[-lines:])
