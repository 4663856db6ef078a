"""What becomes of syncs."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.model.acting import AGES, PICKS, Acting, Age
from tests.model.stage import HOUR, must
from tests.model.weather import TROUBLES, Weather
from tidemark.domain.pages import Window
from tidemark.domain.syncs import Mode

MODES = st.sampled_from([Mode.INCREMENTAL, Mode.INCREMENTAL, Mode.MISSING])
STORMS = st.builds(
    Weather,
    killed_at=st.one_of(st.just(0), st.integers(1, 80)),
    breaks_at=st.integers(0, 6),
    trouble=st.sampled_from(sorted(TROUBLES)),
    slow=st.sampled_from([0, 1.5]),
    budget=st.sampled_from([2, 60]),
)


class SyncRules(Acting):
    """The rules of syncs."""

    @rule(hours=st.sampled_from([0.001, 1, 6, 30]))
    def time(self, hours: float) -> None:
        """Time passes."""
        self.stage.it.clock.advance(timedelta(hours=hours))

    @rule(mode=MODES)
    def ask(self, mode: Mode) -> None:
        """A sync is asked for, perhaps while one is running."""
        self.syncing.ask(mode)

    @rule(since=AGES, length=st.integers(1, 40))
    def ask_range(self, since: Age, length: int) -> None:
        """A sync of some time is asked for."""
        begin = self.time_of(since)
        if begin < self.stage.now:
            self.syncing.ask(Mode.RANGE, Window(begin, begin + length * HOUR))

    @precondition(lambda self: self.syncing.asked)
    @rule(weather=STORMS)
    def work(self, weather: Weather) -> None:
        """A worker goes on with the sync, as far as it comes."""
        self.syncing.work(weather)

    @rule(mode=MODES, weathers=st.lists(STORMS, min_size=1, max_size=4))
    def storm(self, mode: Mode, weathers: Sequence[Weather]) -> None:
        """A sync that is asked for meets one trouble after the other."""
        self.syncing.ask(mode)
        for weather in weathers:
            if self.syncing.asked:
                self.syncing.work(weather)

    @precondition(lambda self: self.syncing.asked)
    @rule()
    def finish(self) -> None:
        """The sync is brought to its end."""
        self.syncing.finish()

    @rule(mode=MODES, again=st.sampled_from([False, False, False, True]))
    def sync(self, mode: Mode, again: bool) -> None:  # noqa: FBT001 - as hypothesis gives it
        """A sync from its beginning to its end; a second sync missing has nothing to write."""
        self.syncing.ask(mode)
        self.syncing.finish()
        if again:
            self._missing()
            writes = self.stage.it.ledger.writes
            self._missing()
            must(self.stage.it.ledger.writes == writes, "a second sync missing writes")

    def _missing(self) -> None:
        """Read everything."""
        self.syncing.ask(Mode.MISSING)
        self.syncing.finish()

    @precondition(lambda self: self.syncing.over)
    @rule(pick=PICKS)
    def redeliver(self, pick: int) -> None:
        """The queue gives a message again."""
        over = self.syncing.over
        self.syncing.redeliver(over[pick % len(over)])

    @precondition(lambda self: self.syncing.asked)
    @rule()
    def cancel(self) -> None:
        """The owner cancels the sync."""
        self.syncing.cancel()
