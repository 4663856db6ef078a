"""Commits of files end, whatever comes in between: crashes, other files, deleted integrations."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes.killer import Killed, Killer
from tests.filing import OTHER, Office, csv, deposit
from tests.world import KEY
from tidemark.domain.files import FileFormat
from tidemark.domain.imports import FileJob, Import, ImportCounts, ImportStatus, JobKind
from tidemark.errors import LeaseHeld
from tidemark.services.commit_file import PORTION

GOOD = csv(deposit(1), deposit(2, "2"), deposit(3, "3"))


def code(record: Import) -> tuple[str, str]:
    """Give how an import ended, and why."""
    return record.status.value, record.problem.code if record.problem else ""


def test_another_file_than_the_checked_one_is_not_committed() -> None:
    """It is checked instead."""
    office = Office()
    ready = office.upload(GOOD)
    office.world.uploads.upload(ready.file, csv(deposit(9)))
    office.files.commit("alice", ready.id, only_good_rows=False)
    job = office.world.files_queue.jobs.pop()

    office.working.work(job, office.world.clock.now() + office.budget)

    assert code(office.now(ready)) == ("failed", "file_changed")
    assert office.held() == []
    office.work()
    assert office.commit(office.now(ready)).counts.imported == 1


def test_a_file_that_is_gone_is_not_committed() -> None:
    """The bucket keeps files for some weeks."""
    office = Office()
    ready = office.upload(GOOD)
    office.world.uploads.delete(ready.file)

    assert code(office.commit(ready)) == ("failed", "file_gone")


def test_an_integration_that_is_deleted_ends_its_imports() -> None:
    """Those that are checked, and those that are committed."""
    office = Office()
    ready = office.upload(GOOD)
    made, _ = office.files.create("alice", KEY.integration_id, FileFormat.CSV, "UTC")
    office.world.integrations.remove(KEY)

    assert code(office.upload_again(made, GOOD)) == ("failed", "integration_deleted")
    assert code(office.commit(ready)) == ("failed", "integration_deleted")


def test_a_commit_that_has_no_more_time_is_handed_on() -> None:
    """Portion by portion, with progress that is seen."""
    office = Office()
    rows = [deposit(1 + n % 28, f"{n + 1}") for n in range(PORTION + 1)]
    ready = office.upload(csv(*rows))
    office.files.commit("alice", ready.id, only_good_rows=False)
    seen: list[float] = []

    def watch(when: str, call: str) -> None:
        if (when, call) == ("after", "MemoryImports.put"):
            record = office.now(ready)
            if not seen and 0 < record.done < record.total:
                seen.append(record.progress)
                office.world.clock.advance(timedelta(hours=1))

    office.world.watch = watch
    office.working.work(
        office.world.files_queue.jobs.pop(), office.world.clock.now() + office.budget
    )
    assert office.now(ready).status is ImportStatus.COMMITTING
    assert office.world.files_queue.jobs == [FileJob("alice", JobKind.COMMIT, ready.id)]
    office.work()

    done = office.now(ready)
    assert (done.status, done.counts.imported) == (ImportStatus.COMMITTED, PORTION + 1)
    assert 0 < seen[0] < 1


def test_one_worker_at_a_time() -> None:
    """The same job asked for twice is done once; after a worker's death, by the next one."""
    office = Office()
    ready = office.upload(GOOD)
    committing = office.files.commit("alice", ready.id, only_good_rows=False)
    now = office.world.clock.now()
    busy = replace(committing, busy_until=now + timedelta(minutes=5), version=99)
    office.world.imports.items["alice", ready.id] = busy

    with pytest.raises(LeaseHeld):
        office.work()
    office.world.clock.advance(timedelta(minutes=5))
    office.files.commit("alice", ready.id, only_good_rows=False)
    office.work()
    assert office.now(ready).status is ImportStatus.COMMITTED


def test_killed_anywhere_and_resumed_gives_the_same_ledger() -> None:
    """Before or after any call: the counts are right, each row is there once, nobody is left."""
    expected = clean()
    moments = len(killed(at=-1)[1].moments)
    assert moments > 15
    for at in range(1, moments + 1):
        office, killer, ready = killed(at)
        where = killer.moments[-1]
        done = office.now(ready)
        assert done.status is ImportStatus.COMMITTED, where
        assert done.counts == ImportCounts(imported=3), where
        assert office.world.digest() == expected.world.digest(), where
        assert office.revert(done).status is ImportStatus.REVERTED, where
        assert office.held() == [], where


def clean() -> Office:
    """Give an office after one undisturbed import."""
    office = Office()
    office.bring(GOOD)
    return office


def killed(at: int) -> tuple[Office, Killer, Import]:
    """Commit a file while a killer watches, then again without it."""
    office = Office()
    ready = office.upload(GOOD)
    office.files.commit("alice", ready.id, only_good_rows=False)
    killer = Killer(at)
    office.world.watch = killer
    job = FileJob("alice", JobKind.COMMIT, ready.id)
    try:
        office.work()
    except Killed:
        office.world.watch = lambda _when, _call: None
        office.world.clock.advance(timedelta(minutes=30))
        office.working.work(job, office.world.clock.now() + office.budget)
    office.world.watch = lambda _when, _call: None
    return office, killer, ready


def test_rows_that_turn_bad_after_the_check_need_another_word() -> None:
    """Another integration got the name that they name."""
    office = Office()
    office.open(OTHER, "Wallet")
    ready = office.upload(csv(deposit(1), deposit(2, name="Kraken")))
    other = office.world.integrations.items[OTHER]
    office.world.integrations.items[OTHER] = replace(other, name="Kraken")

    failed = office.commit(ready)
    assert code(failed) == ("failed", "has_errors")
    assert office.held() == []
    done = office.commit(failed, only_good_rows=True)

    assert done.counts == ImportCounts(imported=1, bad=1)


def test_a_file_without_a_good_row_brings_nothing() -> None:
    """And says how many were bad."""
    office = Office()
    done = office.commit(office.upload(csv(deposit(1, "x"))), only_good_rows=True)

    assert (done.status, done.counts) == (ImportStatus.COMMITTED, ImportCounts(bad=1))


def test_work_that_never_gets_time_is_given_up() -> None:
    """A commit and a revert say so themselves, and may be asked for again."""
    office = Office()
    ready = office.upload(GOOD)
    enough, office.budget = office.budget, timedelta(0)
    assert code(office.commit(ready)) == ("failed", "internal_error")
    office.budget = enough
    done = office.commit(ready)
    office.budget = timedelta(0)
    assert code(office.revert(done)) == ("committed", "internal_error")
    assert len(office.held()) == 3
    office.budget = enough

    assert office.revert(done).status is ImportStatus.REVERTED
    assert office.held() == []
