"""A merge, or its undo, that is killed before or after any call."""

from contextlib import suppress
from datetime import timedelta

import pytest

from tests.fakes.killer import Killed, Killer
from tests.services.duplicate_world import (
    BY_HAND,
    actions,
    deciding,
    facts,
    only_pair,
    own_of,
    paired,
    told_of,
    twin_of,
)
from tests.world import World


def killed(at: int, act: str) -> tuple[World, Killer]:
    """Merge, or undo, and die at a moment."""
    it = paired(BY_HAND)
    if act == "undo":
        deciding(it).merge("alice", only_pair(it).id)
        it.clock.advance(timedelta(minutes=1))
    killer = Killer(at)
    it.watch = killer
    decide = getattr(deciding(it), act)
    name = only_pair(it, None).id
    with suppress(Killed):
        decide("alice", name)
    it.watch = lambda _when, _call: None
    it.clock.advance(timedelta(minutes=5))
    return it, killer


@pytest.mark.parametrize("act", ["merge", "undo"])
def test_killed_anywhere_and_repeated_it_is_done_once(act: str) -> None:
    """The same ledger and the same pair as undisturbed; a merge can also be undone instead."""
    clean, killer = killed(-1, act)
    for at in range(1, len(killer.moments) + 1):
        it, killer = killed(at, act)
        where = killer.moments[-1]
        getattr(deciding(it), act)("alice", only_pair(it, None).id)
        assert facts(it) == facts(clean), where
        assert only_pair(it, None).state is only_pair(clean, None).state, where
        assert actions(own_of(it, BY_HAND)) == actions(own_of(clean, BY_HAND)), where
        assert actions(twin_of(it)) == actions(twin_of(clean)), where
        assert len(told_of(it)) == len(told_of(clean)), where


def test_a_merge_that_was_killed_can_be_undone() -> None:
    """From anywhere."""
    before = facts(paired(BY_HAND))
    _, killer = killed(-1, "merge")
    for at in range(1, len(killer.moments) + 1):
        it, killer = killed(at, "merge")
        it.finding.recheck("alice")
        deciding(it).undo("alice", only_pair(it, None).id)
        assert facts(it) == before, killer.moments[-1]
        assert only_pair(it).merging is None, killer.moments[-1]
