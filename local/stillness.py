"""Tells whether anything is at work, and moves the clock from one quiet moment to the next."""

import threading
import time
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from local import moto_hooks
from local.clock import ProductClock
from local.moto_hooks import ExecutionsWaiting
from local.schedules import Scheduler
from local.workers import Pool

_LOOK = 0.02  # seconds between two looks
_GLANCE = 0.002  # the same, where each moment of a long move is waited for
_PATIENCE = 10.0  # seconds that one moment gets to come to rest
_FAR = 2 * 3600.0  # seconds; what the clock is moved by at once, at least, to hurry


class Fed(Protocol):
    """What hands things to functions: the poller of a queue, or of a stream."""

    @property
    def empty(self) -> bool:
        """Tell whether nothing is left that anybody waits for."""

    @property
    def quiet(self) -> bool:
        """Tell whether nothing will happen here before time goes on."""

    def next_visible(self) -> float | None:
        """Give in how many seconds something happens here by itself, or None."""

    def move_on(self, seconds: float) -> None:
        """Let time pass for what waits."""


@dataclass(frozen=True, slots=True)
class Stillness:
    """Looks at functions, queues and executions."""

    pools: Collection[Pool]
    pollers: Collection[Fed]
    waiting: ExecutionsWaiting
    clock: ProductClock

    def idle(self) -> bool:
        """Tell whether nothing is at work; an execution that waits for a person is not."""
        executions = moto_hooks.running_executions()
        return (
            all(self.waiting.for_person[arn] > 0 for arn in executions)
            and all(poller.empty for poller in self.pollers)
            and not any(pool.at_work for pool in self.pools)
        )

    def quiet(self) -> bool:
        """Tell whether nothing more will happen at this moment of the product's time."""
        due = self.clock.next_deadline()
        return (
            not any(pool.at_work for pool in self.pools)
            and (due is None or due > self.clock.time())
            and all(self.waiting.at_all(arn) for arn in moto_hooks.running_executions())
            and all(poller.quiet for poller in self.pollers)
            and not any(pool.at_work for pool in self.pools)
        )


def wait_for(condition: Callable[[], bool], timeout: float, pause: float = _LOOK) -> bool:
    """Wait until something holds at two looks in a row; False if it did not in time.

    One look is not enough: work may move on, from a queue to a function, while it is taken. The
    longer it takes the seldomer it is looked at: a look costs what the work needs.
    """
    until, longer = time.monotonic() + timeout, pause
    while True:
        if condition():
            time.sleep(pause)
            if condition():
                return True
        if time.monotonic() >= until:
            return False
        time.sleep(longer)
        longer = min(longer * 1.5, _LOOK)


class TimeMachine:
    """Moves the product's clock on, stopping wherever something falls due."""

    def __init__(self, clock: ProductClock, scheduler: Scheduler, stillness: Stillness) -> None:
        self._clock = clock
        self._scheduler = scheduler
        self._stillness = stillness
        self._one_at_a_time = threading.Lock()

    def advance(self, seconds: float) -> None:
        """Move on by so many seconds; what falls due is fired in order, each moment to its end.

        A moment that does not come to rest within ten seconds is left at work. Two hours and more
        are moved in a hurry (``Scheduler.moving_far``).
        """
        with self._one_at_a_time, self._hurrying(seconds):
            target = self._clock.time() + seconds
            self._rest()
            while (due := self._next_due()) <= target:
                self._move_to(due)
                self._scheduler.fire_due()
                self._rest()
            self._move_to(target)
            self._rest()

    def _hurrying(self, seconds: float) -> AbstractContextManager[None]:
        """Hurry if the way is long."""
        if seconds < _FAR:
            return nullcontext()
        return self._scheduler.moving_far(self._clock.now() + timedelta(seconds=seconds))

    def _rest(self) -> None:
        """Let everything that is at work at this moment come to its end."""
        wait_for(self._stillness.quiet, _PATIENCE, _GLANCE)

    def _move_to(self, moment: float) -> None:
        """Move the clock, and with it the hidden messages."""
        passed = moment - self._clock.time()
        self._clock.move_to(moment)
        for poller in self._stillness.pollers:
            poller.move_on(max(passed, 0.0))

    def _next_due(self) -> float:
        """Give the next moment at which something happens, seconds since 1970."""
        scheduled = self._scheduler.next_due()
        hidden = [poller.next_visible() for poller in self._stillness.pollers]
        moments = [self._clock.time() + seconds for seconds in hidden if seconds is not None]
        moments += [scheduled.timestamp()] if scheduled else []
        deadline = self._clock.next_deadline()
        moments += [deadline] if deadline is not None else []
        return min(moments, default=float("inf"))
