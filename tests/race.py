"""A sync, or another work, against what an owner does, in a chosen order of their calls."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from tests.fakes.source import trades
from tests.keyed import Keyed, Office
from tests.properties.test_interleaving import Baton
from tests.world import KEY, START, World
from tidemark.domain.syncs import Mode, Sync

OLD = {"api_key": "canary-key-old"}
"""What the integration is connected with."""


class Relay(Baton):
    """A baton that is handed over, too, by whoever falls asleep."""

    def hand_over(self) -> None:
        """Let the other worker go on until it hands back or is done."""
        number = self.me.number
        with self.changed:
            if 1 - number not in self.finished:
                self.turn = 1 - number
                self.changed.notify_all()
            self._wait_for(number)


@dataclass
class Race:
    """A sync that was asked for, or another ``work``, against an act of its owner's."""

    act: Callable[["Race"], object]
    switches: frozenset[int]
    work: Callable[["Race"], object] | None = None
    errors: list[BaseException] = field(default_factory=list)
    writes: int = 0
    calls: int = 0
    there: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.it = World(Keyed(trades(4, start=START), page_size=3))
        self.it.connect(KEY, credentials=OLD, sealed_hint=self.it.source.identity(OLD))
        self.baton = Relay(self.switches)

    def nap(self, seconds: float) -> None:
        """Sleep: time passes, and the other one goes on."""
        self.it.clock.advance(timedelta(seconds=seconds))
        self.baton.hand_over()

    @property
    def office(self) -> Office:
        """Give the services that the act is done with."""
        return Office(self.it, self.nap)

    def drive(self, sync: Sync) -> None:
        """Work at the sync as a worker of the queue does."""
        self.it.driving.drive(sync.key, sync.id, self.it.worker("w"), timedelta(minutes=1))

    def acknowledged(self) -> None:
        """Note what was written and asked for when the act was acknowledged."""
        self.writes, self.calls = self.it.ledger.writes, len(self.it.source.used)
        self.there = frozenset(self.it.ledger.of(KEY))

    def run(self) -> int:
        """Run it to its end; give the number of calls that were made."""
        it, work = self.it, self.work or self._driving()
        it.watch = self.baton
        it.source.trouble = lambda _call: self.baton("before", "source")

        def act(_race: Race) -> None:
            self.act(self)
            self.acknowledged()

        threads = [
            threading.Thread(target=self._be, args=(number, each))
            for number, each in enumerate((work, act))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert self.errors == []
        it.watch = lambda _when, _call: None
        it.source.trouble = lambda _call: None
        return self.baton.moment

    def _driving(self) -> Callable[["Race"], object]:
        """Ask for a sync beforehand, so that there is only the driving to do."""
        sync = self.it.request(Mode.MISSING)
        return lambda race: race.drive(sync)

    def _be(self, number: int, work: Callable[["Race"], object]) -> None:
        """Be one of the two."""
        try:
            self.baton.start(number)
            work(self)
        except BaseException as error:  # noqa: BLE001 - shown by the test
            self.errors.append(error)
        finally:
            self.baton.stop(number)
