"""Single promises of a sync, each with what would break it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.fakes.source import FakeSource, Row, trades
from tests.locked import impose
from tests.model.source import LivingSource
from tests.world import KEY, START, World, world
from tidemark.domain.history import Action
from tidemark.domain.issues import IssueType
from tidemark.domain.pages import Page, Window
from tidemark.domain.steps import Outcome
from tidemark.domain.syncs import Mode, SyncStatus
from tidemark.domain.transactions import State, Transaction
from tidemark.errors import Conflict, RateLimited
from tidemark.services.add_up import AddUp

INNER = "ledger:T0001"


def move(it: World, inner: str, at: datetime) -> Transaction:
    """Do as an owner who moves a transaction in time."""
    stored = it.ledger.of(KEY)[inner]
    moved = replace(stored, overlay={"occurred_at": at})
    written = it.amending.change(KEY, stored, moved, Action.UPDATED)
    assert written is not None
    return written


def test_one_whose_owner_moved_it_is_found_where_it_is() -> None:
    """By its id, for its time is not the source's any more."""
    it = world(5)
    it.run()
    moved = move(it, INNER, START + timedelta(days=90))
    sync = it.run(Mode.MISSING)
    assert it.ledger.of(KEY)[INNER] == moved
    assert (sync.counts.new, sync.counts.known) == (0, 5)


def test_a_late_leg_of_an_edited_one_is_told_and_not_written() -> None:
    """The owner's wording was made for the legs that there were."""
    it = world(5)
    it.run()
    moved = move(it, INNER, START + timedelta(hours=6))
    it.source.rows.append(replace(it.source.rows[2], id="L0001C", asset="DOT"))
    assert it.run(Mode.MISSING).counts.changed == 1
    assert it.ledger.of(KEY)[INNER] == moved
    assert IssueType.SOURCE_CHANGED in {each.type for each in it.issues.of_owner("alice")}


def test_one_that_was_told_to_have_changed_and_then_forgotten_is_new() -> None:
    """Its issue is settled, and no sync stumbles over it."""
    it = world(5)
    it.run()
    it.source.rows[2] = replace(it.source.rows[2], amount=Decimal(-99))
    it.run(Mode.MISSING)
    assert it.amending.forget(KEY, it.ledger.of(KEY)[INNER])
    sync = it.run(Mode.MISSING)
    assert (sync.status, sync.counts.new) == (SyncStatus.SUCCEEDED, 1)
    told = [e for e in it.issues.of_owner("alice") if e.type is IssueType.SOURCE_CHANGED]
    assert [each.state.value for each in told] == ["resolved"]


@pytest.mark.parametrize("page_size", [1, 2, 3, 5])
@pytest.mark.parametrize("at", range(2, 9))
def test_a_sync_that_stopped_half_way_is_made_good_by_the_next(page_size: int, at: int) -> None:
    """The newest part is there, no trade torn apart; the next one reads from the beginning."""
    it = world(10, page_size=page_size)

    def refuse(call: str) -> None:
        it.clock.advance(timedelta(seconds=1.5))
        if call == f"page ledger {at * page_size}":
            raise RateLimited("slow down", timedelta(hours=3))

    it.source.trouble = refuse
    refused = at * page_size < 20
    assert (it.run().status is SyncStatus.RATE_LIMITED) is refused
    assert {len(each.legs) for each in it.ledger.of(KEY).values()} <= {2}
    assert (len(it.digest()) < 10) is refused
    it.source.trouble = lambda _call: None
    assert it.run().status is SyncStatus.SUCCEEDED
    assert len(it.digest()) == 10


def test_a_worker_that_was_overtaken_keeps_nothing_more() -> None:
    """Its lease had run out while it waited for its source; another one has done the work."""
    it = world(10, page_size=2)
    sync = it.request(Mode.MISSING)

    def oversleep(call: str) -> None:
        if call == "page ledger 4":
            it.source.trouble = lambda _call: None
            it.clock.advance(timedelta(minutes=10))
            other = it.worker("other")
            assert it.stepping.step(KEY, sync.id, other, timedelta(minutes=1)).outcome == "done"

    it.source.trouble = oversleep
    result = it.stepping.step(KEY, sync.id, it.worker("late"), timedelta(minutes=60))
    assert result.outcome is Outcome.STOPPED
    assert it.finish(sync).counts.new == 10


