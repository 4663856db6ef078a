"""What a sync must leave that has read everything: all in its place, and told as it is."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from tests.model.stage import Stage, must
from tests.model.truth import Question, Rows, by_id, has_landed, told
from tests.world import KEY
from tidemark.domain.coverage import Interval, gaps
from tidemark.domain.integrations import DeletedPolicy
from tidemark.domain.issues import IssueType
from tidemark.domain.moments import EARLIEST
from tidemark.domain.pages import Window
from tidemark.domain.syncs import Mode, Sync, SyncStatus
from tidemark.domain.transactions import Found, Origin, State
from tidemark.domain.windows import for_source

WORDS = ("new", "known", "merged", "changed", "tombstoned", "excluded", "held", "before_start")


@dataclass
class Asked:
    """A sync that was asked for: what was there before, and the source's last change by then.

    ``only`` is the one transaction that it is for, ``proven`` up to when all was read before.
    ``bent`` tells that its owner changed the rules while it ran, ``rough`` that a worker died or
    the source lost its place: what had grown by then is not told from what was known.
    ``cut`` tells that a step got no further than to the middle of an event: then its parts are
    counted apart.
    """

    id: str
    turn: int
    before: Rows
    only: str | None
    proven: datetime | None
    bent: bool = False
    rough: bool = False
    cut: bool = False


@dataclass
class Ended:
    """What a sync leaves that has read everything."""

    stage: Stage
    asked: Asked
    sync: Sync

    @property
    def window(self) -> Window:
        """Give what was read, as the source was asked for it."""
        assert self.sync.window is not None
        return for_source(self.sync.window, self.stage.source.group_span)

    def check(self) -> None:
        """Everything has landed where it must, and the sync tells it as it is."""
        stage, question, after = self.stage, self._question(), self.stage.rows()
        words: Counter[str] = Counter()
        whole = told(stage.source, Window(None, self.window.until))
        for each in told(stage.source, self.sync.window or self.window):
            found = whole[each]
            word = question.word(found, self.asked.before.get(found.id))
            words[self._counted_as(word, found)] += 1
            late = stage.source.turned[found.id] > self.asked.turn
            if word and not (late or self.asked.bent or found.id in stage.touched):
                landed = has_landed(word, found, self.asked.before, after, by=self.sync.id)
                must(landed, f"{found.id} should be {word}: {after.get(found.id)}")
                self._check_beside(word, found.id)
        if not stage.disturbed and stage.source.turn == self.asked.turn:
            must(self.asked.cut or self._counts_are(words), f"{self.sync.counts}, not {words}")
            self._check_records()
        self._check_reach()

    def _counted_as(self, word: str, found: Found) -> str:
        """Say under which word it is counted: what had grown before a worker died is known."""
        if not self.asked.rough or word not in {"merged", "known", "excluded"}:
            return word
        first = self.asked.before[found.id].legs[0].id
        return "known" if first in by_id(found.legs) else "partly"

    def _counts_are(self, words: Counter[str]) -> bool:
        """Each transaction is counted once, under its word."""
        counts = Counter({each: getattr(self.sync.counts, each) for each in WORDS})
        if self.asked.rough:
            counts["known"] += counts["excluded"] + counts["merged"]
            counts["merged"] = counts["excluded"] = 0
            slack = counts["known"] - words["known"]
            counts["known"] -= slack if 0 <= slack <= words["partly"] else 0
        return all(counts[each] == words[each] for each in WORDS)

    def _question(self) -> Question:
        """Give what this sync asked."""
        stage, sync = self.stage, self.sync
        assert sync.window is not None
        held = stage.it.parked.held(KEY)
        return Question(
            sync.mode,
            sync.window,
            sync.requested,
            self.asked.only,
            stage.integration.reads_from,
            sync.mode is not Mode.INCREMENTAL
            or stage.integration.deleted is DeletedPolicy.REAPPEAR,
            stage.locked_until,
            frozenset(each.id for each in held if each.rejected),
        )

    def _check_beside(self, word: str, transaction_id: str) -> None:
        """What waits is listed; what the source contradicts is told."""
        it = self.stage.it
        if word == "held":
            must(transaction_id in {each.id for each in it.parked.held(KEY)}, "held, not listed")
        if word == "changed":
            issues = [each for each in it.issues.of_owner(KEY.owner) if each.subject]
            told = {each.subject for each in issues if each.type is IssueType.SOURCE_CHANGED}
            must(transaction_id in told, f"nobody was told that {transaction_id} changed")

    def _check_records(self) -> None:
        """Every record is accounted for; what is not understood or not settled is listed."""
        stage, sync = self.stage, self.sync
        visible = stage.source.visible(sync.window or self.window)
        unread = {row.id for row in visible if not row.readable}
        must(sync.counts.read == len(visible), f"read {sync.counts.read} of {len(visible)}")
        must(sync.counts.unreadable == len(unread), "unreadable ones are not counted")
        honest = SyncStatus.PARTIAL if unread else SyncStatus.SUCCEEDED
        must(sync.status is honest, f"it is {sync.status}, not {honest}")
        listed = {row.id for row, _ in stage.it.parked.unread(KEY)}
        must(unread <= listed, "an unreadable one is not kept")
        must(sync.mode is not Mode.MISSING or unread == listed, "what was read is kept as unread")
        pending = {row.found().id for row in stage.source.pending_in(self.window)}
        seen = {found.id for found in stage.it.parked.pending(KEY)}
        must(pending == seen, f"pending are {seen}, not {pending}")

    def _check_reach(self) -> None:
        """It reached far enough back, not beyond its own start, and left no gap if it was told."""
        stage, window = self.stage, self.sync.window
        assert window is not None
        must(window.until <= (self.sync.started_at or window.until), "it read ahead of its start")
        start = stage.integration.reads_from
        if self.sync.mode is Mode.MISSING:
            must(window.since == start, "sync missing did not begin at the start")
            whole = Interval(start or EARLIEST, window.until)
            for stream in stage.it.coverage.read(KEY)[0].values():
                must(not gaps(stream.intervals, whole), "sync missing left a gap")
        if self.sync.mode is Mode.INCREMENTAL:
            self._check_overlap(window.since, start)
            self._check_reappeared()

    def _check_reappeared(self) -> None:
        """Where deleted ones are to reappear, all that the source still shows are back."""
        question, window = self._question(), self.sync.window
        if not question.revive or self.stage.disturbed or window is None:
            return
        for found in told(self.stage.source, Window(None, window.until)).values():
            old = self.asked.before.get(found.id)
            deleted = old is not None and old.state is State.DELETED
            same = self.stage.rows().get(found.id) == old
            late = self.stage.source.turned[found.id] > self.asked.turn
            back = not (deleted and same) or question.word(found, old) != "new"
            must(back or late, f"{found.id} was deleted and did not reappear")

    def _check_overlap(self, since: datetime | None, start: datetime | None) -> None:
        """An incremental one reaches behind the last proven point, and the last transaction."""
        begun = self.sync.started_at or self.sync.requested_at
        mine = [row for row in self.asked.before.values() if row.origin is Origin.SOURCE]
        times = [row.occurred_at for row in mine if row.occurred_at == row.facts.occurred_at]
        points = [each for each in times if each < begun]
        if self.asked.proven is None:
            must(since == start, "what was never read is not read from the start")
        elif since is not None and not self.stage.disturbed:
            latest = min([*sorted(points)[-1:], self.asked.proven]) - self.stage.source.overlap
            must(since <= max(latest, start or EARLIEST), "an incremental sync began too late")
