"""When deliveries are tried again, and which events an endpoint asks for."""

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tidemark.domain.events import (
    TYPES,
    Event,
    Place,
    Told,
    event_of,
    first_id,
    is_pattern,
    matches,
)
from tidemark.domain.ids import is_id
from tidemark.domain.webhooks import DAY, next_try

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
CHANCES = st.floats(0, 1)
WAITS = st.none() | st.timedeltas(timedelta(0), timedelta(days=9))


def tries(chance: float = 0, wait: timedelta | None = None) -> list[timedelta]:
    """Fail until it is given up; say when, counted from the beginning."""
    at, found = NOW, [timedelta(0)]
    while following := next_try(len(found), at, NOW + DAY, wait, chance):
        at = following
        found.append(at - NOW)
    return found


def test_pauses_are_those_of_the_specification() -> None:
    """5 seconds, 5 minutes, 30 minutes, 2, 5 and 10 hours; and once more when the day is over."""
    seconds = [each.total_seconds() for each in tries()]
    pauses = [round(b - a) for a, b in itertools.pairwise(seconds)]
    assert pauses[:-1] == [5, 300, 1_800, 7_200, 18_000, 36_000]
    assert seconds[-1] == 86_400


@given(CHANCES, WAITS)
def test_a_delivery_is_tried_for_a_day_and_no_longer(chance: float, wait: timedelta | None) -> None:
    """Later each time, the last time at the very end, whatever the receiver asks for."""
    found = tries(chance, wait)
    assert found == sorted(set(found))
    assert found[-1] == DAY
    assert len(found) <= 9
    if wait is not None:
        gaps = [b - a for a, b in itertools.pairwise(found)]
        assert all(gap >= wait for gap in gaps[:-1])


@given(st.integers(1, 20), CHANCES)
def test_a_pause_is_at_most_a_tenth_longer(number: int, chance: float) -> None:
    """So that what failed together does not come back together."""
    until = NOW + timedelta(days=9)
    plain, longer = (next_try(number, NOW, until, None, each) for each in (0, chance))
    assert plain is not None
    assert longer is not None
    assert plain <= longer <= plain + (plain - NOW) / 10


def test_patterns_name_types() -> None:
    """Alone, all that begin so, or all there are."""
    assert matches(["sync.failed"], "sync.failed")
    assert matches(["issue.*", "sync.*"], "sync.failed")
    assert matches(["*"], "sync.failed")
    assert not matches(["sync.succeeded", "sy.*", "sync"], "sync.failed")
    assert all(is_pattern(each) for each in (*TYPES, "*", "sync.*"))
    assert not any(is_pattern(each) for each in ("", "sync", "sync.", "*.failed", "s*", ".*"))


@given(st.integers(0, 10**40), st.integers(0, 15), st.integers(0, 10**6))
def test_a_change_told_twice_is_one_event(order: int, number: int, seconds: int) -> None:
    """Its id follows from the change; ids sort by time."""
    at = NOW + timedelta(seconds=seconds)
    made = [event_of("alice", Told("a"), at, Place("c4", order, number)) for _ in range(2)]
    other = event_of("alice", Told("a"), at, Place("c4", order, (number + 1) % 16))
    assert made[0] == made[1] != other
    assert is_id("evt", made[0].id)
    assert first_id(at) <= made[0].id < first_id(at + timedelta(milliseconds=1))


def test_what_comes_later_sorts_later() -> None:
    """Within a second by the order in the table, then by what of a change it is."""
    places = [Place("a", 41, 0), Place("b", 42, 0), Place("b", 42, 1), Place("c", 43, 0)]
    ids = [event_of("alice", Told("a"), NOW, place).id for place in places]
    assert ids == sorted(ids)


def test_an_event_is_kept_for_thirty_days() -> None:
    """And not a moment longer."""
    event = Event("alice", "evt_1", "a", NOW)
    assert event.kept(NOW + timedelta(days=29, hours=23))
    assert not event.kept(NOW + timedelta(days=30))
