"""A chain, an explorer of it, and a way to read a wallet from it as the engine does."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

import httpx

from local.sources.chain import Chain, Coin
from local.sources.esplora import Explorer
from tests.fakes import FakeClock
from tidemark.connector_kit.http import Http
from tidemark.connectors.bitcoin import Bitcoin
from tidemark.domain.legs import net
from tidemark.domain.pages import Page, Unread, Window
from tidemark.domain.transactions import Found

ZPUB = (
    "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31m"
    "GDtKsAYz2oz2AGutZYs"
)
YPUB = (
    "ypub6Ww3ibxVfGzLrAH1PNcjyAWenMTbbAosGNB6VvmSEgytSER9azLDWCxoJwW7Ke7icmizBMXrzBx9979FfaHxHcrAr"
    "f3zbeJJJUZPf663zsP"
)
TAPROOT_XPUB = (
    "xpub6BgBgsespWvERF3LHQu6CnqdvfEvtMcQjYrcRzx53QJjSxarj2afYWcLteoGVky7D3UKDP9QyrLprQ3VCECoY49yfd"
    "DEHGCtMMj92pReUsQ"
)
STRANGER = "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"
LATER = datetime(2030, 1, 1, tzinfo=UTC)


@dataclass
class Read:
    """All that came of one reading; ``named`` counts transactions as often as they came."""

    found: dict[str, Found] = field(default_factory=dict)
    named: int = 0
    pending: list[Found] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    def take(self, page: Page) -> None:
        """Add a page."""
        self.found.update({found.id: found for found in page.transactions})
        self.named += len(page.transactions)
        self.pending.extend(page.pending)
        self.unread.extend(page.unread)
        self.pages.append(page)

    @property
    def bookmark(self) -> str:
        """Give what the last page left."""
        bookmark = self.pages[-1].bookmark
        assert bookmark is not None
        return bookmark

    @property
    def sum(self) -> Decimal:
        """Add up all legs."""
        return net(leg for found in self.found.values() for leg in found.legs).get(
            "BTC", Decimal(0)
        )


@dataclass
class World:
    """One chain, and its explorer behind a transport.

    ``hook`` may answer in the explorer's place; ``damage`` is what it gets wrong of transactions.
    """

    chain: Chain = field(default_factory=Chain)
    explorer: Explorer = field(init=False)
    hook: Callable[[httpx.Request], httpx.Response | None] = lambda _request: None
    damage: dict[str, dict[str, object]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.explorer = Explorer(self.chain)

    def pay(self, address: str, value: int) -> Coin:
        """Let a stranger pay an address; it waits for a block."""
        return self.chain.send(
            [self.chain.strange_coin(STRANGER, value + 500)], [(address, value)]
        )[0]

    def open(self, *keys: str) -> Bitcoin:
        """Open a wallet."""
        clock = FakeClock(LATER)
        transport = httpx.MockTransport(self._answer)
        http = Http(
            "https://explorer.example/api", clock=clock, transport=transport, sleep=lambda _: None
        )
        return Bitcoin(Bitcoin.check({"public_key": list(keys)}), http=http, clock=clock)

    def read(
        self,
        *keys: str,
        bookmark: str | None = None,
        since: datetime | None = None,
        until: datetime = LATER,
        fresh: bool = False,
    ) -> Read:
        """Read a wallet to its end; with ``fresh`` each page gets a connector of its own."""
        read, cursor, window = Read(), None, Window(since, until)
        source = self.open(*keys)
        while not read.pages or cursor is not None:
            source = self.open(*keys) if fresh else source
            page = source.page("wallet", window, cursor, bookmark)
            read.take(page)
            cursor = page.cursor
        return read

    def asked(self, pattern: str) -> list[str]:
        """Give the requests so far whose path fits, without the prefix."""
        return self.explorer.asked(f"/api{pattern}")

    def forget_requests(self) -> None:
        """Begin to count anew."""
        self.explorer.requests.clear()

    def _answer(self, request: httpx.Request) -> httpx.Response:
        """Answer as the explorer does, unless the hook has another answer."""
        other = self.hook(request)
        if other is not None:
            return other
        reply = self.explorer.answer(request.url.raw_path.decode())
        text = reply.text
        if text.startswith("["):
            records = [{**each, **self.damage.get(each["txid"], {})} for each in json.loads(text)]
            text = json.dumps(records)
        wait = {} if reply.retry_after is None else {"Retry-After": str(reply.retry_after)}
        return httpx.Response(reply.status, text=text, headers=wait)
