"""The owner's word on possible duplicates: merge, dismiss, undo."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.services.duplicate_world import (
    BY_HAND,
    RENT,
    TWIN,
    actions,
    deciding,
    facts,
    of_source,
    only_pair,
    own_of,
    paired,
    told_of,
    twin_of,
)
from tests.world import KEY, START, World
from tidemark.domain.accounts import Account, PeriodLock
from tidemark.domain.duplicates import DuplicateState
from tidemark.domain.facts import Words, Worth
from tidemark.domain.history import Action
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.issues import IssueState
from tidemark.domain.syncs import Mode
from tidemark.domain.transactions import State
from tidemark.errors import Conflict, NotFound
from tidemark.services.add_up import AddUp


def word(it: World, **facts: Any) -> None:  # noqa: ANN401 - facts of an overlay
    """Say something of the source's transaction."""
    stored = twin_of(it)
    overlay = {**(stored.overlay or {}), **facts}
    it.amending.change(KEY, stored, replace(stored, overlay=overlay), Action.UPDATED)


@pytest.mark.parametrize("key", [KEY, BY_HAND])
def test_a_merge_puts_the_sources_transaction_in_the_place_of_the_own_one(
    key: IntegrationKey,
) -> None:
    """It takes over the words; both keep ids and history; asking again does nothing."""
    it = paired(key)
    for _ in range(2):
        pair = deciding(it).merge("alice", only_pair(it, None).id)
        assert pair.state is DuplicateState.MERGED
    own, twin = own_of(it, key), twin_of(it)
    assert (own.state, own.merged_into) == (State.EXCLUDED, of_source(1))
    assert (twin.state, twin.facts.label, twin.facts.note) == (State.ACTIVE, "Rent", "June")
    assert actions(own) == actions(twin) == [Action.MERGED]
    assert told_of(it) == []
    calculated = AddUp(it.ledger, it.months, it.clock).calculated(KEY)
    assert calculated == it.source.balances({})


def test_what_the_owner_said_of_its_value_is_taken_over() -> None:
    """It stays with what counts; an undo takes it back, unless another one was said since."""
    worth, other = Worth(Decimal("77.70"), "CHF"), Worth(Decimal(9), "EUR")
    it = paired(words=replace(RENT, valuation=worth))
    before = facts(it)
    deciding(it).merge("alice", only_pair(it).id)
    assert twin_of(it).facts.valuation == worth
    deciding(it).undo("alice", only_pair(it, None).id)
    assert facts(it) == before
    it.clock.advance(timedelta(minutes=1))
    deciding(it).merge("alice", only_pair(it).id)
    word(it, valuation=other)
    deciding(it).undo("alice", only_pair(it, None).id)
    assert twin_of(it).facts.valuation == other


def test_the_value_that_the_sources_transaction_was_given_stays() -> None:
    """A merge does not change it."""
    mine, other = Worth(Decimal(1), "EUR"), Worth(Decimal(2), "EUR")
    it = paired(words=Words(valuation=mine))
    word(it, valuation=other)
    deciding(it).merge("alice", only_pair(it).id)
    assert twin_of(it).facts.valuation == other


def test_what_the_source_says_itself_is_not_taken_over() -> None:
    """Nor what the owner has taken away there."""
    it = paired()
    word(it, label="Mine", note=None)
    deciding(it).merge("alice", only_pair(it).id)
    assert twin_of(it).overlay == {"label": "Mine", "note": None}
    assert actions(twin_of(it)) == [Action.UPDATED, Action.MERGED]


@pytest.mark.parametrize("key", [KEY, BY_HAND])
def test_an_undo_gives_back_what_was(key: IntegrationKey) -> None:
    """The pair is open again; asking again does nothing; and it can be merged anew."""
    it = paired(key)
    before = facts(it)
    deciding(it).merge("alice", only_pair(it).id)
    for _ in range(2):
        pair = deciding(it).undo("alice", only_pair(it, None).id)
        assert (pair.state, pair.closed_at) == (DuplicateState.OPEN, None)
        assert facts(it) == before
    assert actions(own_of(it, key)) == [Action.MERGED, Action.UNMERGED]
    assert actions(twin_of(it)) == [Action.MERGED, Action.UNMERGED]
    assert len(told_of(it)) == 1
    it.clock.advance(timedelta(minutes=1))
    assert deciding(it).merge("alice", pair.id).state is DuplicateState.MERGED
    assert twin_of(it).facts.label == "Rent"


def test_an_undo_leaves_what_was_changed_since() -> None:
    """A label that the owner gave anew, even the same one."""
    it = paired()
    deciding(it).merge("alice", only_pair(it).id)
    word(it, label="Other")
    word(it, label="Rent")
    deciding(it).undo("alice", only_pair(it, None).id)
    assert (twin_of(it).facts.label, twin_of(it).facts.note) == ("Rent", None)


