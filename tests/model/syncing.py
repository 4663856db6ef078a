"""Syncs on the stage: asked for, worked at in steps, killed, resumed; each step is looked at."""

from dataclasses import dataclass, field
from datetime import timedelta

from tests.model.ended import Asked, Ended
from tests.model.stage import Stage, must
from tests.model.truth import Rows
from tests.model.weather import Weather
from tests.world import KEY
from tidemark.domain.coverage import Interval, union
from tidemark.domain.integrations import DeletedPolicy
from tidemark.domain.moments import EARLIEST
from tidemark.domain.pages import Window
from tidemark.domain.steps import Outcome, Worker
from tidemark.domain.syncs import Mode, Run, Sync, SyncStatus
from tidemark.domain.transactions import Origin, State, Transaction
from tidemark.errors import Conflict

READ = {SyncStatus.SUCCEEDED, SyncStatus.PARTIAL}


@dataclass
class Syncing:
    """The one sync that may be running, and those that have ended."""

    stage: Stage
    asked: Asked | None = None
    over: list[str] = field(default_factory=list)

    def ask(self, mode: Mode, window: Window | None = None) -> Sync | None:
        """Ask for a sync; while one is running, that is what is given."""
        stage, run = self.stage, self.stage.it.runs.current(KEY)
        idle = stage.integration.paused or stage.integration.deactivated
        try:
            sync = stage.it.request(mode, window)
        except Conflict:
            must(idle, "a sync was refused")
            return None
        must(not idle, "a paused integration syncs")
        must(run is None or run.sync_id == sync.id, "a second sync has begun beside the first")
        self.look_up()
        return sync

    def look_up(self) -> None:
        """Follow the run that is current now."""
        run = self.stage.it.runs.current(KEY)
        if run is not None and (self.asked is None or self.asked.id != run.sync_id):
            turn, claims = self.stage.source.turn, self.stage.claims
            proven = claims[-1].until if claims else None
            self.asked = Asked(run.sync_id, turn, self.stage.rows(), run.only, proven)
            self.stage.touched.clear()
            self.stage.disturbed = False

    def work(self, weather: Weather) -> Outcome | None:
        """Work at the running sync, under some weather; None if the worker died."""
        stage, asked, outcome = self.stage, self.asked, None
        assert asked is not None
        run, before = stage.it.runs.current(KEY), stage.rows()
        ends, lost = stage.now + timedelta(minutes=2), stage.source.lost
        with weather.over(stage) as killer:
            worker = Worker(stage.name("w"), ends)
            result = stage.it.driving.drive(
                KEY, asked.id, worker, timedelta(seconds=weather.budget)
            )
            outcome = result.outcome
            if result.wait_until is not None:
                stage.it.clock.advance(max(result.wait_until - stage.now, timedelta(0)))
        asked.rough = asked.rough or killer.dead or stage.source.lost > lost
        asked.cut = asked.cut or self._is_cut()
        self._look_at_step(run, before)
        self._note_claim(stage.it.runs.current(KEY) or run)
        self._look_at_end()
        return outcome

    def finish(self) -> None:
        """Work until it is over."""
        for _ in range(60):
            if self.asked is None:
                return
            self.work(Weather())
        must(holds=False, what="the sync never ends")

    def redeliver(self, sync_id: str) -> None:
        """Drive a sync that is over once more: nothing may come of it."""
        it, before, writes = self.stage.it, self.stage.rows(), self.stage.it.ledger.writes
        it.driving.drive(KEY, sync_id, it.worker(self.stage.name("w")), timedelta(minutes=1))
        must((self.stage.rows(), it.ledger.writes) == (before, writes), "an old sync writes")

    def cancel(self) -> None:
        """Cancel the running sync: it is over now, or with its next step."""
        assert self.asked is not None
        before = self.stage.rows()
        self.stage.it.requests.cancel(KEY.owner, self.asked.id)
        must(self.stage.rows() == before, "canceling touched a transaction")
        self.stage.disturbed = True
        self._look_at_end()

    def stopped(self) -> None:
        """Note that the running sync was stopped by its owner."""
        if self.asked is not None:
            self.over.append(self.asked.id)
            self.asked = None

    def _look_at_step(self, run: Run | None, before: Rows) -> None:
        """Nothing goes; what is there stays, grows, or comes back; what is new is the source's."""
        after = self.stage.rows()
        must(before.keys() <= after.keys(), "a sync removed something")
        changed = [each for each in after if after[each] != before.get(each)]
        if changed:
            must(run is not None, "nobody's run writes")
        for each in changed:
            new, old = after[each], before.get(each)
            legs = set(new.legs) - set(old.legs if old else ())
            must(legs <= self.stage.source.shown.get(each, set()), f"{each} was made up")
            must(new.origin is Origin.SOURCE, f"{each} is not the source's")
            must(new.legs, f"{each} has no legs")
            if old is None or old.state is State.DELETED:
                self._look_at_new(new, before)
            if old is not None and old.state is not State.DELETED:
                must((new.state, new.overlay) == (old.state, None), f"{each} lost its owner's word")
            if old is not None and old.state is State.DELETED:
                must(self._revives(run), f"{each} came back")

    def _is_cut(self) -> bool:
        """Tell whether the running sync stands in the middle of an event."""
        run, source = self.stage.it.runs.current(KEY), self.stage.source
        if run is None or run.window is None or run.streams[0].cursor is None:
            return False
        return source.cuts(run.window, run.streams[0].cursor)

    def _look_at_new(self, new: Transaction, before: Rows) -> None:
        """What is new is not before the start, and the newest that was imported."""
        start = self.stage.integration.reads_from
        must(start is None or new.occurred_at >= start, f"{new.id} is before the start")
        last = max((each.imported_at for each in before.values()), default=None)
        must(last is None or new.imported_at > last, f"{new.id} is not the newest imported")

    def _revives(self, run: Run | None) -> bool:
        """Tell whether a run may take deleted ones back."""
        again = self.stage.integration.deleted is DeletedPolicy.REAPPEAR
        return again or (run is not None and run.mode is not Mode.INCREMENTAL)

    def _note_claim(self, run: Run | None) -> None:
        """Keep what a run that has read everything may claim."""
        record = self.stage.it.syncs.get(KEY.owner, self.asked.id) if self.asked else None
        ended = record is not None and record.status in READ
        if record is None or run is None or run.only is not None:
            return
        window = record.window if ended else run.window
        if window is None or not (ended or run.done):
            return
        narrowed = run.requested if run.mode is Mode.RANGE else None
        since = (narrowed or window).since or EARLIEST
        until = min(window.until, narrowed.until) if narrowed else window.until
        start = self.stage.integration.reads_from or EARLIEST
        if max(since, start) < until:
            read = Interval(max(since, start), until)
            self.stage.claims = list(union([*self.stage.claims, read]))

    def _look_at_end(self) -> None:
        """If the sync is over, see what it leaves."""
        it, asked = self.stage.it, self.asked
        run = it.runs.current(KEY)
        if asked is None or (run is not None and run.sync_id == asked.id):
            return
        sync = it.requests.read(KEY.owner, asked.id)
        must(sync.status.final, "a sync is over and does not say so")
        if sync.status in READ:
            Ended(self.stage, asked, sync).check()
        self.stopped()
