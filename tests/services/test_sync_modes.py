"""What each sync mode does with each kind of transaction."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from tests.fakes.source import Row
from tests.world import KEY, START, set_state, world
from tidemark.domain.integrations import DeletedPolicy
from tidemark.domain.pages import Window
from tidemark.domain.syncs import Mode, SyncStatus
from tidemark.domain.transactions import State


def test_a_first_sync_imports_everything_each_trade_with_both_legs() -> None:
    """Groups are whole although pages of three cut them."""
    it = world(10)
    sync = it.run()
    assert sync.status is SyncStatus.SUCCEEDED
    assert len(it.digest()) == 10
    assert all(len(each.legs) == 2 for each in it.ledger.of(KEY).values())
    assert (sync.counts.new, sync.counts.read, sync.counts.known) == (10, 20, 0)


def test_nothing_new_writes_nothing() -> None:
    """A second sync, incremental or missing, writes no transaction item."""
    it = world(10)
    it.run()
    before, writes = dict(it.ledger.of(KEY)), it.ledger.writes
    it.clock.advance(timedelta(days=1))
    again, missing = it.run(), it.run(Mode.MISSING)
    assert it.ledger.of(KEY) == before
    assert it.ledger.writes == writes
    assert (again.counts.new, missing.counts.new, missing.counts.known) == (0, 0, 10)


def test_details_are_asked_for_new_transactions_only() -> None:
    """Known history costs no call for details."""
    it = world(4, page_size=50)
    it.run()
    it.source.calls.clear()
    it.run(Mode.MISSING)
    assert "enrich" not in it.source.calls


def test_incremental_starts_at_the_last_transaction_less_the_overlap() -> None:
    """Old rows are not read again, late ones within the overlap are."""
    it = world(40, page_size=100)
    it.run()
    it.source.rows.append(
        Row("LATE", "TLATE", it.source.rows[-1].at - timedelta(hours=23), "EUR", Decimal(1))
    )
    it.source.rows.append(Row("OLD", "TOLD", START + timedelta(hours=1), "EUR", Decimal(1)))
    sync = it.run()
    assert "ledger:TLATE" in it.digest()
    assert "ledger:TOLD" not in it.digest()
    assert sync.counts.read < 20


def test_missing_finds_what_incremental_cannot() -> None:
    """A hole far back is closed by sync missing."""
    it = world(40)
    it.run()
    it.source.rows.append(Row("OLD", "TOLD", START + timedelta(hours=1), "EUR", Decimal(1)))
    it.run(Mode.MISSING)
    assert "ledger:TOLD" in it.digest()


def test_excluded_stays_excluded() -> None:
    """In every mode."""
    it = world(5)
    it.run()
    set_state(it, "ledger:T0001", State.EXCLUDED)
    for mode in (Mode.INCREMENTAL, Mode.MISSING):
        sync = it.run(mode)
        assert it.ledger.of(KEY)["ledger:T0001"].state is State.EXCLUDED
        assert sync.counts.excluded == 1


def test_deleted_stays_deleted_until_sync_missing() -> None:
    """Incremental leaves the tombstone; missing brings the transaction back, fresh."""
    it = world(5)
    it.run()
    set_state(it, "ledger:T0003", State.DELETED)
    assert it.run().counts.tombstoned == 1
    assert it.ledger.of(KEY)["ledger:T0003"].state is State.DELETED
    sync = it.run(Mode.MISSING)
    back = it.ledger.of(KEY)["ledger:T0003"]
    assert (sync.counts.new, back.state, back.import_id) == (1, State.ACTIVE, sync.id)
    assert len(back.legs) == 2


def test_deleted_reappears_with_the_next_sync_where_the_owner_chose_so() -> None:
    """The policy ``reappear``."""
    it = world(5, deleted=DeletedPolicy.REAPPEAR)
    it.run()
    set_state(it, "ledger:T0003", State.DELETED)
    it.run()
    assert it.ledger.of(KEY)["ledger:T0003"].state is State.ACTIVE


def test_forgotten_comes_back_when_the_window_shows_it() -> None:
    """No trace is kept, so it is new."""
    it = world(5)
    it.run()
    del it.ledger.of(KEY)["ledger:T0004"]
    assert it.run().counts.new == 1


def test_before_the_start_date_nothing_is_imported() -> None:
    """By the time of the earliest leg, also where the start cuts a trade in two."""
    cut = START + timedelta(hours=15, milliseconds=250)
    it = world(10, start_date=cut)
    for mode in (Mode.INCREMENTAL, Mode.MISSING):
        it.run(mode)
        assert min(each.occurred_at for each in it.ledger.of(KEY).values()) >= cut
        assert len(it.digest()) == 6


def test_an_unreadable_row_is_kept_and_makes_the_sync_partial() -> None:
    """Until it can be read: then it is imported and nothing is left open."""
    it = world(5)
    row = replace(it.source.rows[4], readable=False, group="TX")
    it.source.rows[4] = row
    assert it.run().status is SyncStatus.PARTIAL
    assert [kept.id for kept, _ in it.parked.unread(KEY)] == [row.id]
    it.source.rows[4] = replace(row, readable=True)
    assert it.run(Mode.MISSING).status is SyncStatus.SUCCEEDED
    assert it.parked.unread(KEY) == []
    assert "ledger:TX" in it.digest()


def test_a_changed_amount_is_not_overwritten() -> None:
    """An issue is opened instead."""
    it = world(5)
    it.run()
    before = dict(it.ledger.of(KEY))
    it.source.rows[0] = replace(it.source.rows[0], amount=Decimal(-99))
    sync = it.run(Mode.MISSING)
    assert it.ledger.of(KEY) == before
    assert sync.counts.changed == 1
    assert [issue.type for issue in it.issues.of_owner("alice")] == ["source_changed"] or any(
        issue.type == "source_changed" for issue in it.issues.of_owner("alice")
    )


def test_range_reads_only_its_window_and_brings_back_what_was_deleted_there() -> None:
    """Outside of it nothing changes."""
    it = world(10)
    it.run()
    for number in (2, 8):
        set_state(it, f"ledger:T000{number}", State.DELETED)
    window = Window(START, START + timedelta(hours=20))
    it.run(Mode.RANGE, window)
    assert it.ledger.of(KEY)["ledger:T0002"].state is State.ACTIVE
    assert it.ledger.of(KEY)["ledger:T0008"].state is State.DELETED


def test_a_restore_brings_back_one_transaction_only() -> None:
    """Others deleted at the same time stay deleted."""
    it = world(3)
    it.source.rows += [
        Row("LX", "TX", START, "EUR", Decimal(5)),
        Row("LY", "TY", START, "EUR", Decimal(6)),
    ]
    it.run()
    for group in ("TX", "TY"):
        set_state(it, f"ledger:{group}", State.DELETED)
    window = Window(START, START + timedelta(seconds=1))
    it.run(Mode.RANGE, window, only="ledger:TX")
    assert it.ledger.of(KEY)["ledger:TX"].state is State.ACTIVE
    assert it.ledger.of(KEY)["ledger:TY"].state is State.DELETED
