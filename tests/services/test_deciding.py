"""What an owner decides on held transactions."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.fakes.source import Row
from tests.keyed import days_after
from tests.locked import Lockbox, bytes_of
from tests.world import KEY, START, World, world
from tidemark.domain.history import OWNER, Action
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.issues import IssueState, IssueType
from tidemark.domain.journal import Noted
from tidemark.domain.syncs import Mode
from tidemark.domain.transactions import State
from tidemark.errors import Conflict, NotFound, StoreUnavailable
from tidemark.services.add_up import AddUp
from tidemark.services.decide_held import HeldView
from tidemark.services.read_transactions import Filter, ReadTransactions

CUT = days_after(START, 1)
LATE, FIRST, SECOND = "ledger:LATE", "ledger:T0000", "ledger:T0001"


def late(group: str = "LATE", hours: float = 1) -> Row:
    """Make a record that was not there when the period was locked."""
    at = START + timedelta(hours=hours)
    return Row(f"{group}-{hours}", group, at, "EUR", Decimal("7.50"))


def held() -> World:
    """Give a world with one held transaction of each reason, the deleted one edited before."""
    it = world(10, page_size=50)
    it.run()
    it.clock.advance(timedelta(hours=1))
    row = it.ledger.of(KEY)[SECOND]
    assert it.amending.change(KEY, row, row.tombstone(), Action.DELETED)
    Lockbox(it).lock(CUT)
    it.source.open_span = timedelta(days=1)
    it.source.rows += [late(), late("T0000")]
    it.clock.advance(timedelta(hours=1))
    it.run(Mode.MISSING)
    it.clock.advance(timedelta(hours=1))
    return it


def views(it: World) -> dict[str, HeldView]:
    """Give what is held, by id."""
    return {each.held.id: each for each in Lockbox(it).deciding.views("alice", None, None)}


def refused(code: str, call: Callable[[], object]) -> None:
    """Expect a refusal, for this reason."""
    with pytest.raises(Conflict) as refusal:
        call()
    assert refusal.value.code == code


def test_accepting_writes_it_past_the_lock() -> None:
    """By the owner's hand, as the import of the sync that found it; the seal is taken anew."""
    it = held()
    box, before = Lockbox(it), bytes_of(it, CUT)
    expected = AddUp(it.ledger, it.months, it.clock).calculated(KEY)
    for inner, view in views(it).items():
        for asset, amount in view.balances.items():
            expected[asset] += amount
        row = box.accept(inner)
        assert it.ledger.get(KEY, inner) == replace(row, raw=it.ledger.of(KEY)[inner].raw)
        assert (row.state, row.legs) == (State.ACTIVE, view.transaction.legs)
        assert row.import_id == view.transaction.import_id
        assert box.intact() is True
    assert bytes_of(it, CUT) != before
    assert AddUp(it.ledger, it.months, it.clock).calculated(KEY) == expected
    assert (box.held(), it.parked.held(KEY)) == ([], [])


def test_the_history_tells_who_accepted() -> None:
    """The owner did, whatever the sync."""
    it = held()
    for inner, action in (
        (LATE, Action.ACCEPTED),
        (FIRST, Action.LEGS_ADDED),
        (SECOND, Action.RESTORED),
    ):
        Lockbox(it).accept(inner)
        history = it.ledger.of(KEY)[inner].history
        assert history is not None
        assert (history[-1].actor, history[-1].action) == (OWNER, action)
        assert history[-1].at == it.clock.now()


def test_the_journal_tells_what_was_accepted() -> None:
    """New and restored ones are listed among the newest imported, under their sync."""
    it = held()
    sync_id = views(it)[LATE].held.sync_id
    for inner in (LATE, FIRST, SECOND):
        Lockbox(it).accept(inner)
    chunks = it.journal.chunks["alice"][-3:]
    assert [(each.action, each.import_id, each.done) for each in chunks] == [
        (Noted.ADDED, sync_id, True),
        (Noted.MODIFIED, "", True),
        (Noted.ADDED, sync_id, True),
    ]
    reading = ReadTransactions(it.integrations, it.ledger, it.journal, it.parked)
    listed = reading.newest_imported("alice", Filter(), None, 2).rows
    assert [row.transaction.id for row in listed] == [SECOND, LATE]


