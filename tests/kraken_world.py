"""Worlds whose source is the replayed Kraken server, read by the real connector."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from email.message import Message
from typing import cast

import httpx

from local.sources.kraken import KrakenSource
from local.sources.serving import Served
from tests.fakes import FakeClock
from tests.world import World
from tidemark.connector_kit.registry import Registry
from tidemark.domain.ports import Clock, Connectors
from tidemark.domain.transactions import Transaction

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
"""Later than every record that a made-up history holds."""


def kraken_at(source: KrakenSource, clock: Clock) -> Connectors:
    """Give the connectors, Kraken's real one bound to the server's port."""
    registry = Registry("tidemark.connectors", clock, {"kraken": source.url})
    return cast("Connectors", registry)


Watcher = Callable[[str, str], None]
"""Is told ``"before"`` or ``"after"``, and which path was called; may raise: a crash."""


def kraken_in_process(source: Served, clock: Clock, watch: Watcher) -> Connectors:
    """Give the connectors, bound to the server without a socket in between."""

    def answer(request: httpx.Request) -> httpx.Response:
        watch("before", request.url.path)
        response = answered(source, request)
        watch("after", request.url.path)
        return response

    transport = httpx.MockTransport(answer)
    registry = Registry("tidemark.connectors", clock, {"kraken": "http://kraken"}, transport)
    return cast("Connectors", registry)


def answered(source: Served, request: httpx.Request) -> httpx.Response:
    """Have a server answer a request."""
    headers = Message()
    for name, value in request.headers.items():
        headers[name] = value
    told = source.answer(request.method, request.url.path, headers, request.read())
    shown = {"content-type": told.content_type}
    if told.retry_after is not None:
        shown["retry-after"] = told.retry_after
    return httpx.Response(told.status, headers=shown, content=told.body)


def kraken_world(source: KrakenSource) -> World:
    """Give stores in memory and one integration of the server."""
    clock = FakeClock(NOW)
    it = World(clock=clock, connectors=kraken_at(source, clock))
    it.connect(connector="kraken", credentials=source.credentials)
    return it


def legs_of(transactions: Iterable[Transaction]) -> dict[str, frozenset[tuple[str, str, str]]]:
    """Give the ledger's legs in the words of the generator's truth."""
    return {
        each.id: frozenset((leg.id, leg.asset, f"{leg.amount:f}") for leg in each.legs)
        for each in transactions
    }
