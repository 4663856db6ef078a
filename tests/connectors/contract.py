"""The contract that every connector passes, and what a connector supplies to be tested.

For each module ``tidemark/connectors/<name>.py`` (but ``manual``) there is a module
``tests/connectors/<name>_case.py`` with one value ``CASE`` of class ``Case``. It supplies

- a scripted source: functions that make an ``Answer``, a callable which takes an
  ``httpx.Request`` and gives an ``httpx.Response`` (it is put into ``httpx.MockTransport``);
- what must come out of it, written by hand (``golden`` and ``expected``);
- how the source looks when things go wrong (``refusals``);
- a history of k events at one and the same second (``burst``).

The suite in ``test_contract.py`` walks these sources page by page, as the engine does: parts of one
transaction that come on several pages are merged, a walk whose cursor expired begins again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import httpx

from tests import canaries
from tidemark.connector_kit.base import Connector
from tidemark.connector_kit.http import Http
from tidemark.domain.consents import Application
from tidemark.domain.legs import kind_of
from tidemark.domain.pages import Page, Unread, Window
from tidemark.domain.reading import merge
from tidemark.domain.transactions import Found
from tidemark.errors import CursorExpired, SourceError

Answer = Callable[[httpx.Request], httpx.Response]

MOST_PAGES = 500
MOST_RESTARTS = 3


class Fact(NamedTuple):
    """One transaction as it must come out; times in RFC 3339, legs as (asset, amount, role)."""

    id: str
    source_id: str
    occurred_at: str
    kind: str
    legs: tuple[tuple[str, str, str], ...]


class Refusal(NamedTuple):
    """A source that refuses every call, and the error that must come of it."""

    answer: Answer
    error: type[SourceError]


@dataclass(frozen=True)
class Case:
    """What a connector supplies.

    ``secrets`` are the parts of ``credentials`` that may appear in no URL, error or log.
    ``reads`` are all calls that the connector may make, as (method, regular expression of the
    path). ``golden`` makes a source of several pages with every kind of record that the connector
    knows, and at least one that it does not; out of it, in ``window``, come exactly the
    ``expected`` transactions, the records with the ids ``unread``, and ``balances``.
    ``burst`` makes a source with so many events at one second, and gives the ids they must get.
    ``page_size`` is how many of its events fit on one page.
    A source that is linked by consent has ``granted`` credentials besides those that its owner
    enters, and the deployment's ``application``.
    """

    connector: type[Connector]
    credentials: Mapping[str, str]
    secrets: Sequence[str]
    window: Window
    golden: Callable[[], Answer]
    expected: Sequence[Fact]
    burst: Callable[[int], tuple[Answer, frozenset[str]]]
    page_size: int
    refusals: Mapping[str, Refusal]
    reads: Sequence[tuple[str, str]]
    unread: frozenset[str] = frozenset()
    balances: Mapping[str, str] | None = None
    granted: Mapping[str, str] = field(default_factory=dict)
    application: Application | None = None

    def __post_init__(self) -> None:
        """Look out for the secrets from now on."""
        canaries.plant(*self.secrets)


@dataclass(frozen=True)
class Still:
    """A clock that stands."""

    at: datetime

    def now(self) -> datetime:
        """Give the one moment."""
        return self.at


@dataclass
class Watched:
    """An answer that remembers what it was asked."""

    answer: Answer
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer and remember."""
        self.requests.append(request)
        return self.answer(request)


@dataclass
class Walked:
    """All that came out of a walk."""

    found: dict[str, Found] = field(default_factory=dict)
    unread: dict[str, Unread] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)

    def take(self, page: Page) -> None:
        """Add a page, merging what came in parts."""
        self.pages.append(page)
        self.unread.update({row.id: row for row in page.unread})
        for found in page.transactions:
            known = self.found.get(found.id)
            self.found[found.id] = merge(known, found) if known else found


def open_source(case: Case, answer: Answer, *, nonce: int = 0) -> Connector:
    """Open a case's connector on a scripted source; retries do not really wait."""
    http = Http(
        case.connector.base_url,
        clock=Still(case.window.until),
        transport=httpx.MockTransport(answer),
        sleep=lambda _seconds: None,
    )
    return case.connector(
        {**case.credentials, **case.granted},
        http=http,
        clock=Still(case.window.until),
        nonce=nonce,
        application=case.application,
    )


def walk(case: Case, answer: Answer, *, drop: bool = False) -> Walked:
    """Read all streams to their ends; with ``drop`` every page gets a connector of its own."""
    walked = Walked()
    source = open_source(case, answer)
    for stream in case.connector.streams:
        cursor, restarts, first = None, 0, True
        while cursor is not None or first:
            first = False
            source = open_source(case, answer, nonce=source.nonce) if drop else source
            try:
                page = source.page(stream, case.window, cursor, None)
            except CursorExpired:
                restarts, cursor, first = restarts + 1, None, True
                assert restarts <= MOST_RESTARTS
                continue
            walked.take(page)
            cursor = page.cursor
            assert len(walked.pages) <= MOST_PAGES
    return walked


def fact_of(found: Found) -> Fact:
    """Give what a found transaction says, in the form that a case writes."""
    return Fact(
        found.id,
        found.source_id,
        found.occurred_at.isoformat().replace("+00:00", "Z"),
        kind_of(found.legs).value,
        tuple(sorted((leg.asset, f"{leg.amount:f}", leg.role.value) for leg in found.legs)),
    )
