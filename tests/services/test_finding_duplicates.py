"""Possible duplicates: what is found, when, and what closes by itself."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.services.duplicate_world import (
    BY_HAND,
    HOUR,
    by_hand,
    deciding,
    of_source,
    only_pair,
    pairs,
    told,
    told_of,
    world,
)
from tests.world import KEY, START, set_state
from tidemark.domain.duplicates import DuplicateState
from tidemark.domain.imports import JobKind
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.issues import IssueState
from tidemark.domain.pages import Window
from tidemark.domain.syncs import Mode, SyncStatus
from tidemark.domain.transactions import State
from tidemark.errors import StoreUnavailable


@pytest.mark.parametrize("key", [KEY, BY_HAND])
def test_a_sync_finds_what_was_told_by_hand(key: IntegrationKey) -> None:
    """In the same integration or a manual one; the owner is told, and nothing is merged."""
    it = world()
    own = by_hand(it, 1, key)
    sync = it.run()
    pair = only_pair(it)
    assert (pair.own, pair.twin) == (own, of_source(1))
    assert (pair.seconds, pair.unique, pair.found_by) == (3600, True, sync.id)
    (issue,) = told_of(it)
    assert (issue.integration_id, issue.details) == (
        key.integration_id,
        {"count": "1", "pairs": pair.id},
    )
    assert len([each for each in it.ledger.of(KEY).values() if each.counts]) == 3 + (key == KEY)


def test_another_sync_finds_nothing_more() -> None:
    """The pair is the same, and so is the issue."""
    it = world()
    by_hand(it)
    it.run()
    before = pairs(it, None), it.issues.items
    it.clock.advance(timedelta(hours=1))
    it.run(Mode.MISSING)
    assert (pairs(it, None), it.issues.items) == before


def test_what_is_told_by_hand_later_is_found_at_once() -> None:
    """Around it; the transaction itself is the cause."""
    it = world()
    it.run()
    own = by_hand(it)
    it.finding.after_change("alice", [own])
    assert only_pair(it).found_by == own


def test_a_sources_transaction_that_counts_again_is_compared_at_once() -> None:
    """With those by hand around it."""
    it = world()
    it.run()
    set_state(it, "ledger:T0001", State.EXCLUDED)
    own = by_hand(it, 1, BY_HAND)
    it.finding.after_change("alice", [own])
    assert pairs(it, None) == []
    set_state(it, "ledger:T0001", State.ACTIVE)
    it.finding.after_change("alice", [of_source(1)])
    assert (only_pair(it).own, only_pair(it).found_by) == (own, own)


def test_a_file_is_compared_at_once() -> None:
    """With what is there in its time."""
    it = world()
    it.run()
    for number in range(3):
        by_hand(it, number, BY_HAND)
    window = Window(START, START + 10 * HOUR)
    found = it.finding.find_for("alice", BY_HAND.integration_id, window, "imp_1")
    assert {(pair.own[-3:], pair.twin) for pair in found} == {
        (pair.own[-3:], of_source(number))
        for number, pair in enumerate(sorted(found, key=lambda each: each.own))
    }
    (issue,) = told_of(it)
    assert issue.details["count"] == "3"


def test_an_owner_without_own_transactions_costs_one_look() -> None:
    """Nothing of the ledger is read for it."""
    it = world()
    calls: list[str] = []
    it.watch = lambda when, call: calls.append(call) if when == "before" else None
    it.run()
    asked = [call for call in calls if "Duplicates" in call]
    assert asked == ["MemoryDuplicates.with_own"]
    assert "MemoryLedger.oldest_first" not in calls


def test_integrations_with_sources_are_not_compared_with_each_other() -> None:
    """A transfer between two accounts is told by both; nor is another owner's anything."""
    it = world()
    second = IntegrationKey("alice", "intg_01J0000000000000000000000B")
    foreign = IntegrationKey("bob", "intg_01J0000000000000000000000C")
    for key in (second, foreign):
        it.connect(key, credentials={"api_key": key.text})
        by_hand(it, 1, key)
    it.run()
    assert pairs(it, None) == []
    assert list(it.duplicates.of_owner("bob")) == []


