"""What the stores of integrations, syncs, chunks, coverage and snapshots do."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.stores.made import FOREIGN, KEY, MINUTE, NOW, OTHER, at, integration
from tests.stores.stores import Stores
from tidemark.domain.accounts import Account, PeriodLock
from tidemark.domain.balances import AssetBalance, Finding, Parting, Snapshot, Tip
from tidemark.domain.checks import BalanceCheck
from tidemark.domain.coverage import Interval, StreamCoverage
from tidemark.domain.ids import new_id
from tidemark.domain.integrations import DeletedPolicy, Status
from tidemark.domain.journal import Chunk, Noted
from tidemark.domain.pages import Window
from tidemark.domain.syncs import (
    Counts,
    Mode,
    Problem,
    StreamProgress,
    Sync,
    SyncStatus,
    Trigger,
)
from tidemark.errors import StaleVersion

FULL = replace(
    integration(),
    group="Exchanges",
    start_date=at(5),
    import_since=at(4),
    deleted=DeletedPolicy.REAPPEAR,
    sealed=b"\x01\x00\xff",
    sealed_hint="hint",
    extra={"import_until": "2024"},
)


def test_keeps_integrations(stores: Stores) -> None:
    """Each with all its fields; an owner's come in the order of their ids."""
    stores.integrations.add(integration(OTHER))
    stores.integrations.add(FULL)
    stores.integrations.add(integration(FOREIGN))

    assert stores.integrations.get(KEY) == FULL
    assert stores.integrations.of_owner("alice") == [FULL, integration(OTHER)]
    assert stores.integrations.of_owner("nobody") == []
    with pytest.raises(StaleVersion):
        stores.integrations.add(FULL)
    stores.integrations.remove(KEY)
    stores.integrations.remove(KEY)
    assert stores.integrations.get(KEY) is None


def test_replaces_an_integration_of_the_expected_version(stores: Stores) -> None:
    """Fields may be emptied; what another wrote in between is not written over."""
    stores.integrations.add(FULL)
    changed = replace(FULL, name="New", group=None, start_date=None, extra={}, version=2)

    stores.integrations.replace(changed, expected=1)

    assert stores.integrations.get(KEY) == changed
    with pytest.raises(StaleVersion):
        stores.integrations.replace(replace(FULL, version=2), expected=1)
    with pytest.raises(StaleVersion):
        stores.integrations.replace(integration(OTHER), expected=1)
    assert stores.integrations.get(KEY) == changed


def test_an_owner_and_a_sync_do_not_overwrite_each_other(stores: Stores) -> None:
    """What a sync noted stays when the owner's change was begun before."""
    stores.integrations.add(FULL)
    outcome = {"status": Status.HEALTHY, "last_success_at": NOW, "status_reason": None}

    stores.integrations.note_outcome(KEY, outcome)
    stores.integrations.replace(replace(FULL, name="New", version=2), expected=1)

    kept = stores.integrations.get(KEY)
    assert kept == replace(FULL, name="New", version=2, status=Status.HEALTHY, last_success_at=NOW)


def test_notes_an_outcome_only_where_there_is_an_integration(stores: Stores) -> None:
    """A deleted one does not come back; other fields are not an outcome."""
    stores.integrations.note_outcome(KEY, {"status": Status.ERROR, "retry_at": NOW})
    assert stores.integrations.get(KEY) is None
    stores.integrations.add(FULL)
    stores.integrations.note_outcome(KEY, {"retry_at": NOW, "key_rights": "read_only"})
    stores.integrations.note_outcome(KEY, {"retry_at": None})
    assert stores.integrations.get(KEY) == replace(FULL, key_rights="read_only")
    with pytest.raises(ValueError, match="no such fields"):
        stores.integrations.note_outcome(KEY, {"name": "x"})


def sync(name: str, **fields: object) -> Sync:
    """Make a record."""
    made = Sync(name, KEY, Mode.RANGE, Trigger.OWNER, SyncStatus.QUEUED, NOW)
    return replace(made, **fields)  # type: ignore[arg-type]  # a test names the right fields


def test_keeps_syncs(stores: Stores) -> None:
    """Each with all its fields, listed newest first, from any place on."""
    full = sync(
        "sync_2",
        status=SyncStatus.PARTIAL,
        requested=Window(None, at(9)),
        window=Window(at(1), at(9)),
        started_at=NOW,
        streams=(StreamProgress("ledger", reached=at(3), counts=Counts(new=7)),),
        problem=Problem("unread_rows", "A row.", "Wait."),
        warnings=("a", "b"),
    )
    for each in (sync("sync_3"), full, sync("sync_1")):
        stores.syncs.put(each)
    stores.syncs.put(sync("sync_1", status=SyncStatus.FAILED))

    assert stores.syncs.get("alice", "sync_2") == full
    assert stores.syncs.get("mallory", "sync_2") is None
    newest = list(stores.syncs.newest_first("alice", None))
    assert [each.id for each in newest] == ["sync_3", "sync_2", "sync_1"]
    assert newest[2].status is SyncStatus.FAILED
    assert list(stores.syncs.newest_first("alice", "sync_2")) == newest[2:]


def test_a_sync_that_has_ended_does_not_go_on(stores: Stores) -> None:
    """Whoever was at work on it when it was stopped comes too late to say so."""
    going = [each for each in SyncStatus if not each.final]
    for status in going:
        stores.syncs.note(sync("sync_1", status=status))
        assert stores.syncs.get("alice", "sync_1") == sync("sync_1", status=status)
    stores.syncs.put(sync("sync_1", status=SyncStatus.CANCELED))
    for status in going:
        stores.syncs.note(sync("sync_1", status=status))
    assert stores.syncs.get("alice", "sync_1") == sync("sync_1", status=SyncStatus.CANCELED)