def test_a_merged_transaction_that_was_deleted_stays_so() -> None:
    """Its pair does not hold any more."""
    it = paired()
    deciding(it).merge("alice", only_pair(it).id)
    own = own_of(it)
    it.amending.change(KEY, own, own.tombstone(), Action.DELETED)
    assert deciding(it).undo("alice", only_pair(it, None).id).state is DuplicateState.RESOLVED
    assert own_of(it).state is State.DELETED
    assert twin_of(it).overlay is None


def test_a_dismissal_is_remembered() -> None:
    """Whatever syncs come; undone, the pair is open again."""
    it = paired()
    for _ in range(2):
        pair = deciding(it).dismiss("alice", only_pair(it, None).id)
        assert pair.state is DuplicateState.DISMISSED
    assert len(told_of(it, IssueState.RESOLVED)) == 1
    it.run(Mode.MISSING)
    it.finding.after_change("alice", [pair.own, pair.twin])
    assert only_pair(it, None) == pair
    with pytest.raises(Conflict) as refused:
        deciding(it).merge("alice", pair.id)
    assert refused.value.code == "not_open"
    for _ in range(2):
        assert deciding(it).undo("alice", pair.id).state is DuplicateState.OPEN
    assert len(told_of(it)) == 1


def test_a_merged_pair_is_not_dismissed() -> None:
    """The merge has to be undone first."""
    it = paired()
    deciding(it).merge("alice", only_pair(it).id)
    with pytest.raises(Conflict) as refused:
        deciding(it).dismiss("alice", only_pair(it, None).id)
    assert refused.value.code == "merging"


def test_what_no_longer_holds_is_not_merged() -> None:
    """It is closed instead, and nothing is written to the ledger."""
    it = paired()
    own = own_of(it)
    it.amending.change(KEY, own, replace(own, state=State.EXCLUDED), Action.EXCLUDED)
    before = facts(it)
    with pytest.raises(Conflict) as refused:
        deciding(it).merge("alice", only_pair(it).id)
    assert refused.value.code == "not_open"
    assert only_pair(it, None).state is DuplicateState.RESOLVED
    assert facts(it) == before


@pytest.mark.parametrize("hours", [0, 6])
def test_nothing_is_merged_or_undone_in_a_locked_period(hours: int) -> None:
    """Even if only one of the two lies in it: nothing is written."""
    it = paired()
    at = START + timedelta(hours=5, minutes=30 + 60 * hours)
    lock = PeriodLock(at, "UTC", START)
    before = facts(it)
    it.accounts.items["alice"] = Account("alice", lock, 1)
    refuses(it, deciding(it).merge, before)
    it.accounts.items["alice"] = Account("alice", None, 2)
    deciding(it).merge("alice", only_pair(it).id)
    it.accounts.items["alice"] = Account("alice", lock, 3)
    refuses(it, deciding(it).undo, facts(it))


def refuses(it: World, act: Callable[[str, str], object], before: object) -> None:
    """Expect that nothing is done for the lock."""
    with pytest.raises(Conflict) as refused:
        act("alice", only_pair(it, None).id)
    assert refused.value.code == "period_locked"
    assert facts(it) == before


def test_pairs_of_others_are_not_there() -> None:
    """Nor is what is no pair."""
    it = paired()
    it.finding.expect_own(KEY)
    for owner, name in (("bob", only_pair(it).id), ("alice", f"own#{KEY.integration_id}")):
        for act in (deciding(it).merge, deciding(it).dismiss, deciding(it).undo):
            with pytest.raises(NotFound):
                act(owner, name)


def test_what_is_overtaken_is_made_anew() -> None:
    """On top of what the other wrote; again and again, it gives up."""
    it = paired()
    stored = twin_of(it)
    others = [replace(stored, revision=2, details={"by": "other"})]

    def overtake(when: str, call: str) -> None:
        if (when, call) == ("before", "MemoryLedger.replace") and others:
            it.ledger.of(KEY)[TWIN] = others.pop()

    it.watch = overtake
    deciding(it).merge("alice", only_pair(it).id)
    assert (twin_of(it).facts.label, twin_of(it).details) == ("Rent", {"by": "other"})

    def always(when: str, call: str) -> None:
        if (when, call) == ("before", "MemoryLedger.replace"):
            it.ledger.of(KEY)[TWIN] = replace(twin_of(it), revision=twin_of(it).revision + 1)

    it.watch = always
    with pytest.raises(Conflict) as refused:
        deciding(it).undo("alice", only_pair(it, None).id)
    assert refused.value.code == "busy"
