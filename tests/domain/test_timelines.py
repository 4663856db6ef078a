"""Where balances part is found to the transaction, whatever was lost, changed or added."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidemark.domain.timelines import Entry, Timeline

START = datetime(2024, 1, 1, tzinfo=UTC)
SPAN = timedelta(seconds=2)
CODES = ("XXBT", "XBT.M")

Told = dict[str, dict[str, Decimal]]
MOVES = st.lists(
    st.tuples(st.integers(1, 9), st.sampled_from(CODES), st.integers(3, 9_000)),
    min_size=2,
    max_size=60,
)


def history(moves: list[tuple[int, str, int]]) -> tuple[list[Entry], Told]:
    """Make a history, and what the source's records tell."""
    at, balances, told, entries = START, dict.fromkeys(CODES, Decimal(0)), Told(), []
    for number, (amount, code, seconds) in enumerate(moves):
        at += timedelta(seconds=seconds)
        balances[code] += amount
        name = f"T{number:03}"
        told[name] = {code: balances[code]}
        entries.append(Entry(at, name, name, Decimal(amount), (code,)))
    return entries, told


def parting(entries: list[Entry], told: Mapping[str, Mapping[str, Decimal]]) -> str | None:
    """Name the entry where the balances part."""
    place = Timeline(entries, lambda entry: told[entry.id], SPAN).parting()
    return None if place is None else entries[place].id


@given(MOVES)
def test_what_adds_up_parts_nowhere(moves: list[tuple[int, str, int]]) -> None:
    """Neither whole nor up to any of its transactions."""
    entries, told = history(moves)
    assert parting(entries, told) is None
    assert parting(entries[:-1], told) is None
    assert parting([], told) is None


@given(MOVES, st.data())
def test_a_hole_shows_at_the_next_record_of_its_code(
    moves: list[tuple[int, str, int]], data: st.DataObject
) -> None:
    """One at the end of its code cannot show: no record tells a balance after it."""
    entries, told = history(moves)
    gone = data.draw(st.integers(0, len(entries) - 1))
    later = [each.id for each in entries[gone + 1 :] if each.codes == entries[gone].codes]
    left = entries[:gone] + entries[gone + 1 :]
    assert parting(left, told) == (later[0] if later else None)


@given(MOVES, st.data(), st.integers(-9, -1))
def test_what_counts_otherwise_shows_at_itself(
    moves: list[tuple[int, str, int]], data: st.DataObject, by: int
) -> None:
    """An amount that was edited, or that does not count because it is excluded."""
    entries, told = history(moves)
    place = data.draw(st.integers(0, len(entries) - 1))
    changed = entries[place]._replace(moved=entries[place].moved + by)
    entries[place] = changed
    assert parting(entries, told) == changed.id


@given(MOVES, st.data())
def test_an_extra_one_shows_at_itself(
    moves: list[tuple[int, str, int]], data: st.DataObject
) -> None:
    """It has no record of the source."""
    entries, told = history(moves)
    place = data.draw(st.integers(0, len(entries) - 1))
    at = entries[place].at + timedelta(seconds=1)
    entries.insert(place + 1, Entry(at, "own", "", Decimal(5), ()))
    assert parting(entries, told) == "own"


def test_the_order_within_a_moment_does_not_matter() -> None:
    """Rows of one moment are judged where all of them are counted."""
    entries, told = history([(1, "XXBT", 9), (2, "XXBT", 9), (3, "XXBT", 9), (4, "XXBT", 9)])
    entries[1], entries[2] = entries[2]._replace(at=entries[1].at), entries[1]
    told["T001"], told["T002"] = {"XXBT": Decimal(6)}, {"XXBT": Decimal(4)}
    assert parting(entries, told) is None
    assert parting(entries[1:], told) == "T002"


def test_a_few_records_of_many_are_read() -> None:
    """It is searched by halves."""
    entries, told = history([(1, CODES[number % 2], 60) for number in range(4096)])
    left = entries[:1000] + entries[1001:]
    asked = []

    def count(entry: Entry) -> Mapping[str, Decimal]:
        asked.append(entry.id)
        return told[entry.id]

    assert Timeline(left, count, SPAN).parting() == 1001
    assert len(asked) <= 32


def test_a_record_without_a_balance_is_said_to_be_one() -> None:
    """Nothing is guessed then."""
    entries, _ = history([(1, "XXBT", 9), (2, "XXBT", 9)])
    with pytest.raises(LookupError):
        parting(entries, {"T000": {}, "T001": {}})
