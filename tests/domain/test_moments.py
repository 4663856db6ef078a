"""Moments are aware and exact to the microsecond."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidemark.domain import moments

aware = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9999, 12, 31)).map(  # noqa: DTZ001 - hypothesis wants naive bounds
    lambda naive: naive.replace(tzinfo=UTC)
)


@given(aware)
def test_what_is_spelled_is_read_back(moment: datetime) -> None:
    """In RFC 3339."""
    assert moments.parse(moments.spell(moment)) == moment


@given(aware, aware)
def test_text_sorts_as_time_does(left: datetime, right: datetime) -> None:
    """The index sorts text."""
    assert (left < right) == (moments.spell(left) < moments.spell(right))


@given(aware)
def test_seconds_are_exact(moment: datetime) -> None:
    """No float comes between."""
    assert moments.from_seconds(moments.to_seconds(moment)) == moment


def test_fractions_of_a_second_are_kept_to_the_microsecond() -> None:
    """As Kraken sends them."""
    assert moments.spell(moments.from_seconds("1688464484.1787")) == "2023-07-04T09:54:44.178700Z"


@pytest.mark.parametrize("text", ["-1", "1e18", "99999999999999", "nan", "", "soon", None])
def test_what_is_no_time_is_refused(text: object) -> None:
    """Also what lies beyond the year 9999."""
    with pytest.raises(ValueError, match=r"number of seconds|year 9999"):
        moments.from_seconds(text)


def test_a_time_without_an_offset_is_refused() -> None:
    """Nobody knows when it is."""
    with pytest.raises(ValueError, match="offset"):
        moments.parse("2025-01-01T00:00:00")


@given(st.integers(0, 3_999_999_999_999_999))
def test_few_digits_are_exact_too(micros: int) -> None:
    """Where they are read the short way."""
    text = f"{micros // 10**6}.{micros % 10**6:06}"

    assert moments.to_seconds(moments.from_short_seconds(text)) == Decimal(text)
