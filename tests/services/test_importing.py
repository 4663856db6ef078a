"""Files: committed at the owner's word, never over what is there, and reverted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.filing import Office, csv, deposit
from tests.locked import impose
from tests.world import KEY, START, world
from tidemark.domain.imports import ImportCounts, ImportStatus
from tidemark.domain.integrations import IntegrationKind
from tidemark.domain.legs import Kind
from tidemark.domain.reverts import KeptReason
from tidemark.domain.transactions import Origin, State
from tidemark.errors import Conflict

GOOD = csv(deposit(1), deposit(2, "2"), deposit(3, "3"))


def test_a_file_goes_in() -> None:
    """What was uploaded is checked, and written when its owner says so."""
    office = Office()
    ready = office.upload(csv(deposit(1, note="first", id_="A-1"), deposit(2)))
    assert ready.preflight is not None
    assert office.held() == []
    assert (ready.status, ready.preflight.rows, ready.preflight.new) == (ImportStatus.READY, 2, 2)
    assert ready.preflight.span == (
        datetime(2025, 1, 1, 10, tzinfo=UTC),
        datetime(2025, 1, 2, 10, tzinfo=UTC),
    )

    done = office.commit(ready)

    assert (done.status, done.progress) == (ImportStatus.COMMITTED, 1.0)
    assert done.counts == ImportCounts(imported=2)
    first, second = office.held()
    assert (first.origin, first.import_id, first.source_id) == (Origin.FILE, done.id, "A-1")
    assert first.facts.note == "first"
    assert (first.facts.kind, first.words and first.words.kind) == (Kind.DEPOSIT, None)
    assert second.source_id == second.id
    assert second.words is None
    assert [leg.amount for leg in first.legs] == [Decimal("1.5")]
    assert '"Incoming Amount":"1.5"' in (first.raw or "")
    assert all(month.writers == frozenset() for month in office.world.months.read(KEY))
    assert all(chunk.done for chunk in office.world.journal.of_import("alice", done.id))


def test_the_same_file_twice_changes_nothing() -> None:
    """Every row is known, and stays as it is byte for byte; twins in it stay two."""
    office = Office()
    content = csv(deposit(1), deposit(1), deposit(2))
    office.bring(content)
    before = office.held()

    again = office.upload(content)
    done = office.commit(again)

    assert again.preflight is not None
    assert (again.preflight.new, again.preflight.known, again.preflight.repeated) == (0, 3, 1)
    assert done.counts == ImportCounts(known=3)
    assert office.held() == before
    assert len(before) == 3


def test_what_its_owner_changed_stays() -> None:
    """An edited row is known, a deleted one stays deleted, and both are counted."""
    office = Office()
    office.bring(GOOD)
    first, second, _ = office.held()
    items = office.world.ledger.of(KEY)
    items[first.id] = replace(first, overlay={"note": "mine"}, revision=2)
    items[second.id] = second.tombstone()
    before = office.held()

    again = office.upload(GOOD)
    done = office.commit(again)

    assert again.preflight is not None
    assert (again.preflight.known, again.preflight.deleted) == (2, 1)
    assert done.counts == ImportCounts(known=2, deleted=1)
    assert office.held() == before


def test_a_locked_period_stays_as_it_is() -> None:
    """Its rows are reported, counted and not written, also if it is locked after the check."""
    office = Office()
    impose(office.world, datetime(2025, 1, 2, tzinfo=UTC))
    ready = office.upload(GOOD)
    assert ready.preflight is not None
    assert (ready.preflight.locked, ready.preflight.locked_rows) == (1, (2,))
    impose(office.world, datetime(2025, 1, 3, tzinfo=UTC))

    done = office.commit(ready)

    assert done.counts == ImportCounts(imported=1, locked=2)
    assert [each.occurred_at.day for each in office.held()] == [3]


def test_a_period_locked_in_the_middle() -> None:
    """The portion is sorted again, and what is locked now is left out."""
    office = Office()
    ready = office.upload(GOOD)
    locked = []

    def watch(when: str, call: str) -> None:
        if (when, call) == ("after", "MemoryLedger.known_by_id") and not locked:
            locked.append(True)
            impose(office.world, datetime(2025, 1, 3, tzinfo=UTC))

    office.world.watch = watch
    assert office.commit(ready).counts == ImportCounts(imported=1, locked=2)


def test_an_import_is_reverted() -> None:
    """Its rows are forgotten, but for those that were changed since; then the file is new again."""
    office = Office()
    done = office.bring(GOOD)
    first = office.held()[0]
    edited = replace(first, overlay={"note": "mine"}, revision=2)
    office.world.ledger.of(KEY)[first.id] = edited

    reverted = office.revert(done)

    assert reverted.revert is not None
    assert (reverted.status, reverted.revert.removed) == (ImportStatus.REVERTED, 2)
    assert [each.reason for each in reverted.revert.rows] == [KeptReason.EDITED]
    assert office.held() == [edited]
    assert office.bring(GOOD).counts == ImportCounts(imported=2, known=1)


def test_only_what_was_committed_is_reverted() -> None:
    """What is ready is not; what is reverted stays so."""
    office = Office()
    ready = office.upload(GOOD)
    with pytest.raises(Conflict, match="not committed"):
        office.files.revert("alice", ready.id)
    reverted = office.revert(office.commit(ready))
    assert office.revert(reverted) == reverted
    assert office.world.files_queue.jobs == []


def test_a_file_in_a_synced_integration_moves_no_proven_point() -> None:
    """What a source brings is the same, whatever came from files; look-alikes are found."""
    it = world(5)
    it.run()
    plain = it.request()
    it.finish(plain)
    source = it.ledger.of(KEY)["ledger:T0000"]
    leg = source.legs[0]
    spelled = f"{abs(leg.amount):f}"
    sides = f"{leg.asset},{spelled},," if leg.amount < 0 else f",,{leg.asset},{spelled}"
    office = Office(it)
    late = "2099-01-01 00:00:00,,,,,BTC,1,,,,"
    ready = office.upload(csv(f"{source.occurred_at:%Y-%m-%d %H:%M:%S},,,{sides},,,,", late))
    assert ready.preflight is not None
    assert ready.preflight.possible == (2,)
    done = office.commit(ready)
    assert [pair.found_by for pair in it.duplicates.items.values()] == [done.id]

    again = it.finish(it.request())

    before = it.syncs.items["alice", plain.id].window
    assert before is not None
    assert again.window is not None
    assert again.window.since == before.since
    assert it.integrations.items[KEY].kind is not IntegrationKind.MANUAL
    assert before.since is None or before.since >= START - timedelta(days=30)
    assert it.ledger.of(KEY)["ledger:T0000"].state is State.ACTIVE