def test_no_sync_brings_again_what_was_accepted() -> None:
    """It is known, as if it had been imported."""
    it = held()
    for inner in (LATE, FIRST, SECOND):
        Lockbox(it).accept(inner)
    before = bytes_of(it, CUT)
    counts = it.run(Mode.MISSING).counts
    assert (counts.known, counts.new, counts.held, counts.merged) == (11, 0, 0, 0)
    assert bytes_of(it, CUT) == before


def test_accepting_the_last_one_closes_the_issue() -> None:
    """Each one before makes it say how many are left."""
    it = held()
    for count, inner in enumerate((LATE, FIRST, SECOND), 1):
        Lockbox(it).accept(inner)
        (issue,) = (
            each for each in it.issues.of_owner("alice") if each.type is IssueType.HELD_TRANSACTIONS
        )
        assert issue.state is (IssueState.OPEN if count < 3 else IssueState.RESOLVED)
        assert count == 3 or issue.details["count"] == str(3 - count)


def test_it_is_accepted_once() -> None:
    """Then it is no longer held; and nobody accepts what was never held."""
    it = held()
    Lockbox(it).accept(LATE)
    for inner in (LATE, "ledger:T0005", "ledger:NOBODY"):
        with pytest.raises(NotFound):
            Lockbox(it).accept(inner)
        with pytest.raises(NotFound):
            Lockbox(it).reject(inner)


def test_a_rejected_one_may_be_accepted_after_all() -> None:
    """The word is not the last."""
    it = held()
    Lockbox(it).reject(LATE)
    assert LATE not in Lockbox(it).held()
    rejected = Lockbox(it).deciding.views("alice", None, None, rejected=True)
    assert [view.held.id for view in rejected] == [LATE]
    Lockbox(it).accept(LATE)
    assert it.ledger.of(KEY)[LATE].state is State.ACTIVE


@pytest.mark.parametrize("call", ["MemoryAccounts.replace", "MemoryParked.let_go"])
def test_an_acceptance_that_broke_off_is_taken_up_again(call: str) -> None:
    """What is written already is not written twice, but sealed and no longer held."""
    it = held()

    def fail(when: str, seen: str) -> None:
        if (when, seen) == ("before", call):
            raise StoreUnavailable("throttled")

    it.watch = fail
    with pytest.raises(StoreUnavailable):
        Lockbox(it).accept(LATE)
    it.watch = lambda _when, _call: None
    writes = it.ledger.writes
    Lockbox(it).accept(LATE)
    assert it.ledger.writes == writes
    assert Lockbox(it).intact() is True
    assert LATE not in Lockbox(it).held()


def test_only_what_is_locked_is_accepted() -> None:
    """In an open period a sync may be about to write it."""
    it = held()
    Lockbox(it).locking.unlock("alice")
    refused("not_locked", lambda: Lockbox(it).accept(LATE))
    assert LATE in Lockbox(it).held()


def test_nothing_is_accepted_while_the_period_is_being_locked() -> None:
    """It would not be part of the seal."""
    it = held()
    account = it.accounts.items["alice"]
    assert account.lock is not None
    it.accounts.items["alice"] = replace(account, lock=replace(account.lock, sealed=False))
    refused("busy", lambda: Lockbox(it).accept(LATE))


def test_what_contradicts_the_ledger_is_not_accepted() -> None:
    """The stored one is never overwritten."""
    it = held()
    (row,) = (each for each in it.parked.held(KEY) if each.id == LATE)
    other = replace(row.found, legs=(row.found.legs[0]._replace(amount=Decimal(9)),))
    Lockbox(it).accept(LATE)
    it.parked.hold(KEY, [replace(row, found=other)])
    refused("source_changed", lambda: Lockbox(it).accept(LATE))


def test_nobody_decides_on_what_another_holds() -> None:
    """Nor sees it."""
    it = held()
    deciding = Lockbox(it).deciding
    (view,) = (each for each in views(it).values() if each.held.id == LATE)
    assert list(deciding.views("bob", None, None)) == []
    with pytest.raises(NotFound):
        list(deciding.views("bob", KEY.integration_id, None))
    assert view.integration.key == IntegrationKey("alice", KEY.integration_id)