def test_one_leg_of_a_trade_is_enough_for_what_has_one_side() -> None:
    """A deposit by hand, where the source tells of a trade."""
    it = world()
    legs = [leg for leg in told(it, 1) if leg.asset == "BTC"]
    by_hand(it, 1, legs=legs)
    by_hand(it, 2, legs=[leg._replace(amount=leg.amount * 2) for leg in told(it, 2)])
    it.run()
    pair = only_pair(it)
    assert pair.twin == of_source(1)
    assert list(pair.amounts) == ["BTC"]


@pytest.mark.parametrize("side", ["own:1", "ledger:T0001"])
@pytest.mark.parametrize("how", ["deleted", "excluded", "forgotten", "apart"])
def test_a_pair_that_no_longer_holds_closes_by_itself(side: str, how: str) -> None:
    """With its issue; so the owner needs no word."""
    it = world()
    own = by_hand(it)
    it.run()
    stored = it.ledger.of(KEY)[side]
    if how == "forgotten":
        del it.ledger.of(KEY)[side]
    elif how == "apart":
        moved = stored.occurred_at + timedelta(days=30)
        it.ledger.of(KEY)[side] = replace(stored, overlay={"occurred_at": moved})
    else:
        set_state(it, side, State(how))
    it.finding.after_change("alice", [own if side == "own:1" else of_source(1)])
    assert only_pair(it, None).state is DuplicateState.RESOLVED
    assert told_of(it) == []
    assert len(told_of(it, IssueState.RESOLVED)) == 1


def test_a_sync_closes_what_no_longer_holds_and_opens_what_holds_again() -> None:
    """It is the same pair."""
    it = world()
    by_hand(it)
    it.run()
    set_state(it, "ledger:T0001", State.EXCLUDED)
    it.run(Mode.MISSING)
    assert only_pair(it, None).state is DuplicateState.RESOLVED
    set_state(it, "ledger:T0001", State.ACTIVE)
    it.run(Mode.MISSING)
    assert only_pair(it).closed_at is None
    assert len(told_of(it)) == 1


def test_who_is_in_a_pair_is_in_no_other() -> None:
    """Two by hand, one of the source: the second waits for another one of the source's."""
    it = world()
    by_hand(it, 1, name="own:a")
    it.run()
    second = by_hand(it, 1, BY_HAND, name="own:b")
    it.finding.after_change("alice", [second])
    assert len(pairs(it, None)) == 1
    deciding(it).dismiss("alice", only_pair(it).id)
    it.finding.after_change("alice", [second])
    assert only_pair(it).own == second


def test_what_is_much_is_left_to_a_worker() -> None:
    """The sync ends; the job finds all of it, however often it comes."""
    it = world(600)
    for number in range(600):
        by_hand(it, number, BY_HAND, later=timedelta(seconds=1))
    sync = it.run()
    assert pairs(it, None) == []
    (job,) = it.files_queue.jobs
    assert (job.owner, job.kind, job.id) == ("alice", JobKind.FIND_DUPLICATES, sync.id)
    for _ in range(2):
        it.finding(job, it.clock.now())
        assert len(pairs(it)) == 600
    (issue,) = told_of(it)
    assert issue.details["count"] == "600"
    assert len(issue.details["pairs"].split(", ")) == 20


def test_a_sync_ends_even_if_nobody_can_look() -> None:
    """A worker looks later."""
    it = world()
    by_hand(it)

    def fail(when: str, call: str) -> None:
        if (when, call) == ("before", "MemoryDuplicates.with_own"):
            raise StoreUnavailable("throttled")

    it.watch = fail
    assert it.run().status is SyncStatus.SUCCEEDED
    it.watch = lambda _when, _call: None
    (job,) = it.files_queue.jobs
    it.finding(job, it.clock.now())
    assert only_pair(it).found_by == job.id


def test_a_deleted_integration_leaves_no_pair() -> None:
    """And no issue, whichever side of the pair it was on."""
    it = world()
    by_hand(it, 1, BY_HAND)
    it.run()
    it.finding.pairs.erase(KEY)
    assert pairs(it, None) == []
    assert told_of(it) == []
