"""Local times: each that there was is one moment, and the others are told."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidemark.domain.local_times import (
    GapInTime,
    TwiceInTime,
    check_written,
    read_local,
    to_utc,
    zone_named,
)
from tidemark.errors import Invalid

ZONES = [
    "UTC",
    "Europe/Berlin",
    "Europe/Dublin",
    "America/New_York",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "Antarctica/Troll",
]
ZONE = st.sampled_from(ZONES).map(ZoneInfo)
MOMENTS = st.datetimes(
    datetime(1970, 1, 2),  # noqa: DTZ001 - its zone follows
    datetime(2037, 12, 31),  # noqa: DTZ001 - the same
    timezones=st.just(UTC),
)


def changes(zone: ZoneInfo) -> list[datetime]:
    """Give the moments, to the hour, since when clocks in a zone are put to another offset."""
    start = datetime(2000, 1, 1, tzinfo=UTC)
    hours = [start + timedelta(hours=n) for n in range(24 * 366 * 13)]
    offsets = [each.astimezone(zone).utcoffset() for each in hours]
    return [at for at, old, new in zip(hours[1:], offsets, offsets[1:], strict=False) if old != new]


NEAR = [(zone, at) for zone in map(ZoneInfo, ZONES[1:6]) for at in changes(zone)]
CLOSE = st.tuples(st.sampled_from(NEAR), st.integers(-10_800, 10_800)).map(
    lambda drawn: (drawn[0][0], drawn[0][1] + timedelta(seconds=drawn[1]))
)


@given(st.one_of(st.tuples(ZONE, MOMENTS), CLOSE))
def test_what_clocks_showed_is_the_moment_at_which_they_did(
    drawn: tuple[ZoneInfo, datetime],
) -> None:
    """From a moment to the clock and back: the same, in every zone, and twice where it was."""
    zone, moment = drawn
    shown = moment.astimezone(zone)
    naive = shown.replace(tzinfo=None, fold=0)
    assert to_utc(naive, zone, shown.fold) == moment
    try:
        assert to_utc(naive, zone) == moment
    except TwiceInTime:
        assert to_utc(naive, zone, 0) < to_utc(naive, zone, 1)


@given(st.one_of(st.tuples(ZONE, MOMENTS), CLOSE))
def test_what_is_a_moment_is_what_clocks_showed(drawn: tuple[ZoneInfo, datetime]) -> None:
    """From any clock time there was to the moment and back; and what never was has no moment."""
    zone, moment = drawn
    naive = moment.replace(tzinfo=None)
    for fold in (None, 0, 1):
        try:
            found = to_utc(naive, zone, fold)
        except GapInTime:
            assert not _was(naive, zone)
        except TwiceInTime:
            assert fold is None
        else:
            assert found.tzinfo is UTC
            assert found.astimezone(zone).replace(tzinfo=None, fold=0) == naive


def _was(naive: datetime, zone: ZoneInfo) -> bool:
    """Tell whether clocks in a zone ever showed a time, by trying what may be its moment."""
    hours = [naive.replace(tzinfo=UTC) + timedelta(minutes=n) for n in range(-930, 930, 15)]
    return any(each.astimezone(zone).replace(tzinfo=None, fold=0) == naive for each in hours)


def refused(text: str, zone: str = "Europe/Berlin", fold: int | None = None) -> tuple[str, str]:
    """Give code and pointer of a time that is refused."""
    with pytest.raises(Invalid) as error:
        read_local(text, zone, fold)
    return error.value.code, error.value.errors[0].pointer


def test_a_time_that_clocks_skipped_names_the_gap() -> None:
    """Whatever ``fold`` says."""
    for fold in (None, 0, 1):
        with pytest.raises(Invalid) as error:
            read_local("2025-03-30T02:30", "Europe/Berlin", fold)
        assert error.value.code == "nonexistent_time"
        assert "clocks went from 2025-03-30 02:00:00 to 2025-03-30 03:00:00" in str(error.value)


def test_a_time_that_was_twice_asks_for_fold() -> None:
    """And takes it: 0 is the first, 1 the second."""
    assert refused("2025-10-26T02:30:00") == ("ambiguous_time", "/fold")
    first, second = (read_local("2025-10-26T02:30:00", "Europe/Berlin", fold) for fold in (0, 1))
    assert first == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
    assert second - first == timedelta(hours=1)


def test_a_time_that_was_once_needs_no_fold() -> None:
    """It may be given all the same."""
    at = datetime(2025, 7, 1, 10, 0, 0, 250_000, tzinfo=UTC)
    for fold in (None, 0, 1):
        assert read_local("2025-07-01T12:00:00.25", "Europe/Berlin", fold) == at


@pytest.mark.parametrize(
    "text",
    [
        "2025-07-01T12:00:00Z",
        "2025-07-01T12:00:00+02:00",
        "2025-07-01",
        "2025-02-29T12:00",
        "2025-07-01T24:00",
        "20250701T120000",
        "2025-W27-2T12:00",
        "٢٠٢٥-07-01T12:00",
        "0001-01-01T00:00",
        "9999-12-31T23:59",
        "noon",
        "",
    ],
)
def test_a_text_that_is_no_local_time(text: str) -> None:
    """It has no offset, and is somewhere in the calendar."""
    zone = "America/New_York" if text.startswith("9999") else "Asia/Tokyo"
    assert refused(text, zone) == ("invalid", "/local_time")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Europe",
        "Europe/Nowhere",
        "europe/berlin",
        "../Europe/Berlin",
        "/etc/localtime",
        "right/Europe/Berlin",
        "posix/Europe/Berlin",
        "localtime",
        "a\0b",
        "x" * 5000,
    ],
)
def test_a_zone_that_there_is_none_of(name: str) -> None:
    """Neither is a file of the machine, nor a clock that counts leap seconds."""
    assert refused("2025-07-01T12:00", name) == ("unknown_zone", "/zone")


@given(st.text(max_size=20))
def test_any_name_of_a_zone_is_one_or_is_refused(name: str) -> None:
    """Never anything else."""
    try:
        assert zone_named(name).key == name
    except Invalid as error:
        assert error.code == "unknown_zone"  # noqa: PT017 - most names are refused


def test_what_was_written_lies_between_1970_and_9000() -> None:
    """What is earlier or later is a slip."""
    first = datetime(1970, 1, 1, tzinfo=UTC)
    assert check_written(first, "/occurred_at") == first
    for moment in (first - timedelta(microseconds=1), datetime(9999, 1, 1, tzinfo=UTC)):
        with pytest.raises(Invalid) as error:
            check_written(moment, "/occurred_at")
        assert error.value.errors[0].pointer == "/occurred_at"
