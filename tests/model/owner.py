"""What an owner does on the stage; after each act it is seen that it did this and nothing else."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tests.keyed import Office
from tests.locked import Lockbox
from tests.model.stage import HOUR, Stage, must
from tests.model.syncing import Syncing
from tests.model.truth import by_id
from tests.model.weather import Weather
from tests.world import KEY
from tidemark.domain.facts import Overlay
from tidemark.domain.ids import transaction_id
from tidemark.domain.legs import Leg
from tidemark.domain.moments import EARLIEST
from tidemark.domain.transactions import Origin, State, Transaction
from tidemark.domain.wording import Said, reworded
from tidemark.errors import Conflict
from tidemark.services.edit_integrations import Changes
from tidemark.services.edit_transactions import EditTransactions
from tidemark.services.read_transactions import ReadTransactions

Change = Callable[[Transaction], Transaction | None]


@dataclass
class Owner:
    """The owner of the integration on the stage."""

    stage: Stage
    syncing: Syncing

    @property
    def editing(self) -> EditTransactions:
        """Give the edits of transactions."""
        it = self.stage.it
        ledger = it.see(it.ledger)
        reading = ReadTransactions(it.integrations, ledger, it.journal, it.parked)
        return EditTransactions(reading, ledger, it.amending, it.source, it.requests)

    def exclude(self, inner: str, weather: Weather) -> None:
        """Take one out of the balance."""
        self._edit(
            inner, lambda it: self._into(it, State.EXCLUDED), weather, self.editing_of("exclude")
        )

    def editing_of(self, what: str) -> Callable[[str], object]:
        """Give one kind of edit, made with the stores as they are then."""
        return lambda inner: getattr(self.editing, what)(KEY.owner, outer(inner))

    def include(self, inner: str, weather: Weather) -> None:
        """Put one back."""
        self._edit(
            inner, lambda it: self._into(it, State.ACTIVE), weather, self.editing_of("include")
        )

    def delete(self, inner: str, weather: Weather) -> None:
        """Leave a tombstone."""
        self._edit(inner, buried, weather, self.editing_of("delete"))

    def forget(self, inner: str, weather: Weather) -> None:
        """Leave nothing."""
        self._edit(inner, lambda _it: None, weather, self.editing_of("forget"))

    def word(self, inner: str, said: Said, weather: Weather) -> None:
        """Say something of one over what was imported; nothing: take back what was said."""
        edits, place = self.editing_of("reset"), outer(inner)
        if said:
            edits = lambda _: self.editing.update(KEY.owner, place, said)  # noqa: E731 - one line

        def change(stored: Transaction) -> Transaction:
            overlay = reworded(stored, said) if said else None
            return stored if stored.state is State.DELETED else replace(stored, overlay=overlay)

        self._edit(inner, change, weather, edits)

    def restore(self, inner: str) -> None:
        """Take a tombstone back: a sync begins that reads its time again, or joins none."""
        stored = self.stage.rows()[inner]
        idle = self.stage.integration.paused or self.stage.integration.deactivated
        busy = self.stage.it.runs.current(KEY) is not None
        deleted = stored.state is State.DELETED and stored.origin is Origin.SOURCE
        try:
            self.editing.restore(KEY.owner, outer(inner))
        except Conflict:
            must(idle or busy or not deleted, "a tombstone cannot be restored")
        self.syncing.look_up()

    def write_down(self, at: datetime, legs: Iterable[Leg], origin: Origin) -> None:
        """Make a transaction by hand, or have one from a file."""
        stage = self.stage
        inner = stage.name("own:" if origin is Origin.MANUAL else "file:")
        by = "" if origin is Origin.MANUAL else "imp_1"
        made = Transaction(inner, "", at, tuple(legs), stage.now, by, origin)
        before = stage.rows()
        locked = stage.locked_until is not None and at < stage.locked_until
        try:
            stage.it.amending.add(KEY, [made])
        except Conflict as refused:
            must(locked and refused.code == "period_locked", "a new one was refused")
            must(stage.rows() == before, "a refused one was written")
            return
        must(not locked, "the locked period was written to")
        after = dict(stage.rows())
        must(plain(after.pop(inner)) == plain(made), "it is not what was written down")
        must(after == before, "another one was touched")
        self._disturb(inner)

    def lock(self, until: datetime | None) -> None:
        """Lock the past until a moment, or unlock it; a sync that runs is stopped."""
        before, office = self.stage.rows(), Lockbox(self.stage.it)
        old = self.stage.locked_until
        try:
            if until is None:
                office.locking.unlock(KEY.owner)
            else:
                office.locking.lock(KEY.owner, until, "UTC", self.stage.now + HOUR)
        except Conflict as refused:
            self._refused(refused, until, old)
        must(self.stage.rows() == before, "locking touched a transaction")
        self.stage.sealed = self.stage.locked()
        if self.syncing.asked:
            self.syncing.asked.bent = self.stage.disturbed = True
            if self.stage.it.runs.current(KEY) is None:
                self.syncing.stopped()

    def _refused(self, refused: Conflict, until: datetime | None, old: datetime | None) -> None:
        """See why a lock was refused, and that it is as it was."""
        parked = self.stage.it.parked
        open_ones = [row.found for row in parked.held(KEY) if not row.rejected]
        open_ones += parked.pending(KEY)
        undecided = until and any(found.occurred_at < until for found in open_ones)
        must(undecided or refused.code == "still_stopping", f"not locked: {refused.code}")
        must(self.stage.locked_until == old, "a lock that was refused has moved")

    def decide(self, inner: str, how: str) -> None:
        """Accept or reject a held one."""
        stage = self.stage
        held = next(row for row in stage.it.parked.held(KEY) if row.id == inner)
        before, refused, deciding = dict(stage.rows()), "", Lockbox(stage.it).deciding
        try:
            if how == "accept":
                deciding.accept(KEY.owner, outer(inner), stage.now + HOUR)
            else:
                deciding.reject(KEY.owner, outer(inner))
        except Conflict as conflict:
            refused = conflict.code
        after, old = dict(stage.rows()), before.pop(inner, None)
        new = after.pop(inner, None)
        must(after == before, f"another one than {inner} was touched")
        if how == "reject" or refused:
            must(new == old, f"{inner} was written nevertheless")
        else:
            must(new is not None, f"{inner} was accepted, and is not there")
            legs = by_id(new.legs) if new else {}
            must(legs.items() >= by_id(held.found.legs).items(), f"{inner} is not as it was held")
            stage.sealed = stage.locked()
        self._disturb(inner)

    def change(self, changes: Changes) -> None:
        """Change the integration."""
        run = self.stage.it.runs.current(KEY)
        self._settle(lambda office: office.edit.change(KEY.owner, KEY.integration_id, changes))
        if run is not None and self.stage.it.runs.current(KEY) is None:
            self.syncing.stopped()
        elif self.syncing.asked is not None:
            self.syncing.asked.bent = True
        self.stage.disturbed = True

    def halt(self, how: str) -> None:
        """Pause, resume, deactivate or reactivate; once acknowledged, nothing of a sync is left."""
        self._settle(lambda office: getattr(office.edit, how)(KEY.owner, KEY.integration_id))
        if how in {"pause", "deactivate"}:
            must(self.stage.it.runs.current(KEY) is None, "paused, and yet a sync is current")
            self.syncing.stopped()
        self.stage.disturbed = True

    def _settle(self, act: Callable[[Office], object]) -> None:
        """Change the integration, and again when whoever was at work is gone."""
        before = self.stage.rows()
        try:
            act(Office(self.stage.it))
        except Conflict as refused:
            must(refused.code == "still_stopping", "an owner's change is refused")
            self.stage.it.clock.advance(timedelta(minutes=3))
            act(Office(self.stage.it))
        must(self.stage.rows() == before, "a change of the integration touched transactions")

    def _into(self, stored: Transaction, state: State) -> Transaction:
        """Give it in another state; a deleted one stays so."""
        return stored if stored.state is State.DELETED else replace(stored, state=state)

    def _edit(
        self, inner: str, change: Change, weather: Weather, write: Callable[[str], object]
    ) -> None:
        """Make a change, perhaps only half of it, and see that it is made, or not at all."""
        stage = self.stage
        before, stored = dict(stage.rows()), stage.rows()[inner]
        wanted, refused = change(stored), False
        with weather.over(stage) as killer:
            try:
                write(inner)
            except Conflict:
                refused = True
        may = wanted != stored and not self._is_locked(stored, wanted)
        must(killer.dead or may or stage.rows() == before, f"{inner} was changed nevertheless")
        must(killer.dead or may != refused or wanted == stored, f"{inner}: refused is {refused}")
        after, old = dict(stage.rows()), before.pop(inner)
        new = after.pop(inner, None)
        must(after == before, f"another one than {inner} was touched")
        done = plain(new) == plain(wanted)
        must(done or (new == old and (killer.dead or not may)), f"{inner} was not changed so")
        self._disturb(inner)

    def _is_locked(self, *rows: Transaction | None) -> bool:
        """Tell whether one of these lies in the locked period."""
        until = self.stage.locked_until
        return until is not None and any(row.facts.occurred_at < until for row in rows if row)

    def _disturb(self, inner: str) -> None:
        """Note that the owner has touched a transaction while a sync may be running."""
        self.stage.touched.add(inner)
        self.stage.disturbed = True


def outer(inner: str) -> str:
    """Give the id that owners see."""
    return transaction_id(KEY.integration_id, inner)


def plain(row: Transaction | None) -> Transaction | None:
    """Give a transaction without what each write adds to it."""
    if row is None:
        return None
    return replace(row, revision=0, history=None, raw=None, imported_at=EARLIEST)


def buried(stored: Transaction) -> Transaction:
    """Give what is left of it when it is deleted: ids and times."""
    moved = stored.overlay is not None and "occurred_at" in stored.overlay
    overlay = Overlay(occurred_at=stored.facts.occurred_at) if moved else None
    bare = replace(stored, legs=(), state=State.DELETED, overlay=overlay, words=None)
    bare = replace(bare, details={}, raw=None, digest="")
    return stored if stored.state is State.DELETED else bare
