"""The connector on a Kraken server on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from local.sources.kraken import KrakenSource
from tidemark.connector_kit.http import Http
from tidemark.connectors.kraken import Kraken
from tidemark.domain.pages import Page, Window
from tidemark.domain.reading import merge
from tidemark.domain.transactions import Found

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Still:
    """A clock that stands."""

    at: datetime = NOW

    def now(self) -> datetime:
        """Give the moment."""
        return self.at


@contextmanager
def opened(source: KrakenSource, *, nonce: int | None = None) -> Iterator[Kraken]:
    """Open the connector on a server, by default with the last nonce; it never really sleeps."""
    clock = Still()
    nonce = (source.nonces or [0])[-1] if nonce is None else nonce
    http = Http(source.url, clock=clock, sleep=lambda _seconds: None)
    with Kraken(source.credentials, http=http, clock=clock, nonce=nonce) as kraken:
        yield kraken


def walk(kraken: Kraken, since: datetime | None = None) -> tuple[dict[str, Found], list[Page]]:
    """Read everything since a moment."""
    found: dict[str, Found] = {}
    pages: list[Page] = []
    cursor: str | None = None
    while not pages or cursor:
        page = kraken.page("ledger", Window(since, NOW), cursor, None)
        for each in page.transactions:
            found[each.id] = merge(found[each.id], each) if each.id in found else each
        pages.append(page)
        cursor = page.cursor
    return found, pages
