"""The connectors of banks on the aggregators of this machine."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from local.sources.bank import BankClock
from local.sources.enable_banking import EnableBankingSource
from local.sources.gocardless import GocardlessSource
from tidemark.connector_kit.base import Connector
from tidemark.connector_kit.registry import Registry
from tidemark.domain.consents import Application, Granted, Present
from tidemark.domain.pages import Page, Unread, Window
from tidemark.domain.reading import merge
from tidemark.domain.transactions import Found
from tidemark.errors import RateLimited

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
RETURN_TO = "https://tidemark.example/v1/consents/callback"
PRESENT = Present("203.0.113.9", "Firefox")


class Known:
    """Applications that anybody accepts."""

    def get(self, connector: str) -> Application:
        """Give one."""
        return Application(connector, "a secret", _signature)


def _signature(_content: bytes) -> bytes:
    """Sign as nobody checks."""
    return b"signature"


@dataclass
class Quotas:
    """A quota that keeps what it was asked and told."""

    most: int = 99
    taken: list[tuple[str, str]] = field(default_factory=list)
    heard: dict[tuple[str, str], tuple[int, datetime]] = field(default_factory=dict)

    def take(self, account: str, scope: str, most: int) -> None:
        """Count; refuse what is more."""
        assert most == 4
        if self.taken.count((account, scope)) >= self.most:
            raise RateLimited("Used up.", timedelta(hours=1))
        self.taken.append((account, scope))

    def told(self, account: str, scope: str, remaining: int, resets_at: datetime) -> None:
        """Keep what the aggregator said."""
        self.heard[account, scope] = remaining, resets_at


@dataclass
class Read:
    """What came out of a walk."""

    found: dict[str, Found] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)

    @property
    def bookmark(self) -> str | None:
        """Give what the walk left."""
        return self.pages[-1].bookmark

    @property
    def unread(self) -> list[Unread]:
        """Give what could not be read."""
        return [row for page in self.pages for row in page.unread]

    @property
    def warnings(self) -> list[str]:
        """Give what was said of the source."""
        return [text for page in self.pages for text in page.warnings]

    def take(self, page: Page) -> None:
        """Add a page."""
        self.pages.append(page)
        for each in page.transactions:
            known = self.found.get(each.id)
            self.found[each.id] = merge(known, each) if known else each


@dataclass
class BankWorld[S: (EnableBankingSource, GocardlessSource)]:
    """One connection of one owner at one aggregator, whose clock is the bank's."""

    source: S
    name: str
    granted: Granted | None = None
    quota: Quotas = field(default_factory=Quotas)

    def __post_init__(self) -> None:
        urls = {self.name: self.source.url}
        self.registry = Registry(
            "tidemark.connectors", self.source.bank.clock, urls, applications=Known()
        )
        self.owners = self.registry.get(self.name).connector.check(self.source.credentials)

    def open(self, present: Present | None = None) -> AbstractContextManager[Connector]:
        """Open the source with the consent that there is, or with none."""
        credentials: Mapping[str, str] = self.granted.credentials if self.granted else self.owners
        return self.registry.get(self.name).open(credentials, present=present, quota=self.quota)

    def consent(self) -> Granted:
        """Link, agree at the bank's page, and come back."""
        facts = self.registry.get(self.name)
        with facts.open(self.owners) as source:
            link = source.link("the state", RETURN_TO)
        came = parse_qs(urlsplit(self.source.consent(link.url)).query)
        assert came["state"] == ["the state"]
        with facts.open(self.owners) as source:
            self.granted = source.grant(came.get("code", [""])[0], link.keep)
        return self.granted

    def read(
        self,
        since: datetime | None = None,
        bookmark: str | None = None,
        *,
        until: datetime | None = None,
        present: Present | None = None,
    ) -> Read:
        """Walk to the end, each page with a source of its own."""
        read, cursor = Read(), None
        window = Window(since, until or self.source.bank.clock.now())
        while not read.pages or cursor is not None:
            with self.open(present) as source:
                page = source.page("transactions", window, cursor, bookmark)
            read.take(page)
            cursor = page.cursor
        return read


def still() -> BankClock:
    """Give a clock that stands."""
    return BankClock(NOW, still=True)
