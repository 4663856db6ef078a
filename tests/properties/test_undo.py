"""An undo right after a sync gives back the ledger from before, whatever was there."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.source import FakeSource, trades
from tests.services.undo_world import alive, undo
from tests.world import KEY, START, World, set_state
from tidemark.domain.integrations import DeletedPolicy
from tidemark.domain.reverts import RevertStatus
from tidemark.domain.syncs import Mode
from tidemark.domain.transactions import State

COUNT = 8
MODES = st.sampled_from([Mode.INCREMENTAL, Mode.MISSING])
STATES = st.sampled_from([State.DELETED, State.EXCLUDED, None])


@given(
    st.sets(st.integers(0, COUNT - 1)),
    st.dictionaries(st.integers(0, COUNT - 1), STATES, max_size=4),
    MODES,
    MODES,
    st.sampled_from(DeletedPolicy),
)
def test_an_undo_gives_back_what_was_before(
    early: set[int],
    touched: dict[int, State | None],
    first: Mode,
    second: Mode,
    policy: DeletedPolicy,
) -> None:
    """Twice is as once; and sync missing brings back what the undone sync had brought."""
    it = World(FakeSource(page_size=3))
    it.connect(deleted=policy)
    rows = trades(COUNT, start=START)
    it.source.rows = [row for row in rows if int(row.group[1:]) in early]
    it.run(first)
    for number, state in touched.items():
        touch(it, number, state)
    it.source.rows = rows
    it.clock.advance(timedelta(hours=1))
    before, stored = alive(it), dict(it.ledger.of(KEY))
    sync = it.run(second)
    brought = alive(it)
    revert = undo(it, sync)
    assert alive(it) == before
    assert (revert.status, revert.kept) == (RevertStatus.REVERTED, 0)
    assert revert.removed == len(brought) - len(before)
    assert all(it.ledger.of(KEY)[name] == each for name, each in stored.items() if name in before)
    undo(it, sync)
    assert alive(it) == before
    it.run(Mode.MISSING)
    assert brought.items() <= alive(it).items()


def touch(it: World, number: int, state: State | None) -> None:
    """Do as an owner who deletes, excludes or edits a transaction, if it is there."""
    name = f"ledger:T{number:04}"
    if name not in it.ledger.of(KEY):
        return
    if state is not None:
        set_state(it, name, state)
        return
    stored = it.ledger.of(KEY)[name]
    it.ledger.of(KEY)[name] = replace(stored, overlay={"note": "mine"})
