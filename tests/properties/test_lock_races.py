"""Locking a period against syncs, edits and decisions, in every order of their calls.

Once the lock is acknowledged, no byte of the period changes but by the owner's word on what is
held, and the seal is that of what is there.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from tests.fakes.source import trades
from tests.locked import Lockbox, bytes_of
from tests.race import Race
from tests.world import KEY, START, World
from tidemark.domain.history import Action
from tidemark.domain.syncs import Mode
from tidemark.domain.transactions import Origin, State, imported
from tidemark.errors import Conflict, NotFound

CUT, FURTHER = START + timedelta(hours=11), START + timedelta(hours=13)
"""Of four trades, five hours apart, three are older; so they are than a moment somewhat later."""

REFUSALS = {"busy", "still_stopping", "held_transactions", "period_locked", "not_locked"}

INNER, DELETED = "ledger:T0001", "ledger:T0002"


@dataclass
class Locking(Race):
    """A race that keeps what was locked when that was acknowledged; None if it never was."""

    kept: tuple[str, str] | None = None

    @property
    def box(self) -> Lockbox:
        """Give what the owner does."""
        return Lockbox(self.it, self.nap)


Act = Callable[[Locking], object]


def lock(race: Locking) -> None:
    """Lock, unless that is refused."""
    if tried(lambda: race.box.lock(CUT)):
        race.kept = bytes_of(race.it, CUT)


def lock_further(race: Locking) -> None:
    """Lock more than is locked."""
    if tried(lambda: race.box.lock(FURTHER)):
        race.kept = bytes_of(race.it, CUT)


def tried(act: Callable[[], object]) -> bool:
    """Do it, unless that is refused; tell whether it was done."""
    try:
        act()
    except Conflict as refused:
        if refused.code not in REFUSALS:
            raise
        return False
    return True


def ask_and_drive(race: Locking) -> None:
    """Ask for a sync, and work at it."""
    race.drive(race.it.request(Mode.MISSING))


def exclude(race: Locking) -> None:
    """Exclude one."""
    row = race.it.ledger.of(KEY)[INNER]
    changed = replace(row, state=State.EXCLUDED)
    tried(lambda: race.it.amending.change(KEY, row, changed, Action.EXCLUDED))


def move_into(race: Locking) -> None:
    """Give one from behind the lock a time before it."""
    row = race.it.ledger.of(KEY)["ledger:T0003"]
    changed = replace(row, overlay={"occurred_at": START})
    tried(lambda: race.it.amending.change(KEY, row, changed, Action.UPDATED))


def forget(race: Locking) -> None:
    """Forget one."""
    row = race.it.ledger.of(KEY)[INNER]
    tried(lambda: race.it.amending.forget(KEY, row))


def add(race: Locking) -> None:
    """Write one by hand."""
    found = trades(1, start=START)[0].found()
    made = imported(found, at=race.it.clock.now(), by="")
    own = replace(made, id="own:1", origin=Origin.MANUAL)
    tried(lambda: race.it.amending.add(KEY, [own]))


def accept(race: Locking) -> None:
    """Accept what is held, unless that was done."""
    with suppress(NotFound):
        tried(lambda: race.box.accept(DELETED))


def synced(race: Locking) -> None:
    """Have all of the source, but for one that was deleted."""
    race.it.run()
    row = race.it.ledger.of(KEY)[DELETED]
    race.it.amending.change(KEY, row, row.tombstone(), Action.DELETED)


def holding(race: Locking) -> None:
    """Have a lock, and one held that would be restored."""
    synced(race)
    Lockbox(race.it).lock(CUT)
    race.it.run(Mode.MISSING)
    assert Lockbox(race.it).held() == [DELETED]


def nothing(_race: Locking) -> None:
    """Have nothing yet."""


def ran(act: Act, work: Act, before: Act, switches: frozenset[int]) -> Locking:
    """Run one race to its end."""
    race = Locking(act, switches, work)  # type: ignore[arg-type]
    before(race)
    race.run()
    return race


def every_order(
    act: Act, work: Act, before: Act, later: Sequence[int] = (1, 2, 5)
) -> Iterator[Locking]:
    """Run the race with a switch at each call, and with a second one so many calls later."""
    calls = ran(act, work, before, frozenset()).baton.moment
    orders = [frozenset({at}) for at in range(calls + 1)]
    orders += [frozenset({at, at + more}) for at in range(1, calls + 1, 2) for more in later]
    for switches in orders:
        yield ran(act, work, before, switches)


def intact(it: World) -> bool | None:
    """Compare what is there with its seal."""
    return Lockbox(it).intact()


@pytest.mark.parametrize(
    ("work", "before"),
    [
        (ask_and_drive, nothing),
        (ask_and_drive, synced),
        (exclude, synced),
        (move_into, synced),
        (forget, synced),
        (add, synced),
    ],
)
def test_after_the_acknowledgement_nothing_before_the_lock_changes(work: Act, before: Act) -> None:
    """Whether the other began before or after; a lock that was refused is not there."""
    locked = 0
    for race in every_order(lock, work, before):
        present = race.it.accounts.get("alice").lock
        locked += present is not None
        if race.kept is None:
            assert present is None, sorted(race.switches)
            continue
        assert bytes_of(race.it, CUT) == race.kept, sorted(race.switches)
        assert intact(race.it) is True, sorted(race.switches)
        race.it.clock.advance(timedelta(minutes=5))
        race.it.run(Mode.MISSING)
        assert bytes_of(race.it, CUT) == race.kept, sorted(race.switches)
    assert locked > 0


@pytest.mark.parametrize("act", [accept, lock_further])
@pytest.mark.parametrize("work", [accept, ask_and_drive])
def test_a_decision_is_made_once_and_sealed(act: Act, work: Act) -> None:
    """Against itself, a sync that brings the same again, and a lock that moves on."""
    for race in every_order(act, work, holding):
        it = race.it
        account = it.accounts.get("alice")
        assert account.lock is not None
        assert account.lock.sealed, sorted(race.switches)
        assert intact(it) is True, sorted(race.switches)
        row = it.ledger.of(KEY)[DELETED]
        taken = row.state is State.ACTIVE
        assert row.revision == (3 if taken else 2), sorted(race.switches)
        assert Lockbox(it).held() == ([] if taken else [DELETED]), sorted(race.switches)
        assert accept not in {act, work} or taken or act is lock_further


def test_two_that_are_accepted_at_once_are_both_sealed() -> None:
    """Whoever comes last has seen what both have written."""

    def holding_two(race: Locking) -> None:
        holding(race)
        late = replace(race.it.source.rows[0], id="LATE", group="LATE")
        race.it.source.rows.append(late)
        race.it.run(Mode.MISSING)

    def accept_other(race: Locking) -> None:
        race.box.accept("ledger:LATE")

    for race in every_order(accept, accept_other, holding_two, range(19, 30, 2)):
        assert race.box.held() == [], sorted(race.switches)
        assert intact(race.it) is True, sorted(race.switches)


def test_what_was_rejected_stays_rejected() -> None:
    """A sync that brings it again at the same moment does not ask once more."""

    def reject(race: Locking) -> None:
        race.box.reject(DELETED)

    for race in every_order(reject, ask_and_drive, holding):
        (held,) = race.it.parked.held(KEY)
        assert held.rejected, sorted(race.switches)
        assert race.it.ledger.of(KEY)[DELETED].state is State.DELETED, sorted(race.switches)


def test_unlocking_under_a_decision_leaves_one_transaction() -> None:
    """It is accepted, or a sync imports it; never both, and nothing is sealed any more."""

    def unlock_and_sync(race: Locking) -> None:
        if tried(lambda: race.box.locking.unlock("alice")):
            ask_and_drive(race)

    for race in every_order(unlock_and_sync, accept, holding):
        it = race.it
        assert it.accounts.get("alice").lock is None, sorted(race.switches)
        assert it.ledger.of(KEY)[DELETED].state is State.ACTIVE, sorted(race.switches)
        assert it.ledger.of(KEY)[DELETED].revision == 3, sorted(race.switches)
        it.clock.advance(timedelta(minutes=5))
        it.run(Mode.MISSING)
        assert it.parked.held(KEY) == []
