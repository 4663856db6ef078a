"""Times as people write them."""

from datetime import UTC, datetime

import pytest

from tidemark.domain.local_times import zone_named
from tidemark.files.cells import Cell, Fault
from tidemark.files.read_times import TimeReader
from tidemark.files.refused_cell import RefusedCell


def read(text: str, zone: str = "UTC") -> datetime:
    """Read a text."""
    return TimeReader(zone_named(zone))(Cell(text))


def refused(cell: Cell, zone: str = "UTC") -> RefusedCell:
    """Give why a cell is refused."""
    with pytest.raises(RefusedCell) as raised:
        TimeReader(zone_named(zone))(cell)
    return raised.value


@pytest.mark.parametrize(
    ("text", "second", "micro"),
    [
        ("2024-01-31 17:30", 0, 0),
        ("2024-01-31T17:30:09", 9, 0),
        ("2024-01-31T17:30:09.25Z", 9, 250_000),
        ("2024-01-31t17:30:09.123456789z", 9, 123_456),
        ("2024-01-31 18:30:09+01:00", 9, 0),
        ("2024-01-31 12:00:09 -0530", 9, 0),
        ("2024-01-31 17:30:09 UTC", 9, 0),
        ("31.01.2024 17:30", 0, 0),
        ("31.1.2024 17:30:09", 9, 0),
        (" 31.01.2024  17:30:09,5 ", 9, 500_000),
    ],
)
def test_ways_to_write_a_time(text: str, second: int, micro: int) -> None:
    """ISO 8601 and day.month.year; an offset counts."""
    hour = 17
    assert read(text) == datetime(2024, 1, 31, hour, 30, second, micro, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2024-01-31", "31.01.2024"])
def test_a_date_alone(text: str) -> None:
    """Means midnight in the zone."""
    assert read(text, "Europe/Berlin") == datetime(2024, 1, 30, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("01/02/2024", "time_ambiguous"),
        ("13/02/2024 10:00", "time_ambiguous"),
        ("01.02.24", "time_ambiguous"),
        ("1-2-24 10:00", "time_ambiguous"),
        ("2024-02-30", "not_a_time"),
        ("2024-01-31 24:00", "not_a_time"),
        ("2024-01-31 23:59:60", "not_a_time"),
        ("2024-01-31 17:30 CET", "not_a_time"),
        ("2024-01-31 17:30+25:00", "not_a_time"),
        ("0000-01-31", "not_a_time"),
        ("9999-12-31 23:59-05:00", "not_a_time"),
        ("1969-12-31 23:59:59", "time_out_of_range"),
        ("1970-01-01 00:30+01:00", "time_out_of_range"),
        ("10000-01-01", "not_a_time"),
        ("1706722200", "not_a_time"),
        ("٢٠٢٤-01-31", "not_a_time"),
        ("yesterday", "not_a_time"),
        ("", "time_missing"),
    ],
)
def test_texts_that_are_no_time(text: str, code: str) -> None:
    """Or could be two."""
    assert refused(Cell(text)).code == code


def test_a_time_that_clocks_skipped() -> None:
    """The gap is named."""
    error = refused(Cell("2025-03-30 02:30"), "Europe/Berlin")

    assert error.code == "time_in_gap"
    assert "from 2025-03-30 02:00:00 to 2025-03-30 03:00:00" in error.message


def test_a_time_that_clocks_showed_twice() -> None:
    """Asks for the offset, and takes it."""
    error = refused(Cell("2025-10-26 02:30"), "Europe/Berlin")

    assert error.code == "time_ambiguous"
    assert "+02:00 or +01:00" in error.message
    assert read("2025-10-26 02:30+01:00", "Europe/Berlin") == datetime(
        2025, 10, 26, 1, 30, tzinfo=UTC
    )


def test_a_gap_of_half_an_hour_and_one_of_a_day() -> None:
    """Not all gaps are of an hour at two o'clock."""
    assert "02:00:00 to 2024-10-06 02:30:00" in (
        refused(Cell("2024-10-06 02:10"), "Australia/Lord_Howe").message
    )
    assert "2011-12-30 00:00:00 to 2011-12-31 00:00:00" in (
        refused(Cell("2011-12-30 12:00"), "Pacific/Apia").message
    )


@pytest.mark.parametrize(
    ("serial", "moment"),
    [
        (25_569.0, datetime(1970, 1, 1, tzinfo=UTC)),
        (45_111.41301132755, datetime(2023, 7, 4, 9, 54, 44, 178_700, tzinfo=UTC)),
        (45_322.72916666666, datetime(2024, 1, 31, 17, 30, tzinfo=UTC)),
        (2_958_465.5, datetime(9999, 12, 31, 12, tzinfo=UTC)),
        (45_322.999999999, datetime(2024, 2, 1, tzinfo=UTC)),
    ],
)
def test_numbers_of_a_spreadsheet(serial: float, moment: datetime) -> None:
    """Days since 1899-12-30, to the part of a second that they can hold."""
    told = TimeReader(zone_named("UTC"))(Cell("", Fault.DATE, serial))

    assert abs(told - moment).total_seconds() < 0.0001
    if moment.microsecond:
        assert told == moment


@pytest.mark.parametrize("serial", [0.0, -1.0, 25_568.9, 2_958_466.0, 1e300, 20_240_131.0, 1.7e9])
def test_numbers_that_are_no_date(serial: float) -> None:
    """Unix times, and dates without their dashes, are none."""
    assert refused(Cell("", Fault.NONE, serial)).code == "time_out_of_range"


@pytest.mark.parametrize("fault", [Fault.FORMULA, Fault.BOOLEAN, Fault.ERROR_VALUE])
def test_cells_that_cannot_be_relied_on(fault: Fault) -> None:
    """A formula is refused even where its last value is a date."""
    assert refused(Cell("2024-01-31", fault, 45_000.0)).code == fault.value
