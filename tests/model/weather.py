"""What befalls a step: its source is slow, refuses or forgets; the process dies at some call."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from tests.fakes.killer import Killed, Killer
from tests.model.stage import Stage
from tests.world_parts import unwatched
from tidemark.errors import BadCredentials, RateLimited, SourceError, SourceGarbage
from tidemark.errors import SourceUnavailable as Away

TROUBLES: dict[str, SourceError] = {
    "wait a little": RateLimited("slow down", timedelta(seconds=30)),
    "wait for long": RateLimited("slow down", timedelta(hours=1)),
    "wait": RateLimited("slow down"),
    "away": Away("no answer"),
    "garbage": SourceGarbage("no JSON"),
    "bad key": BadCredentials("no"),
}


@dataclass
class Weather:
    """One step's fate. ``killed_at`` counts calls of stores and source, ``breaks_at`` the source's.

    Each call of the source takes ``slow`` seconds.
    """

    killed_at: int = 0
    breaks_at: int = 0
    trouble: str = "away"
    slow: float = 0
    budget: float = 60
    calls: int = field(default=0, init=False)

    @contextmanager
    def over(self, stage: Stage) -> Iterator[Killer]:
        """Have a stage's world live under it; gives the killer, which knows whether it struck."""
        it, killer = stage.it, Killer(self.killed_at)

        def trouble(call: str) -> None:
            killer("before", call)
            it.clock.advance(timedelta(seconds=self.slow))
            self.calls += 1
            if self.calls == self.breaks_at:
                raise TROUBLES[self.trouble]

        it.watch, it.source.trouble = killer, trouble
        try:
            yield killer
        except Killed:
            pass
        finally:
            it.watch, it.source.trouble = unwatched, lambda _call: None
