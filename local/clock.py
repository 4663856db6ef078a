"""The product's clock: the system's, shifted by an offset that can only grow.

Everything that keeps time for the product waits here, so that moving the clock on ends the waits
that fall due: the state machine's Wait states and timeouts, schedules, delayed messages. Workers
read the offset from a file (CLOCK_OFFSET_FILE), which is replaced in one step.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

_SLICE = 0.2  # seconds between two looks at whether a wait was called off


class ProductClock:
    """Tells the product's time, moves it on, and lets threads wait in it."""

    def __init__(self, offset_file: Path, now: datetime | None = None) -> None:
        self._file = offset_file
        self._moved = threading.Condition()
        self._deadlines: Counter[float] = Counter()
        self._offset = 0.0 if now is None else now.timestamp() - time.time()
        self._write()

    def time(self) -> float:
        """Give the product's time in seconds since 1970."""
        return time.time() + self._offset

    def now(self) -> datetime:
        """Give the present moment of the product, UTC."""
        return datetime.fromtimestamp(self.time(), UTC)

    def move_to(self, moment: float) -> None:
        """Move the clock on to a moment (seconds since 1970); it never goes back."""
        with self._moved:
            self._offset = max(self._offset, moment - time.time())
            self._write()
            self._moved.notify_all()

    def wait_until(self, deadline: float, over: Callable[[], bool] = lambda: False) -> bool:
        """Wait for a moment or until ``over`` says so; tell whether the moment has come."""
        with self.expecting(deadline), self._moved:
            while self.time() < deadline and not over():
                self._moved.wait(min(max(deadline - self.time(), 0.0), _SLICE))
        return self.time() >= deadline

    @contextmanager
    def expecting(self, deadline: float) -> Iterator[None]:
        """Let it be known, while it lasts, that something happens at a moment."""
        with self._moved:
            self._deadlines[deadline] += 1
        try:
            yield
        finally:
            with self._moved:
                self._deadlines[deadline] -= 1
                self._deadlines += Counter()  # drops what has come down to zero

    def sleep(self, seconds: float) -> None:
        """Sleep in the product's time."""
        self.wait_until(self.time() + seconds)

    def next_deadline(self) -> float | None:
        """Give the earliest moment at which some thread goes on."""
        with self._moved:
            return min(self._deadlines, default=None)

    def _write(self) -> None:
        """Replace the offset file: a reader sees the old offset or the new one."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{self._offset:.6f}")
        fresh.replace(self._file)


class ProductEvent(threading.Event):
    """An event whose ``wait`` times out in the product's time."""

    clock: ProductClock

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the event is set, or the product's clock has moved on by ``timeout``."""
        if timeout is None:
            return super().wait()
        deadline = self.clock.time() + timeout
        with self.clock.expecting(deadline):
            while not self.is_set() and self.clock.time() < deadline:
                super().wait(min(timeout, _SLICE))
        return self.is_set()
