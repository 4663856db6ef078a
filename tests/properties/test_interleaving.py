"""Two workers at one integration, in every order of their calls: one ledger, one holder."""

import threading
from dataclasses import dataclass, field
from datetime import timedelta

from tests.fakes.source import FakeSource, trades
from tests.world import KEY, START, World
from tidemark.domain.steps import Outcome
from tidemark.domain.syncs import Mode, Sync


@dataclass
class Baton:
    """Lets one of two workers run at a time; it changes hands at chosen moments.

    ``switches`` are the numbers of the calls, counted over both workers, before which the other
    worker goes on.
    """

    switches: frozenset[int]
    moment: int = 0
    turn: int = 0
    finished: set[int] = field(default_factory=set)
    changed: threading.Condition = field(default_factory=threading.Condition)
    me: threading.local = field(default_factory=threading.local)

    def __call__(self, _when: str, _call: str) -> None:
        """Stand at a call boundary of the current worker."""
        number = getattr(self.me, "number", None)
        if number is None:
            return
        with self.changed:
            self.moment += 1
            if self.moment in self.switches and 1 - number not in self.finished:
                self.turn = 1 - number
                self.changed.notify_all()
            self._wait_for(number)

    def _wait_for(self, number: int) -> None:
        """Wait until it is this worker's turn."""
        assert self.changed.wait_for(lambda: self.turn == number, timeout=10), "nobody moves"

    def start(self, number: int) -> None:
        """Be a worker, and wait for the first turn."""
        self.me.number = number
        with self.changed:
            self._wait_for(number)

    def stop(self, number: int) -> None:
        """Leave the other worker alone."""
        with self.changed:
            self.finished.add(number)
            self.turn = 1 - number
            self.changed.notify_all()


def world() -> World:
    """Give a world whose history takes three pages."""
    it = World(FakeSource(trades(4, start=START), page_size=3))
    it.connect()
    return it


def race(switches: frozenset[int], modes: tuple[Mode, Mode]) -> tuple[World, int]:
    """Have two workers request and drive a sync each; give the world and the calls they made."""
    it = world()
    baton = Baton(switches)
    it.watch = baton
    it.source.trouble = lambda _call: baton("before", "source")
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            baton.start(number)
            drive(it, it.request(modes[number]), f"w{number}")
        except BaseException as error:  # noqa: BLE001 - shown by the test
            errors.append(error)
        finally:
            baton.stop(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    it.watch = lambda _when, _call: None
    it.source.trouble = lambda _call: None
    return it, baton.moment


def drive(it: World, sync: Sync, name: str) -> None:
    """Drive a sync a few times; leave it to the other worker where that one is at it."""
    for _ in range(6):
        result = it.driving.drive(sync.key, sync.id, it.worker(name), timedelta(minutes=1))
        if result.outcome in {Outcome.DONE, Outcome.STOPPED} or result.busy:
            return


def check(switches: frozenset[int], modes: tuple[Mode, Mode]) -> None:
    """Check what one order of calls leaves behind."""
    it, _ = race(switches, modes)
    it.clock.advance(timedelta(minutes=5))
    it.run()
    expected = world()
    expected.run()
    assert it.digest() == expected.digest(), switches
    assert it.ledger.writes == expected.ledger.writes, switches
    assert it.runs.current(KEY) is None, switches


def test_one_switch_at_every_call() -> None:
    """The second worker starts at any call of the first."""
    for modes in ((Mode.INCREMENTAL, Mode.INCREMENTAL), (Mode.INCREMENTAL, Mode.MISSING)):
        _, calls = race(frozenset(), modes)
        for at in range(1, calls + 1):
            check(frozenset({at}), modes)


def test_two_switches_at_every_pair_of_calls() -> None:
    """And the first goes on at any call of the second: every pair, a few calls apart."""
    modes = (Mode.INCREMENTAL, Mode.MISSING)
    _, calls = race(frozenset(), modes)
    for first in range(1, calls + 1, 2):
        for second in range(first + 1, min(first + 14, calls + 8)):
            check(frozenset({first, second}), modes)
