"""Lists over many integrations, from any place, in any order: nothing twice, nothing left out."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import MemoryJournal, MemoryLedger
from tests.world import START
from tidemark.domain.facts import Overlay
from tidemark.domain.integrations import Integration, IntegrationKey, IntegrationKind
from tidemark.domain.journal import Chunk, Noted
from tidemark.domain.transactions import Transaction
from tidemark.services.walk_transactions import ByImport, ByTime, Row, span, take

OWN = [
    Integration(
        IntegrationKey("alice", f"intg_01J0000000000000000000000{n}"),
        "fake",
        IntegrationKind.EXCHANGE,
        "Fake",
        START,
    )
    for n in range(3)
]
PLACES = st.tuples(st.integers(0, 2), st.integers(0, 4), st.sampled_from("abcdefgh"))
ROWS = st.lists(PLACES, max_size=25, unique_by=lambda row: (row[0], row[2]))


def anything(_: Row) -> bool:
    """Admit every row."""
    return True


def ledger_of(rows: list[tuple[int, int, str]]) -> MemoryLedger:
    """Keep rows (integration, second, id); many share a second."""
    ledger = MemoryLedger()
    for number, second, name in rows:
        at = START + timedelta(seconds=second)
        ledger.of(OWN[number].key)[name] = Transaction(name, name, at, (), START, "sync_1")
    return ledger


def pages(
    walk: Callable[[Any], Iterator[tuple[Any, Row]]], limit: int, scan: int = 1_000
) -> list[tuple[str, str]]:
    """Go through a list page by page, as a client does with cursors."""
    after, rows = None, []
    while True:
        portion = take(walk(after), anything, limit, scan)
        rows += [(row.integration.id, row.transaction.id) for row in portion.rows]
        if portion.last is None:
            return rows
        after = portion.last


@given(ROWS, st.integers(1, 5), st.booleans())
def test_pages_by_time_are_the_whole_list_in_order(
    rows: list[tuple[int, int, str]],
    limit: int,
    newest: bool,  # noqa: FBT001 - a drawn value
) -> None:
    """Whatever the page size, with ties within and across integrations."""
    walk = ByTime(ledger_of(rows), OWN, span(None, None), newest).walk
    expected = sorted(((second, OWN[n].id, name) for n, second, name in rows), reverse=newest)
    assert pages(walk, limit) == [(integration, name) for _, integration, name in expected]
    assert pages(walk, 1_000, scan=limit) == pages(walk, limit)


@given(ROWS, PLACES, st.integers(1, 4))
def test_a_row_that_is_added_meanwhile_disturbs_no_other(
    rows: list[tuple[int, int, str]], added: tuple[int, int, str], limit: int
) -> None:
    """Those that were there are seen once."""
    ledger = ledger_of(rows)
    walk = ByTime(ledger, OWN, span(None, None), newest_first=True).walk
    whole = pages(walk, 1_000)
    first = take(walk(None), anything, limit, 1_000)
    number, second, name = added
    new = Transaction(f"new-{name}", "new", START + timedelta(seconds=second), (), START, "sync_2")
    ledger.of(OWN[number].key)[new.id] = new
    seen = [(row.integration.id, row.transaction.id) for row in first.rows]
    if first.last is not None:
        rest = take(walk(first.last), anything, 1_000, 1_000)
        seen += [(row.integration.id, row.transaction.id) for row in rest.rows]
    assert [each for each in seen if each[1] != new.id] == whole


MOVES = st.lists(st.tuples(st.integers(0, 24), st.integers(0, 4)), max_size=6)


def moved(
    ledger: MemoryLedger, rows: list[tuple[int, int, str]], moves: list[tuple[int, int]]
) -> dict[tuple[int, str], int]:
    """Have the owner move rows in time; give where each is."""
    times = {(number, name): second for number, second, name in rows}
    for which, second in moves:
        if which < len(rows):
            number, _, name = rows[which]
            stored = ledger.of(OWN[number].key)[name]
            overlay = Overlay(occurred_at=START + timedelta(seconds=second))
            ledger.of(OWN[number].key)[name] = replace(stored, overlay=overlay)
            times[number, name] = second
    return times


@given(ROWS, MOVES, st.integers(1, 5), st.booleans())
def test_pages_by_time_go_by_the_owners_time(
    rows: list[tuple[int, int, str]],
    moves: list[tuple[int, int]],
    limit: int,
    newest: bool,  # noqa: FBT001 - a drawn value
) -> None:
    """The whole list in order, as if their source had told it so."""
    ledger = ledger_of(rows)
    times = moved(ledger, rows, moves)
    walk = ByTime(ledger, OWN, span(None, None), newest).walk
    order = [(second, OWN[number].id, name) for (number, name), second in times.items()]
    expected = [(owner, name) for _, owner, name in sorted(order, reverse=newest)]
    assert pages(walk, limit) == expected


@given(ROWS, MOVES, st.integers(1, 4))
def test_rows_that_are_moved_meanwhile_disturb_no_other(
    rows: list[tuple[int, int, str]], moves: list[tuple[int, int]], limit: int
) -> None:
    """Those that stay where they were are seen once, in order; none is seen more than twice."""
    ledger = ledger_of(rows)
    walk = ByTime(ledger, OWN, span(None, None), newest_first=True).walk
    whole = pages(walk, 1_000)
    first = take(walk(None), anything, limit, 1_000)
    seen = [(row.integration.id, row.transaction.id) for row in first.rows]
    moved(ledger, rows, moves)
    if first.last is not None:
        rest = take(walk(first.last), anything, 1_000, 1_000)
        seen += [(row.integration.id, row.transaction.id) for row in rest.rows]
    gone = {(OWN[rows[n][0]].id, rows[n][2]) for n, _ in moves if n < len(rows)}
    assert [each for each in seen if each not in gone] == [e for e in whole if e not in gone]
    assert all(seen.count(each) <= 2 for each in gone)


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 6)), max_size=8),
    st.integers(1, 4),
    st.integers(0, 300),
)
def test_pages_by_import_follow_the_journal(
    chunks: list[tuple[int, int]], limit: int, lost: int
) -> None:
    """Newest chunk first, each row once; ids that were only set out to be written are no rows."""
    ledger, journal = MemoryLedger(), MemoryJournal()
    for turn, (number, size) in enumerate(chunks):
        ids = tuple(f"{turn}-{nth}" for nth in range(size))
        key = OWN[number].key
        wanted = Chunk(START, f"sync_{turn}", key.integration_id, (*ids, "lost"))
        at = journal.note("alice", wanted).at
        for each in ids:
            ledger.of(key)[each] = Transaction(each, each, at, (), at, f"sync_{turn}")
    if chunks:
        ids = tuple(f"lost-{n}" for n in range(lost))
        journal.note("alice", Chunk(START, "sync_x", OWN[0].id, ids))
        journal.note("alice", Chunk(START, "", OWN[0].id, ids, Noted.MODIFIED))
    walk = ByImport(ledger, journal, "alice", {each.id: each for each in OWN}).walk
    expected = [
        (OWN[number].id, f"{turn}-{nth}")
        for turn, (number, size) in reversed(list(enumerate(chunks)))
        for nth in range(size)
    ]
    assert pages(walk, limit) == expected
