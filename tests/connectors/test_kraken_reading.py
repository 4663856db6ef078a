"""Kraken's ledger, as a server on this machine serves it: nothing is lost, whatever happens."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from local.sources.kraken import Behaviour, KrakenSource
from local.sources.kraken_history import generate
from tests.connectors.kraken_played import NOW, Still, opened, walk
from tidemark.connector_kit.http import Http
from tidemark.connectors.kraken import Kraken
from tidemark.domain.legs import net
from tidemark.domain.pages import Window
from tidemark.domain.transactions import Found
from tidemark.errors import CursorExpired, RateLimited

LATE = {
    "refid": "QLATE",
    "type": "deposit",
    "subtype": "",
    "asset": "NEWCOIN",
    "amount": "1",
    "fee": "0",
    "balance": "1",
}


@pytest.fixture(scope="module")
def served() -> Iterator[KrakenSource]:
    """Serve one history to all tests that leave it as it is."""
    with KrakenSource(generate(1_500, seed=7, burst_rows=200)) as source:
        yield source


def legs(found: dict[str, Found]) -> dict[str, frozenset[tuple[str, str, str]]]:
    """Give what was found as the server's truth spells it."""
    return {
        each.id: frozenset((leg.id, leg.asset, f"{leg.amount:f}") for leg in each.legs)
        for each in found.values()
    }


def test_everything_comes_out(served: KrakenSource) -> None:
    """All groups and legs, exactly, though bursts and pages cut through them."""
    truth = served.truth()
    with opened(served) as kraken:
        found, pages = walk(kraken)
        balances = kraken.balances()

    assert legs(found) == truth.legs
    assert sum(page.read for page in pages) == truth.rows
    assert net([leg for each in found.values() for leg in each.legs]) == truth.sums
    assert balances == truth.sums
    assert not any(page.warnings or page.unread or page.incomplete for page in pages)
    assert [page.reached for page in pages] == sorted(
        (page.reached for page in pages if page.reached), reverse=True
    )


def test_parts_on_two_pages_are_announced(served: KrakenSource) -> None:
    """What goes on within two seconds of a page's edge is named as open on it."""
    with opened(served) as kraken:
        _, pages = walk(kraken)

    split = 0
    for page, following in itertools.pairwise(pages):
        both = {f.id for f in page.transactions} & {f.id for f in following.transactions}
        near = {
            f.id
            for f in page.transactions
            if (f.occurred_at - (page.reached or NOW)).total_seconds() < 2
        }
        split += len(both & page.open_ids)
        assert both & near <= page.open_ids
    assert split


@pytest.mark.parametrize("newest", [1, 40, 333, 700])
def test_a_window_holds_all_that_begins_in_it(served: KrakenSource, newest: int) -> None:
    """Events that begin inside come with all their legs, the edge second included."""
    with opened(served) as kraken:
        everything, _ = walk(kraken)
        edge = sorted(f.occurred_at for f in everything.values())[-newest]
        found, _ = walk(kraken, since=edge)

    inside = {key: value for key, value in everything.items() if value.occurred_at >= edge}
    assert inside
    assert {key: set(value.legs) for key, value in inside.items()} == {
        key: set(value.legs) for key, value in found.items() if key in inside
    }


def test_rows_that_arrive_do_no_harm() -> None:
    """Late ones inside the window shift the pages: nothing is lost by that."""
    with KrakenSource(generate(300)) as source, opened(source) as kraken:
        before = source.truth()
        page = kraken.page("ledger", Window(None, NOW), None, None)
        source.append("LLATE", LATE, datetime(2025, 11, 1, tzinfo=UTC))
        found = {each.id for each in page.transactions}
        while page.cursor:
            page = kraken.page("ledger", Window(None, NOW), page.cursor, None)
            found |= {each.id for each in page.transactions}

    assert before.legs.keys() <= found
    assert page.incomplete is None


def test_rows_that_disappear_begin_the_window_anew() -> None:
    """A row taken away moves others up, over the edge of a page that was read."""
    with KrakenSource(generate(300)) as source, opened(source) as kraken:
        page = kraken.page("ledger", Window(None, NOW), None, None)
        source.remove(source.history.ledger[-1].id)
        with pytest.raises(CursorExpired):
            kraken.page("ledger", Window(None, NOW), page.cursor, None)


def test_a_page_that_comes_again_and_again_is_told() -> None:
    """A source that ignores where it was asked to go on is not read for ever."""
    rows = {"L1": {**LATE, "time": "1700000000"}}
    answer = {"error": [], "result": {"ledger": rows, "count": 99}}
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, json=answer))
    http = Http(Kraken.base_url, clock=Still(), transport=transport)
    kraken = Kraken({"api_key": "key", "api_secret": "YQ=="}, http=http, clock=Still())
    page = kraken.page("ledger", Window(None, NOW), None, None)

    with pytest.raises(CursorExpired):
        kraken.page("ledger", Window(None, NOW), page.cursor, None)


def test_an_answer_that_only_looks_empty_is_not_complete() -> None:
    """Rows were announced and none came."""
    answer = {"error": [], "result": {"ledger": {}, "count": 99}}
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, json=answer))
    http = Http(Kraken.base_url, clock=Still(), transport=transport)
    kraken = Kraken({"api_key": "key", "api_secret": "YQ=="}, http=http, clock=Still())
    page = kraken.page("ledger", Window(None, NOW), None, None)

    assert page.cursor is None
    assert page.incomplete


def test_a_count_that_is_not_reached_is_not_complete() -> None:
    """The walk ends all the same, and says what is missing."""
    behaviour = Behaviour(count_surplus=3)
    with KrakenSource(generate(120), behaviour=behaviour) as source, opened(source) as kraken:
        found, pages = walk(kraken)
        truth = source.truth()

    assert legs(found) == truth.legs
    assert "3 more" in str(pages[-1].incomplete)
    assert not any(page.incomplete for page in pages[:-1])


def test_a_changed_amount_shows_in_the_running_balance() -> None:
    """The chain of balances does not bear a change."""
    with KrakenSource(generate(300)) as source, opened(source) as kraken:
        changed = next(r for r in source.history.ledger[100:] if b'"asset":"ZEUR"' in r.spelled)
        source.modify(changed.id, amount="123456.0000")
        _, pages = walk(kraken)

    warnings = [warning for page in pages for warning in page.warnings]
    assert len(warnings) == 1
    assert "ZEUR" in warnings[0]


@pytest.mark.parametrize(("retry_after", "seconds"), [(None, 45), ("3", 3)])
def test_rate_limits_are_passed_on_and_the_walk_goes_on(
    retry_after: str | None, seconds: int
) -> None:
    """By Kraken's words or by status, the same cursor works afterwards."""
    behaviour = Behaviour(limit_every=3, retry_after=retry_after)
    cursor: str | None = None
    ids, waits, more = set[str](), list[timedelta | None](), True
    with KrakenSource(generate(300), behaviour=behaviour) as source, opened(source) as kraken:
        while more:
            try:
                page = kraken.page("ledger", Window(None, NOW), cursor, None)
            except RateLimited as error:
                waits.append(error.retry_after)
                continue
            ids |= {each.id for each in page.transactions}
            cursor, more = page.cursor, page.cursor is not None
        truth = source.truth()

    assert ids == truth.legs.keys()
    assert set(waits) == {timedelta(seconds=seconds)}
