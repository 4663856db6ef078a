"""Where banks' balances part is named exactly or not at all, whatever the order within a day."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidemark.domain.account_timelines import AccountTimelines, Break
from tidemark.domain.timelines import Entry

START = datetime(2024, 1, 1, tzinfo=UTC)
GIRO, SAVINGS = "giro", "savings"

Accounts = dict[str | None, list[Entry]]
Told = dict[str, Decimal]
MOVES = st.lists(
    st.tuples(
        st.sampled_from((GIRO, SAVINGS)), st.sampled_from((-5, -3, 5, 7)), st.sampled_from((0, 1))
    ),
    min_size=1,
    max_size=14,
)


def entry(name: str, day: int, amount: int, *, own: bool = False) -> Entry:
    """Make a row at midnight of a day."""
    at, moved = START + timedelta(days=day), Decimal(amount)
    told = Decimal(0) if own else moved
    return Entry(at, name, name, moved, () if own else ("EUR",), told, at)


def history(moves: Iterable[tuple[str, int, int]]) -> tuple[list[tuple[str, Entry]], Told]:
    """Make rows of accounts in the order they were booked, and what the bank tells."""
    day, balances, told, rows = 0, {GIRO: Decimal(0), SAVINGS: Decimal(0)}, Told(), []
    for number, (account, amount, days) in enumerate(moves):
        day += days
        balances[account] += amount
        told[f"T{number:03}"] = balances[account]
        rows.append((account, entry(f"T{number:03}", day, amount)))
    return rows, told


def sorted_out(rows: Iterable[tuple[str | None, Entry]]) -> Accounts:
    """Sort rows by account, in no order."""
    accounts: Accounts = {}
    for account, row in rows:
        accounts.setdefault(account, []).append(row)
    for each in accounts.values():
        Random(1).shuffle(each)
    return accounts


def parting(rows: Iterable[tuple[str | None, Entry]], told: Told) -> Break | None:
    """Find where the balances part."""
    return AccountTimelines(sorted_out(rows), lambda each: told.get(each.id)).parting()


def named(found: Break | None) -> str | None:
    """Name the transaction, if it can only be one."""
    return found.rows[0].id if found and len(found.rows) == 1 else None


@given(MOVES)
def test_what_adds_up_parts_nowhere(moves: list[tuple[str, int, int]]) -> None:
    """In two accounts of one currency, with true twins and rings within a day."""
    rows, told = history(moves)
    assert parting(rows, told) is None


@given(MOVES, st.data())
def test_a_hole_is_never_found_in_a_wrong_place(
    moves: list[tuple[str, int, int]], data: st.DataObject
) -> None:
    """It is the next row of its account, or one of several with that among them, or none."""
    rows, told = history(moves)
    gone = data.draw(st.integers(0, len(rows) - 1))
    behind = [row for account, row in rows[gone + 1 :] if account == rows[gone][0]]
    found = parting(rows[:gone] + rows[gone + 1 :], told)
    if found is None:
        return
    assert behind
    assert behind[0] in found.rows
    assert found.at <= behind[0].at


@given(MOVES, st.data())
def test_a_hole_is_never_wrong_where_some_rows_tell_nothing(
    moves: list[tuple[str, int, int]], data: st.DataObject
) -> None:
    """What a row that tells nothing leaves open is left open."""
    rows, told = history(moves)
    for name in data.draw(st.sets(st.sampled_from(sorted(told)), max_size=3)):
        del told[name]
    gone = data.draw(st.integers(0, len(rows) - 1))
    behind = [row for account, row in rows[gone + 1 :] if account == rows[gone][0]]
    try:
        found = parting(rows[:gone] + rows[gone + 1 :], told)
    except LookupError:
        return
    assert found is None or behind[0] in found.rows


@given(st.lists(st.integers(1, 99), min_size=3, max_size=30), st.data(), st.integers(1, 4))
def test_a_hole_among_rows_of_one_direction_is_found(
    moves: list[int], data: st.DataObject, a_day: int
) -> None:
    """No balance comes twice there, so the row behind is named, and the one in front."""
    steps = [(GIRO, -each, int(place % a_day == 0)) for place, each in enumerate(moves)]
    rows, told = history(steps)
    gone = data.draw(st.integers(0, len(rows) - 2))
    found = parting(rows[:gone] + rows[gone + 1 :], told)
    assert found is not None
    assert found.rows == (rows[gone + 1][1],)
    assert found.front in {None, rows[gone - 1][1]}


@given(MOVES, st.data(), st.integers(-2, -1))
def test_what_counts_otherwise_is_never_taken_for_another(
    moves: list[tuple[str, int, int]], data: st.DataObject, by: int
) -> None:
    """An edited or excluded row shows at itself."""
    rows, told = history(moves)
    place = data.draw(st.integers(0, len(rows) - 1))
    account, row = rows[place]
    rows[place] = account, row._replace(moved=row.moved + by)
    assert named(parting(rows, told)) == row.id


def test_an_extra_one_shows_at_itself_where_all_accounts_tell() -> None:
    """Beside an account that tells nothing it may be what that one lacks."""
    rows, told = history([(GIRO, 5, 1), (SAVINGS, 5, 1), (GIRO, 5, 1)])
    extra = [*rows, (None, entry("own", 2, 9, own=True))]
    assert named(parting(extra, told)) == "own"
    assert parting(extra, {name: told[name] for name in ("T000", "T002")}) is None
    assert parting(extra, {}) is None


def test_an_opening_balance_by_hand_leaves_later_holes_to_be_found() -> None:
    """A bank that gave ninety days begins anywhere; what the owner adds for it is right."""
    rows, told = history([(GIRO, 50, 1), (GIRO, 5, 1), (GIRO, 7, 1), (GIRO, 5, 1), (GIRO, -3, 1)])
    opening = (None, entry("own", 2, 50, own=True))
    assert parting([opening, *rows[1:]], told) is None
    assert named(parting([opening, *rows[1:3], *rows[4:]], told)) == "T004"
    assert named(parting(rows[1:], told)) == "T001"


def test_a_row_that_the_owner_gave_another_time_is_no_hole() -> None:
    """It stands where the bank told it; where it counts is another matter."""
    rows, told = history([(GIRO, -each, 1) for each in range(1, 9)])
    account, row = rows[2]
    rows[2] = account, row._replace(at=row.at + timedelta(days=3))
    assert parting(rows, told) is None
    assert named(parting([*rows[:6], rows[7]], told)) == "T007"


def test_two_holes_in_one_day_name_the_day() -> None:
    """Nobody can know which row was first."""
    rows, told = history([(GIRO, 50, 1), *[(GIRO, -each, 0) for each in (1, 2, 3, 4, 5, 6)]])
    found = parting([*rows[:2], rows[3], *rows[5:]], told)
    assert named(found) is None
    assert found is not None
    assert found.at == rows[0][1].at


def test_a_ring_within_a_day_names_the_day() -> None:
    """Five in, five out: both orders are possible."""
    rows, told = history([(GIRO, 50, 1), (GIRO, 7, 1), (GIRO, 5, 0), (GIRO, -5, 0)])
    found = parting([rows[0], *rows[2:]], told)
    assert found is not None
    assert set(found.rows) == {rows[2][1], rows[3][1]}


def test_a_day_with_more_rows_than_can_be_ordered_is_named_as_a_day() -> None:
    """Neither reading nor searching goes on without end."""
    crowd = [(GIRO, 3 - 6 * (number % 2), 0) for number in range(90)]
    rows, told = history([(GIRO, 50, 1), (GIRO, 7, 1), *crowd, (GIRO, 9, 1)])
    found = parting([rows[0], *rows[2:]], told)
    assert found is not None
    assert named(found) is None
    assert found.at == rows[1][1].at


def test_a_few_records_of_many_are_read() -> None:
    """It is searched by halves, whole days at a time."""
    rows, told = history([((GIRO, SAVINGS)[n % 2], 1, int(n % 6 == 0)) for n in range(6000)])
    asked = []

    def count(row: Entry) -> Decimal:
        asked.append(row.id)
        return told[row.id]

    left = sorted_out(rows[:3001] + rows[3002:])
    assert named(AccountTimelines(left, count).parting()) == "T3003"
    assert len(asked) == len(set(asked)) <= 80


def test_balances_that_are_told_too_seldom_are_said_to_be_so() -> None:
    """Nothing is guessed then."""
    rows, told = history([(GIRO, 1, 1) for _ in range(60)])
    seldom = {name: told[name] for name in ("T059", "T058")}
    with pytest.raises(LookupError):
        parting(rows[:10] + rows[11:], seldom)
