"""The same as ``test_crashes``, over the real stores: killed at any call to AWS or the source."""

import itertools
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest

from local.sources.kraken import Behaviour, KrakenSource
from local.sources.kraken_history import generate
from local.sources.kraken_records import TICKS, History, Record, Truth
from tests.aws_calls import Listener, listening
from tests.aws_world import make_state_machine, world_on_aws
from tests.fakes import FakeClock
from tests.fakes.killer import Killed, Killer
from tests.kraken_world import NOW, kraken_in_process, legs_of
from tests.played import wire_to
from tests.tables import empty_tables
from tests.world import KEY, World
from tidemark.domain.pages import Window
from tidemark.domain.steps import Outcome
from tidemark.domain.syncs import Mode, SyncStatus
from tidemark.services.add_up import AddUp
from tidemark.wire import DYNAMODB

ROWS, PAGE_SIZE, SHARDS = 8, 3, 4
_SECOND = timedelta(seconds=1)
_FAR = Window(None, datetime(2100, 1, 1, tzinfo=UTC))


@dataclass
class AwsKiller(Killer, Listener):
    """Kills around calls to AWS too. Every call of the source takes a second."""

    clock: FakeClock = field(kw_only=True)

    def before(self, operation: str, request: AWSPreparedRequest) -> None:
        """Stand before a call to AWS."""
        del request
        self("before", operation)

    def after(self, operation: str, parsed: dict[str, Any]) -> None:
        """Stand behind a call to AWS that was made."""
        del parsed
        self("after", operation)

    def source(self, when: str, path: str) -> None:
        """Stand before or behind a call to the source."""
        self.clock.advance(_SECOND * (when == "before"))
        self(when, path)


@pytest.fixture(scope="module")
def source() -> Iterator[KrakenSource]:
    """Give an account of three pages."""
    behaviour = Behaviour(page_size=PAGE_SIZE)
    with KrakenSource(close_together(generate(ROWS, seed=7)), behaviour=behaviour) as served:
        yield served


def close_together(history: History) -> History:
    """Shorten the gaps between events to an hour: fewer months are fewer calls."""
    lists = (history.ledger, history.trades, history.deposits, history.withdrawals)
    seconds = sorted({record.at // TICKS for records in lists for record in records})
    shifts, shift = {seconds[0]: 0}, 0
    for earlier, later in itertools.pairwise(seconds):
        shift += max(0, later - earlier - 3600)
        shifts[later] = shift
    return History(*([_earlier(each, shifts) for each in records] for records in lists))


def _earlier(record: Record, shifts: dict[int, int]) -> Record:
    """Move a record to another second."""
    old = record.at // TICKS
    new = old - shifts[old]
    spelled = record.spelled.replace(b"%d" % old, b"%d" % new)
    return Record(record.at - shifts[old] * TICKS, record.id, spelled)


@pytest.fixture(autouse=True)
def _machine(aws: None) -> None:
    """Have a state machine to promote syncs to."""
    del aws
    make_state_machine()


def killed_and_resumed(source: KrakenSource, mode: Mode, at: int) -> tuple[World, list[str]]:
    """Sync until killed, and again by another worker when the dead one's lease has run out.

    Gives the moments that the first one saw, too.
    """
    empty_tables()
    source.nonces.clear()
    clock = FakeClock(NOW)
    killer = AwsKiller(at, clock=clock)
    it = world_on_aws(clock=clock, connectors=kraken_in_process(source, clock, killer.source))
    it.connect(connector="kraken", credentials=source.credentials)
    with listening(killer), suppress(Killed):
        drive(it, mode, "first")
    seen = list(killer.moments)
    killer.at, killer.dead = -1, False
    clock.advance(timedelta(minutes=5))
    drive(it, mode, "second")
    return it, seen


def drive(it: World, mode: Mode, name: str) -> None:
    """Ask for a sync, work at it for two seconds, then to its end."""
    sync = it.request(mode)
    for budget in (2 * _SECOND, timedelta(minutes=1), timedelta(minutes=1)):
        result = it.driving.drive(sync.key, sync.id, it.worker(name), budget)
        if result.outcome in {Outcome.DONE, Outcome.STOPPED}:
            return


def digest() -> dict[str, dict[str, Any]]:
    """Give all that the ledger's items say, but when and by which sync they were brought."""
    items = wire_to(DYNAMODB).call("Scan", {"TableName": "TransactionsTable"})["Items"]
    return {
        item["transaction_id"]["S"]: {
            name: value for name, value in item.items() if name not in {"imported_at", "import_id"}
        }
        for item in items
    }


def check(it: World, expected: dict[str, dict[str, Any]], truth: Truth) -> None:
    """Check everything that a sync leaves behind, but for how many runs it took."""
    assert digest() == expected
    rows = list(it.ledger.oldest_first(KEY, _FAR, None))
    assert legs_of(rows) == truth.legs
    assert AddUp(it.ledger, it.months, it.clock).calculated(KEY) == truth.sums
    assert all(month.clean for month in it.months.read(KEY))
    snapshot = it.snapshots.last(KEY)
    assert snapshot is not None
    assert snapshot.matches
    assert [len(each.intervals) for each in it.coverage.read(KEY)[0].values()] == [1]
    assert it.runs.current(KEY) is None
    assert it.runs.busy_until(KEY, it.clock.now()) is None
    noted = {
        (c.import_id, c.at, i)
        for c in it.journal.newest_first("alice", None)
        for i in c.transaction_ids
    }
    assert {(row.import_id, row.imported_at, row.id) for row in rows} <= noted
    ended = list(it.syncs.newest_first("alice", None))
    assert {each.status for each in ended} == {SyncStatus.SUCCEEDED}
    assert sum(each.counts.new for each in ended) == len(truth.legs)


@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.parametrize("mode", [Mode.INCREMENTAL, Mode.MISSING])
def test_killed_anywhere_and_resumed_gives_the_same_ledger(
    source: KrakenSource, mode: Mode, shard: int
) -> None:
    """The same items, balances, coverage and counts for every moment of three pages.

    Each shard takes its part of the moments, so that they can be tested side by side.
    """
    it, moments = killed_and_resumed(source, mode, -1)
    expected, truth = digest(), source.truth()
    assert sum("Ledgers" in moment for moment in moments) >= 2 * 3
    for at in range(1 + shard, len(moments) + 1, SHARDS):
        it, seen = killed_and_resumed(source, mode, at)
        assert len(seen) == at
        try:
            check(it, expected, truth)
        except AssertionError as error:
            error.add_note(f"killed {at}: {seen[-1]}")
            raise