def test_what_is_held_is_counted_as_held() -> None:
    """It was fetched, and it is not in the ledger: the record says where it is."""
    it = world(5)
    impose(it, START + timedelta(hours=7))
    counts = it.run().counts
    assert (counts.held, counts.new) == (2, 3)


def test_parts_of_a_walk_that_begins_again_are_counted_once() -> None:
    """New, grown and held ones, whether before or after the source lost its place."""
    it = World(LivingSource(trades(6, start=START), page_size=2))
    it.connect()
    impose(it, START + timedelta(hours=18))
    source = it.source
    assert isinstance(source, LivingSource)

    def lose(_call: str) -> None:
        it.clock.advance(timedelta(seconds=2))
        source.forgetful = source.forgetful or len(source.calls) == 6

    source.trouble = lose
    counts = it.run(Mode.MISSING).counts
    assert (counts.new, counts.held, counts.known, counts.merged) == (2, 4, 0, 0)


def test_an_owner_does_not_write_to_the_locked_period() -> None:
    """Not into it, not out of it, and nothing new."""
    it = world(5)
    it.run()
    impose(it, START + timedelta(hours=7))
    before = dict(it.ledger.of(KEY))
    with pytest.raises(Conflict, match="locked"):
        move(it, INNER, START + timedelta(days=1))
    with pytest.raises(Conflict, match="locked"):
        move(it, "ledger:T0003", START)
    assert it.ledger.of(KEY) == before


def test_an_edit_is_seen_in_a_balance_that_was_added_up_before() -> None:
    """Its month is not clean any more."""
    it = world(1)
    it.run()
    adding = AddUp(it.ledger, it.months, it.clock)
    assert adding.calculated(KEY)["BTC"] == Decimal("0.001")
    stored = it.ledger.of(KEY)["ledger:T0000"]
    gone = replace(stored, state=State.EXCLUDED)
    assert it.amending.change(KEY, stored, gone, Action.EXCLUDED)
    assert not any(adding.calculated(KEY).values())


def test_pending_ones_are_those_of_the_last_run() -> None:
    """What is settled is in the ledger, and pending no more."""
    it = World(LivingSource())
    it.connect()
    source = it.source
    assert isinstance(source, LivingSource)
    source.announce(Row("P", "TP", it.clock.now(), "EUR", Decimal(1)))
    it.run()
    assert [each.id for each in it.parked.pending(KEY)] == ["ledger:TP"]
    assert it.digest() == {}
    source.settle("P")
    it.run()
    assert it.parked.pending(KEY) == []
    assert set(it.digest()) == {"ledger:TP"}


def test_one_that_settles_late_is_in_the_next_window() -> None:
    """However long it was pending, and whatever came after it."""
    it = World(LivingSource(trades(40, start=START)))
    it.connect()
    source = it.source
    assert isinstance(source, LivingSource)
    source.announce(Row("P", "TP", START + timedelta(days=1), "EUR", Decimal(1)))
    for _ in range(2):
        it.run()
        assert [each.id for each in it.parked.pending(KEY)] == ["ledger:TP"]
    source.settle("P")
    it.run()
    assert "ledger:TP" in it.digest()


@dataclass
class Carousel(FakeSource):
    """A source whose pages come round again."""

    def page(self, stream: str, window: Window, cursor: str | None, bookmark: str | None) -> Page:
        """Give the same two pages for ever; a reader that does not see it is stopped."""
        assert len(self.calls) < 100
        found = super().page(stream, window, None, bookmark)
        return replace(found, cursor="1" if cursor == "2" else "2")


def test_a_source_that_goes_round_in_circles_fails_the_sync() -> None:
    """It neither ends well nor never."""
    it = World(Carousel(trades(3, start=START), page_size=1))
    it.connect()
    assert it.run().status is SyncStatus.FAILED