def test_numbers_the_journal(stores: Stores) -> None:
    """Chunks follow one another without a gap, each later than the one before, owner by owner."""
    wanted = [
        Chunk(NOW + timedelta(seconds=n // 2), f"sync_{n % 3}", f"intg_{n % 2}", (f"T{n}", "Ü"))
        for n in range(50)
    ]
    chunks = [stores.journal.note("alice", chunk) for chunk in wanted]

    assert [chunk.number for chunk in chunks] == list(range(1, 51))
    assert [chunk.transaction_ids for chunk in chunks] == [each.transaction_ids for each in wanted]
    assert sorted({chunk.at for chunk in chunks}) == [chunk.at for chunk in chunks]
    assert list(stores.journal.newest_first("alice", None)) == chunks[::-1]
    assert list(stores.journal.newest_first("alice", 8)) == chunks[:7][::-1]
    assert list(stores.journal.oldest_first("alice", 0)) == chunks
    assert list(stores.journal.oldest_first("alice", 43)) == chunks[43:]
    assert list(stores.journal.of_import("alice", "sync_1")) == chunks[1::3]
    assert list(stores.journal.newest_first("mallory", None)) == []
    assert stores.journal.note("mallory", wanted[0]).number == 1


def test_says_in_the_journal_how_a_write_ended(stores: Stores) -> None:
    """A chunk is settled when it is done, or when its writer's time is over."""
    by_hand = Chunk(NOW, "", "intg_1", ("T1",), Noted.MODIFIED, until=NOW + MINUTE)
    first, second = (stores.journal.note("alice", by_hand) for _ in range(2))

    stores.journal.finish("alice", first.number)
    stores.journal.void("alice", second.number)

    done, void = stores.journal.oldest_first("alice", 0)
    assert done == replace(first, done=True)
    assert void == replace(second, done=True, transaction_ids=())
    assert (first.is_settled(NOW), done.is_settled(NOW), first.is_settled(NOW + MINUTE)) == (
        False,
        True,
        True,
    )


def test_keeps_accounts_by_version(stores: Stores) -> None:
    """One that nothing was kept of is there all the same; a stale one is not written."""
    lock = PeriodLock(NOW, "Europe/Vienna", NOW + MINUTE, {"intg_1": "00ff"})
    before = PeriodLock(NOW - MINUTE, "UTC", NOW, {"intg_1": "00ff"}, sealed=True)
    kept = Account("alice", lock, version=1, before=before)

    assert stores.accounts.get("alice") == Account("alice")
    stores.accounts.replace(kept, expected=0)

    for stale in (0, 2):
        with pytest.raises(StaleVersion):
            stores.accounts.replace(Account("alice", version=3), expected=stale)
    assert stores.accounts.get("alice") == kept
    assert stores.accounts.get("mallory") == Account("mallory")


def test_keeps_coverage_by_version(stores: Stores) -> None:
    """It is written in place of the version that was read, and of no other."""
    streams = {
        "ledger": StreamCoverage((Interval(at(1), at(5)), Interval(at(7), at(9))), "mark", at(1)),
        "empty": StreamCoverage(),
    }

    assert stores.coverage.read(KEY) == ({}, 0)
    stores.coverage.write(KEY, streams, expected=0)
    assert stores.coverage.read(KEY) == (streams, 1)
    with pytest.raises(StaleVersion):
        stores.coverage.write(KEY, {}, expected=0)
    stores.coverage.write(KEY, {}, expected=1)
    assert stores.coverage.read(KEY) == ({}, 2)
    stores.coverage.erase(KEY)
    assert stores.coverage.read(KEY) == ({}, 0)


def test_keeps_snapshots(stores: Stores) -> None:
    """The newest is given."""
    balances = (
        AssetBalance("BTC", Decimal("1.50"), Decimal("1.5")),
        AssetBalance("EUR", None, Decimal(-3)),
    )

    assert stores.snapshots.last(KEY) is None
    stores.snapshots.put(KEY, Snapshot(at(9), balances, "sync_1"))
    stores.snapshots.put(KEY, Snapshot(at(5), ()))
    assert stores.snapshots.last(KEY) == Snapshot(at(9), balances, "sync_1")
    assert stores.snapshots.last(OTHER) is None
    stores.snapshots.erase(KEY)
    assert stores.snapshots.last(KEY) is None


def test_snapshots_are_found_by_time(stores: Stores) -> None:
    """The last up to a moment, the first since one, each inclusive, with all that was found."""
    tip = Tip("excluded", "Look.", "/v1/transactions", ("txn_1",))
    parting = Parting(at(3), "txn_1", ("A", "B"))
    finding = Finding("BTC", Decimal("0.10"), (tip,), parting)
    first = Snapshot(at(5), (), "chk_1", {"BTC": at(4)}, (finding,))
    second = Snapshot(at(9), ())
    for each in (second, first):
        stores.snapshots.put(KEY, each)
    assert [stores.snapshots.last(KEY, at(hour)) for hour in (4, 5, 8)] == [None, first, first]
    found = [stores.snapshots.first_since(KEY, at(hour)) for hour in (4, 5, 6, 10)]
    assert found == [first, first, second, None]


def test_keeps_balance_checks(stores: Stores) -> None:
    """By owner and id; they are no imports."""
    check = BalanceCheck(new_id("chk", at(5)), "alice", at(5), (KEY.integration_id,))
    stores.balance_checks.put(check)
    assert stores.balance_checks.get("alice", check.id) == check
    assert stores.balance_checks.get("bob", check.id) is None
    assert stores.balance_checks.get("alice", "imp_1") is None
    assert list(stores.imports.newest_first("alice", None)) == []
