"""Ten thousand rows through the real connector: every one once, exact sums, nothing twice."""

import itertools
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

import pytest

from local.sources.kraken import Behaviour, KrakenSource
from local.sources.kraken_history import generate
from local.sources.kraken_records import PAGE, TICKS, Record, Truth
from tests.kraken_world import kraken_world, legs_of
from tests.world import KEY, World
from tidemark.domain.legs import net
from tidemark.domain.syncs import Mode, Sync, SyncStatus
from tidemark.services.add_up import AddUp

ROWS, BURST_ROWS, BURST = 10_000, 240, 20
_WRITING = (
    "MemoryLedger.replace",
    "MemoryLedger.forget",
    "MemoryJournal.note",
    "MemoryMonths.enter",
    "MemoryIssues.open",
)


@dataclass
class Watch:
    """Counts calls to stores."""

    calls: Counter[str] = field(default_factory=Counter)

    def __call__(self, when: str, call: str) -> None:
        """Count a call once."""
        self.calls[call] += when == "before"


@dataclass
class Synced:
    """A world after three syncs, and what each of them did.

    ``written`` are the transaction items that each wrote, ``calls`` its calls to stores.
    """

    it: World
    truth: Truth
    syncs: list[Sync]
    written: list[int]
    calls: list[Counter[str]]


@pytest.fixture(scope="module")
def source() -> Iterator[KrakenSource]:
    """Serve the account on a real port."""
    with KrakenSource(generate(ROWS, burst_rows=BURST_ROWS, burst=BURST)) as served:
        yield served


@pytest.fixture(scope="module")
def synced(source: KrakenSource) -> Synced:
    """Sync all of it once, then again, then all that is missing."""
    it = kraken_world(source)
    done = Synced(it, source.truth(), [], [], [])
    for mode in (Mode.INCREMENTAL, Mode.INCREMENTAL, Mode.MISSING):
        it.watch = watch = Watch()
        before = it.ledger.writes
        done.syncs.append(it.run(mode))
        done.written.append(it.ledger.writes - before)
        done.calls.append(watch.calls)
        it.clock.advance(timedelta(minutes=1))
    return done


def test_the_history_is_as_hard_as_it_should_be(source: KrakenSource) -> None:
    """Two hundred rows share a second with many others, and events lie across page edges."""
    rows = source.history.ledger
    seconds = Counter(record.at // TICKS for record in rows)
    assert len(rows) == ROWS
    assert sum(count for count in seconds.values() if count >= BURST / 2) >= 200
    assert len(_split_groups(rows)) >= 20


def _split_groups(rows: list[Record]) -> set[str]:
    """Name the events that have rows on both sides of a page edge."""
    newest_first = rows[::-1]
    pages = [
        {_group(record) for record in newest_first[at : at + PAGE]} for at in range(0, ROWS, PAGE)
    ]
    return {group for one, other in itertools.pairwise(pages) for group in one & other}


def _group(record: Record) -> str:
    """Give the event of a row; a row without one is its own."""
    row = json.loads(b"{%s}" % record.spelled)[record.id]
    return record.id if row["refid"] == "Unknown" else str(row["refid"])


def test_the_ledger_is_what_the_generator_says(synced: Synced) -> None:
    """Ids, legs, and the sum of each asset."""
    stored = synced.it.ledger.of(KEY).values()
    assert legs_of(stored) == synced.truth.legs
    assert net(leg for each in stored for leg in each.legs) == nonzero(synced.truth.sums)


def test_the_first_sync_counts_each_transaction_once(synced: Synced) -> None:
    """All rows were read, and every transaction was written once."""
    counts = synced.syncs[0].counts
    assert synced.syncs[0].status is SyncStatus.SUCCEEDED
    assert (counts.read, counts.new) == (ROWS, len(synced.truth.legs))
    assert (counts.known, counts.merged, counts.unreadable) == (0, 0, 0)


def test_balances_are_equal(synced: Synced) -> None:
    """What the source says is what the months add up to, and what the rows do."""
    it = synced.it
    snapshot = it.snapshots.last(KEY)
    assert snapshot is not None
    assert snapshot.matches
    assert AddUp(it.ledger, it.months, it.clock).calculated(KEY) == nonzero(synced.truth.sums)


@pytest.mark.parametrize("again", [1, 2])
def test_syncing_again_writes_nothing(synced: Synced, again: int) -> None:
    """Neither another sync nor a missing one: no item, no month, no line in the journal."""
    assert synced.syncs[again].status is SyncStatus.SUCCEEDED
    assert synced.syncs[again].counts.new == 0
    assert synced.written[again] == 0
    assert {call: synced.calls[again][call] for call in _WRITING} == dict.fromkeys(_WRITING, 0)


def test_missing_meets_everything_again(synced: Synced) -> None:
    """Every row is read, every transaction is known."""
    counts = synced.syncs[2].counts
    assert (counts.read, counts.known) == (ROWS, len(synced.truth.legs))


def nonzero(sums: dict[str, Decimal]) -> dict[str, Decimal]:
    """Leave out what adds up to nothing."""
    return {asset: amount for asset, amount in sums.items() if amount}


@pytest.mark.parametrize("limit_every", [10, 40, 50])
def test_waits_cost_few_calls(limit_every: int) -> None:
    """Wherever the source asks to wait, with a page or with details, most of the work is kept."""
    behaviour = Behaviour(limit_every=limit_every, retry_after="1")
    with KrakenSource(generate(3_000, burst_rows=100), behaviour=behaviour) as source:
        it = kraken_world(source)
        sync = it.run()
        assert sync.status is SyncStatus.SUCCEEDED
        assert legs_of(it.ledger.of(KEY).values()) == source.truth().legs
        assert source.requests["Ledgers"] <= 2 * 3_000 / PAGE
        assert source.requests.total() <= 4 * 3_000 / PAGE
        trades = [each for each in it.ledger.of(KEY).values() if '"type":"trade"' in str(each.raw)]
        assert trades
        assert all(each.details["price"] for each in trades)
