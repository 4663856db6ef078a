"""Sheets of closes: what is known stays, what is wanted is asked for ever more seldom."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tidemark.domain.prices import Close, Pair, day_of, pair_of, settled_at
from tidemark.domain.sheets import TRIES, Sheet, SheetKey, Wanted

KEY = SheetKey(Pair("BTC", "EUR"), "2025-06")
NOW = datetime(2025, 6, 15, 12, tzinfo=UTC)
FIRST, SECOND, TODAY = date(2025, 6, 1), date(2025, 6, 2), date(2025, 6, 15)
PRICE = Close(Decimal(9), "kraken")


def test_a_day_that_is_over_is_due_at_once_and_today_when_it_is_over() -> None:
    """A few minutes after midnight."""
    sheet = Sheet(KEY).wanting([SECOND, FIRST, TODAY], NOW)
    assert sheet.open(NOW) == [FIRST, SECOND]
    assert sheet.due_at == NOW
    late = datetime(2025, 6, 16, 0, 5, tzinfo=UTC)
    assert sheet.days[15] == Wanted(0, late)
    assert sheet.open(late) == [FIRST, SECOND, TODAY]
    assert sheet.open(late - timedelta(seconds=1), early=True) == [FIRST, SECOND]


def test_to_want_again_changes_nothing() -> None:
    """Neither what is known nor what is wanted."""
    sheet = Sheet(KEY, {1: PRICE}).wanting([SECOND], NOW)
    assert sheet.wanting([FIRST, SECOND], NOW + timedelta(days=1)) is sheet


def test_a_close_never_changes() -> None:
    """Whatever is answered later."""
    sheet = Sheet(KEY, {1: PRICE})
    again = sheet.answered({FIRST: Close(Decimal(8), "x")}, [], [FIRST], NOW)
    assert again.days == {1: PRICE}
    assert again.due_at is None


def test_a_day_that_no_source_has_is_missing_after_three_times() -> None:
    """It is asked for after 1 and 4 hours, then daily, then weekly; whatever comes is taken."""
    sheet, now, waits = Sheet(KEY).wanting([FIRST], NOW), NOW, list[timedelta]()
    for tries in range(1, 32):
        sheet = sheet.answered({}, [FIRST], [FIRST], now)
        state = sheet.days[1]
        assert isinstance(state, Wanted)
        assert state.missing == (tries >= TRIES)
        waits.append(state.due_at - now)
        now = state.due_at
    day = timedelta(days=1)
    assert waits[:2] == [timedelta(hours=1), timedelta(hours=4)]
    assert (set(waits[2:29]), set(waits[29:])) == ({day}, {7 * day})
    assert sheet.answered({FIRST: PRICE}, [], [FIRST], now).days == {1: PRICE}


def test_silence_is_no_answer() -> None:
    """While a source cannot be reached nothing goes missing, and it is asked ever more seldom."""
    sheet, waits = Sheet(KEY).wanting([FIRST], NOW), list[timedelta]()
    for _ in range(40):
        sheet = sheet.answered({}, [], [FIRST], NOW)
        state = sheet.days[1]
        assert isinstance(state, Wanted)
        assert not state.missing
        waits.append(state.due_at - NOW)
    assert waits[:6] == [minutes * timedelta(minutes=10) for minutes in (1, 2, 4, 8, 16, 32)]
    assert set(waits[6:]) == {timedelta(hours=6)}
    spoken = sheet.answered({}, [FIRST], [FIRST], NOW)
    assert spoken.days[1] == Wanted(1, NOW + timedelta(hours=1))


def test_pairs_are_spelled_and_read() -> None:
    """An asset may be called anything."""
    for pair in (Pair("BTC", "EUR"), Pair("A#B", "USD"), Pair("#", "EUR")):
        assert pair_of(pair.text) == pair


def test_days_are_of_utc() -> None:
    """Midnight belongs to the day that begins."""
    assert day_of(datetime.fromisoformat("2025-06-02T01:30:00+02:00")) == FIRST
    assert settled_at(FIRST) == datetime(2025, 6, 2, 0, 5, tzinfo=UTC)
