"""Schedule expressions mean what they mean on AWS, and nonsense is refused."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.expressions import BadExpression, parse
from local.schedules import Moments, Schedule

START = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


def first(text: str, count: int, since: datetime = START, zone: str = "UTC") -> list[str]:
    """Give the first moments of an expression, spelled to the minute."""
    moments = parse(text, created=START, zone=zone).moments(since)
    return [f"{moment:%Y-%m-%d %H:%M}" for moment in islice(moments, count)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rate(5 minutes)", ["2026-01-15 12:00", "2026-01-15 12:05"]),
        ("rate(1 day)", ["2026-01-15 12:00", "2026-01-16 12:00"]),
        ("at(2026-02-01T00:00:00)", ["2026-02-01 00:00"]),
        ("at(2020-02-01T00:00:00)", []),
        ("cron(0 6 * * ? *)", ["2026-01-16 06:00", "2026-01-17 06:00"]),
        ("cron(0/20 13 15 1 ? 2026)", ["2026-01-15 13:00", "2026-01-15 13:20"]),
        ("cron(15 10 ? * MON-FRI *)", ["2026-01-16 10:15", "2026-01-19 10:15"]),
        ("cron(0 9 ? * 1 *)", ["2026-01-18 09:00", "2026-01-25 09:00"]),
        ("cron(0 9 L * ? *)", ["2026-01-31 09:00", "2026-02-28 09:00"]),
        ("cron(0 9 ? * 6L *)", ["2026-01-30 09:00", "2026-02-27 09:00"]),
        ("cron(0 9 ? * 2#1 *)", ["2026-02-02 09:00", "2026-03-02 09:00"]),
        ("cron(0 9 1W * ? *)", ["2026-02-02 09:00", "2026-03-02 09:00"]),
        ("cron(0 0 29 FEB ? *)", ["2028-02-29 00:00", "2032-02-29 00:00"]),
        ("cron(0 0 1 1 ? 2020)", []),
    ],
)
def test_when_it_fires(text: str, expected: list[str]) -> None:
    """The examples of the documentation, and the odd ones."""
    assert first(text, 2) == expected


def test_a_time_zone_has_summer_time() -> None:
    """A local time that is skipped in spring is skipped; the one that comes twice fires once."""
    spring = datetime(2026, 3, 28, tzinfo=UTC)
    autumn = datetime(2026, 10, 24, 12, tzinfo=UTC)

    assert first("cron(30 2 * * ? *)", 3, spring, "Europe/Berlin") == [
        "2026-03-28 01:30",
        "2026-03-30 00:30",
        "2026-03-31 00:30",
    ]
    assert first("cron(30 2 * * ? *)", 2, autumn, "Europe/Berlin") == [
        "2026-10-25 00:30",
        "2026-10-26 01:30",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rate()",
        "rate(0 minutes)",
        "rate(1 minutes)",
        "rate(5 minute)",
        "rate(5  minutes)",
        "rate(5 seconds)",
        "rate(-5 minutes)",
        "Rate(5 minutes)",
        "rate(5 minutes) ",
        "at(2026-01-01)",
        "at(2026-02-30T00:00:00)",
        "at(2026-01-01T00:00:00Z)",
        "cron(0 6 * * *)",
        "cron(0 6 * * * *)",
        "cron(0 6 ? * ? *)",
        "cron(60 6 * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 6 32 * ? *)",
        "cron(0 6 ? * 0 *)",
        "cron(0 6 ? * 8 *)",
        "cron(0 6 ? * 2#6 *)",
        "cron(0 6 * 13 ? *)",
        "cron(0 6 * * ? 1969)",
        "cron(10-5 6 * * ? *)",
        "cron(*/0 6 * * ? *)",
        "cron(0 6 * JANUARY ? *)",
        "cron( 0 6 * * ? *)",
        "cron(٣ 6 * * ? *)",
        "0 6 * * ? *",
    ],
)
def test_nonsense_is_refused(text: str) -> None:
    """What AWS would refuse is refused."""
    with pytest.raises(BadExpression):
        parse(text, created=START)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    """A zone must be one of IANA's."""
    with pytest.raises(BadExpression):
        parse("cron(0 6 * * ? *)", created=START, zone=zone)


