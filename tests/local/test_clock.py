"""The product's clock, on its own."""

import threading
from datetime import UTC, datetime
from pathlib import Path

from local.clock import ProductClock, ProductEvent

THEN = datetime(2026, 1, 15, 12, tzinfo=UTC)
HOUR = 3600.0


def test_it_shows_what_it_was_set_to(tmp_path: Path) -> None:
    """A clock that is set goes on from there."""
    clock = ProductClock(tmp_path / "clock", THEN)

    assert 0 <= (clock.now() - THEN).total_seconds() < HOUR


def test_without_a_setting_it_shows_the_system_s_time(tmp_path: Path) -> None:
    """A clock that is not set has no offset."""
    ProductClock(tmp_path / "clock")

    assert float((tmp_path / "clock").read_text()) == 0


def test_it_never_goes_back(tmp_path: Path) -> None:
    """Moving to a moment that has passed changes nothing."""
    clock = ProductClock(tmp_path / "clock", THEN)
    before = (tmp_path / "clock").read_text()

    clock.move_to(clock.time() - HOUR)

    assert (tmp_path / "clock").read_text() == before


def test_a_wait_ends_when_the_clock_is_moved(tmp_path: Path) -> None:
    """A thread that sleeps for an hour wakes when the hour is skipped."""
    clock = ProductClock(tmp_path / "clock", THEN)
    sleeper = threading.Thread(target=clock.sleep, args=(HOUR,))
    sleeper.start()
    while clock.next_deadline() is None:
        pass
    deadline = clock.next_deadline() or 0.0

    clock.move_to(deadline)
    sleeper.join(10)

    assert not sleeper.is_alive()
    assert clock.next_deadline() is None


def test_a_wait_can_be_called_off(tmp_path: Path) -> None:
    """A wait that is over before its time says so."""
    clock = ProductClock(tmp_path / "clock", THEN)

    assert clock.wait_until(clock.time() + HOUR, over=lambda: True) is False


def test_an_event_times_out_in_the_product_s_time(tmp_path: Path) -> None:
    """An event's wait ends unset when its time has been skipped, and set when it is set."""
    clock = ProductClock(tmp_path / "clock", THEN)
    event = type("Event", (ProductEvent,), {"clock": clock})()
    outcomes: list[bool] = []
    waiter = threading.Thread(target=lambda: outcomes.append(event.wait(HOUR)))
    waiter.start()
    while clock.next_deadline() is None:
        pass

    clock.move_to(clock.time() + 2 * HOUR)
    waiter.join(10)
    event.set()

    assert outcomes == [False]
    assert event.wait(HOUR) is True
