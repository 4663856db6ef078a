"""Coverage claims what was read to its end and nothing else."""

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tidemark.domain.coverage import Interval, StreamCoverage, gaps, union

DAY = timedelta(days=1)
ORIGIN = datetime(2025, 1, 1, tzinfo=UTC)


def days(since: int, until: int) -> Interval:
    """Give an interval in days after the origin."""
    return Interval(ORIGIN + since * DAY, ORIGIN + until * DAY)


spans = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda s: days(s[0], s[0] + s[1])),
    max_size=12,
)


def covered(intervals: tuple[Interval, ...] | list[Interval], day: int) -> bool:
    """Tell whether a day is covered."""
    return any(i.since <= ORIGIN + day * DAY < i.until for i in intervals)


@given(spans)
def test_a_union_covers_exactly_what_its_parts_cover(parts: list[Interval]) -> None:
    """In order, and apart from each other."""
    joined = union(parts)
    assert all(covered(joined, day) == covered(parts, day) for day in range(90))
    assert all(left.until < right.since for left, right in itertools.pairwise(joined))


@given(spans)
def test_gaps_are_what_is_not_covered(parts: list[Interval]) -> None:
    """Inside the span that was asked about."""
    missing = gaps(union(parts), days(5, 50))
    assert all(covered(missing, day) == (not covered(parts, day)) for day in range(5, 50))
    assert not any(covered(missing, day) for day in (0, 4, 50, 80))


def test_taking_back_an_early_start_leaves_the_rest() -> None:
    """What was not asked for is not claimed."""
    stream = StreamCoverage((days(0, 5), days(10, 20)))
    assert stream.reopened(ORIGIN + 3 * DAY).intervals == (days(3, 5), days(10, 20))
