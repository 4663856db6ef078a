"""What is added up again after a change: the months that it touched, and no other."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.fakes.source import FakeSource, Row, trades
from tests.filing import Office, csv, deposit
from tests.services.test_editing import editing
from tests.services.undo_world import undo
from tests.world import KEY, START, World
from tidemark.domain.ids import transaction_id
from tidemark.domain.legs import net
from tidemark.domain.syncs import Mode
from tidemark.services.add_up import AddUp

MONTHS, PER_MONTH = 12, 4
MARCH = transaction_id(KEY.integration_id, "ledger:T0009")


def world() -> World:
    """Give a world with a history of a year, added up."""
    rows = trades(MONTHS * PER_MONTH, start=START, every=timedelta(days=7.6))
    it = World(FakeSource(rows))
    it.connect()
    it.clock.advance(timedelta(days=365))
    it.run()
    return it


def late(it: World) -> None:
    """Let the source tell of one in June that came late, and read everything again."""
    at = START + timedelta(days=160)
    it.source.rows.append(Row("LATE", "LATE", at, "EUR", Decimal(1)))
    it.run(Mode.MISSING)


def added_up(it: World) -> int:
    """Add up what counts, as it must be; give how many months were read for it."""
    calls: list[str] = []
    it.watch = lambda when, call: calls.append(call) if when == "after" else None
    found = AddUp(it.see(it.ledger), it.see(it.months), it.clock).calculated(KEY)
    it.watch = lambda _when, _call: None
    legs = [leg for each in it.ledger.of(KEY).values() if each.counts for leg in each.facts.legs]
    assert {asset: sum_ for asset, sum_ in found.items() if sum_} == {
        asset: sum_ for asset, sum_ in net(legs).items() if sum_
    }
    return sum("MemoryLedger" in call for call in calls)


@pytest.mark.parametrize(
    ("change", "months"),
    [
        (lambda _: None, 0),
        (lambda it: it.run(), 0),
        (lambda it: it.run(Mode.MISSING), 0),
        (lambda it: editing(it).update("alice", MARCH, {"note": "mine"}), 1),
        (lambda it: editing(it).update("alice", MARCH, {"sent": None}), 1),
        (lambda it: editing(it).update("alice", MARCH, {"occurred_at": START}), 2),
        (lambda it: editing(it).exclude("alice", MARCH), 1),
        (lambda it: editing(it).delete("alice", MARCH), 1),
        (lambda it: editing(it).forget("alice", MARCH), 1),
        (late, 0),
    ],
)
def test_only_what_was_touched_is_read_again(
    change: Callable[[World], object], months: int
) -> None:
    """And once: the end of a sync has added up by itself."""
    it = world()
    assert len(it.months.read(KEY)) == MONTHS
    assert added_up(it) == 0
    it.clock.advance(timedelta(minutes=1))
    change(it)
    assert added_up(it) == months
    assert added_up(it) == 0


def test_an_undone_sync_has_only_its_own_months_read_again() -> None:
    """The other eleven stay as they were added up."""
    it = world()
    it.source.rows.append(Row("NEW", "NEW", START + timedelta(days=364), "EUR", Decimal(9)))
    it.clock.advance(timedelta(minutes=1))
    sync = it.run()
    assert sync.counts.new == 1
    undo(it, sync)
    assert added_up(it) == 1


def test_a_file_has_only_its_own_months_read_again() -> None:
    """Committed it is added up by its worker; taken back, by whoever asks next."""
    it = world()
    integration = it.integrations.items[KEY]
    it.integrations.items[KEY] = replace(integration, name="Cash")
    office = Office(it)
    brought = office.bring(csv(deposit(2), deposit(3)))
    assert added_up(it) == 0
    office.revert(brought)
    assert added_up(it) == 1
