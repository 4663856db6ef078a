"""Transactions whose records a source tells apart from each other, for a locked period."""

from collections.abc import Iterable
from datetime import timedelta

from tests.fakes.source import FakeSource, Row, trades
from tests.locked import Lockbox
from tests.services.test_holding import CUT, FIRST, LATE, RANGE, late, locked, reasons
from tests.world import KEY, START, World
from tidemark.domain.held import HeldReason
from tidemark.domain.syncs import Mode


class Loose(FakeSource):
    """A source that does not say which transactions go on in the next page."""

    def _open(self, part: object) -> frozenset[str]:
        """Say none."""
        return frozenset()


def scattered(rows: Iterable[Row]) -> World:
    """Give a locked world whose next sync meets these, one record in each commit."""
    it = World(Loose(trades(4, start=START), page_size=50))
    it.connect()
    it.run()
    Lockbox(it).lock(CUT)
    it.source.rows += rows
    it.source.page_size = 1
    it.source.trouble = lambda _call: it.clock.advance(timedelta(seconds=3))
    return it


def test_what_comes_in_parts_is_held_as_one() -> None:
    """And counted once, however often it is met."""
    it = scattered([late(1), late(2), late(3)])
    for _ in range(2):
        it.run(Mode.MISSING)
        (held,) = it.parked.held(KEY)
        assert [leg.id for leg in held.found.legs] == ["LATE1", "LATE2", "LATE3"]
    it = scattered([late(1), late(2), late(3)])
    assert it.run(Mode.MISSING).counts.held == 1


def test_late_legs_that_come_in_parts_stay_held() -> None:
    """The parts that are known drop nothing."""
    it = scattered([late(1, "T0000"), late(40, "T0000")])
    it.run(Mode.MISSING)
    assert reasons(it) == {FIRST: HeldReason.MORE_LEGS}
    (held,) = it.parked.held(KEY)
    assert {"T00001", "T000040"} <= {leg.id for leg in held.found.legs}


def test_a_restored_one_drops_nothing_else_that_is_held() -> None:
    """A sync that is narrowed to one transaction decides on no other."""
    it = locked()
    it.source.rows.append(late())
    it.run(Mode.MISSING)
    it.run(Mode.RANGE, RANGE, only="ledger:T0002")
    assert reasons(it) == {LATE: HeldReason.NEW}