@given(st.text(alphabet="ratecon()0123456789 */-,?LW#minutesMON", max_size=40))
def test_nothing_else_is_raised(text: str) -> None:
    """Whatever is written: it is understood, or refused in one way."""
    try:
        parse(text, created=START)
    except BadExpression:
        return


@given(
    st.integers(2, 999),
    st.sampled_from(["minutes", "hours", "days"]),
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_a_rate_never_drifts(count: int, unit: str, since: datetime) -> None:
    """Moments of a rate are whole multiples away from its beginning, none before it."""
    every = timedelta(**{unit: count})
    moments = list(islice(parse(f"rate({count} {unit})", created=START).moments(since), 5))

    assert all(moment >= max(since, START) for moment in moments)
    assert moments[0] - every < max(since, START)
    assert {b - a for a, b in pairwise(moments)} == {every}


@given(
    st.sets(st.integers(0, 59), min_size=1, max_size=4),
    st.sets(st.integers(0, 23), min_size=1, max_size=3),
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_cron_fires_on_its_fields_in_order(
    minutes: set[int], hours: set[int], since: datetime
) -> None:
    """Moments rise, begin where asked, and carry the fields' values."""
    text = f"cron({','.join(map(str, minutes))} {','.join(map(str, hours))} * * ? *)"
    moments = list(islice(parse(text, created=START).moments(since), 20))

    assert moments == sorted(set(moments))
    assert all(moment >= since for moment in moments)
    assert {moment.minute for moment in moments} <= minutes
    assert {moment.hour for moment in moments} <= hours


def test_far_moves_take_an_hour_at_once() -> None:
    """On a far way the last moment of an hour, or before the end, stands for the others."""
    moments = Moments(parse("rate(7 minutes)", created=START).moments(START))
    far, seen = START + timedelta(hours=2, minutes=30), []
    while (due := moments.due(far)) is not None and due <= far:
        seen.append(due)
        moments.drop(due)

    assert [f"{moment:%H:%M}" for moment in seen] == ["12:56", "13:59", "14:27"]
    assert moments.due(None) == far + timedelta(minutes=4)


def test_only_the_last_moment_of_a_far_way_is_due_where_it_alone_matters() -> None:
    """Near moves take each one; what comes after the way is not left out."""
    expression = parse("rate(7 minutes)", created=START)
    moments = Moments(expression.moments(START), last_only=True)
    assert moments.due(None) == START
    far = START + timedelta(days=365)
    last = START + (far - START) // timedelta(minutes=7) * timedelta(minutes=7)
    assert moments.due(far) == last
    moments.drop(last)
    assert moments.due(far) == moments.due(None) == last + timedelta(minutes=7)


@given(st.integers(2, 300), st.integers(0, 3_000))
def test_a_near_move_fires_each_moment(every: int, minutes: int) -> None:
    """Without a far way each moment is due by itself, and none is left out at its end."""
    moments = Moments(parse(f"rate({every} minutes)", created=START).moments(START))
    first = moments.due(None)
    far = START + timedelta(minutes=minutes)
    while (due := moments.due(far)) is not None and due <= far:
        moments.drop(due)

    assert first == START
    assert due is not None
    assert far < due <= far + timedelta(minutes=every)


def _schedule(**more: object) -> Schedule:
    """Make a schedule."""
    target = {"Arn": "arn:aws:lambda:eu-central-1:1:function:f"}
    return Schedule.of("s", {"ScheduleExpression": "rate(1 hour)", "Target": target} | more)


def test_a_disabled_schedule_never_fires() -> None:
    """The state DISABLED is honoured."""
    assert list(_schedule(State="DISABLED").moments(START)) == []


def test_start_and_end_are_honoured() -> None:
    """A schedule fires from its start date to its end date."""
    schedule = _schedule(StartDate="2026-01-15T14:00:00Z", EndDate="2026-01-15T15:30:00Z")

    assert [moment.hour for moment in schedule.moments(START)] == [14, 15]


def test_the_input_names_the_scheduled_time() -> None:
    """The words of Scheduler in an input are replaced."""
    target = {
        "Arn": "arn:aws:lambda:eu-central-1:1:function:f",
        "Input": '{"at": "<aws.scheduler.scheduled-time>", "who": "<aws.scheduler.nobody>"}',
    }

    event = _schedule(Target=target).event(START)

    assert event == '{"at": "2026-01-15T12:00:00Z", "who": "<aws.scheduler.nobody>"}'
