"""Files are checked when they are uploaded: what is wrong is told, what is right waits."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.filing import OTHER, Office, csv, deposit
from tests.world import KEY
from tidemark.domain.files import FileFormat
from tidemark.domain.imports import FileJob, Import, ImportCounts, ImportStatus, JobKind
from tidemark.errors import Conflict, Invalid, NotFound

GOOD = csv(deposit(1), deposit(2, "2"), deposit(3, "3"))
BAD = csv(deposit(1), "no date,,,,,BTC,1,,,,", deposit(3, "x"))


def code(record: Import) -> tuple[str, str]:
    """Give how an import ended, and why."""
    return record.status.value, record.problem.code if record.problem else ""


def refused(office: Office, record: Import, **words: bool) -> str:
    """Give the word by which a commit is refused."""
    with pytest.raises(Conflict) as caught:
        office.files.commit(record.owner, record.id, only_good_rows=False, **words)
    return caught.value.code


def test_bad_rows_are_told_by_row_and_column() -> None:
    """Nothing of the file is written unless the owner wants the good rows alone."""
    office = Office()
    ready = office.upload(BAD)
    assert ready.preflight is not None
    assert [(each.row, each.column) for each in ready.preflight.errors] == [
        (3, "Date (UTC)"),
        (4, "Incoming Amount"),
    ]
    assert refused(office, ready) == "has_errors"
    assert office.held() == []

    done = office.commit(ready, only_good_rows=True)

    assert done.counts == ImportCounts(imported=1, bad=2)


def test_long_titles_and_messages_are_cut() -> None:
    """A record holds the first 200 errors, and each of them has a bounded length."""
    office = Office()
    ready = office.upload(csv(*(deposit(1, f"{'x' * 900}{n}") for n in range(300))))

    assert ready.preflight is not None
    assert (ready.preflight.error_count, len(ready.preflight.errors)) == (300, 200)
    assert max(len(each.message) for each in ready.preflight.errors) <= 200


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xff\xfe", "not_utf8"),
        (b"a,b\n1,2\n", "missing_columns"),
        (b"PK\x03\x04", "not_utf8"),
    ],
)
def test_a_file_that_cannot_be_read_ends_typed(content: bytes, expected: str) -> None:
    """It says why and what to do, and cannot be committed; another upload is checked anew."""
    office = Office()
    failed = office.upload(content)

    assert code(failed) in {("failed", expected), ("failed", "missing_columns")}
    assert failed.problem is not None
    assert failed.problem.next_step
    assert refused(office, failed) == "not_ready"
    again = office.upload_again(failed, GOOD)
    assert (again.status, again.problem) == (ImportStatus.READY, None)
    assert office.commit(again).counts.imported == 3


def test_only_what_is_ready_is_committed() -> None:
    """Not before the upload, nor twice."""
    office = Office()
    made, form = office.files.create("alice", KEY.integration_id, FileFormat.CSV, "Europe/Vienna")
    assert form.fields["key"] == made.file
    assert refused(office, made) == "not_ready"
    done = office.commit(office.upload_again(made, GOOD))
    assert refused(office, done) == "not_ready"


def test_an_import_needs_an_integration_and_a_zone() -> None:
    """One of the owner's, that is not being deleted; a deactivated one will do."""
    office = Office()
    office.open(OTHER, deleting=True)
    for owner, where in (("bob", KEY), ("alice", OTHER)):
        with pytest.raises(NotFound):
            office.files.create(owner, where.integration_id, FileFormat.CSV, "UTC")
    with pytest.raises(Invalid):
        office.files.create("alice", KEY.integration_id, FileFormat.CSV, "Mars/Olympus")
    stored = office.world.integrations.items[KEY]
    office.world.integrations.items[KEY] = replace(stored, deactivated=True)
    assert office.bring(GOOD).counts.imported == 3


def test_times_are_read_in_the_zone() -> None:
    """Of the import, where a row gives no offset."""
    office = Office()
    made, _ = office.files.create("alice", KEY.integration_id, FileFormat.CSV, "Europe/Vienna")

    office.commit(office.upload_again(made, csv(deposit(1))))

    assert office.held()[0].occurred_at == datetime(2025, 1, 1, 9, tzinfo=UTC)


def test_rows_of_another_integration_are_errors() -> None:
    """By its name, however it is written; any other name is nobody's business."""
    office = Office()
    office.open(OTHER, "Kraken")
    ready = office.upload(
        csv(deposit(1, name="cash"), deposit(2, name=" kraken"), deposit(3, name="Nobody"))
    )

    assert ready.preflight is not None
    (error,) = ready.preflight.errors
    assert (error.row, error.column, error.code) == (3, "Integration Name", "other_integration")
    assert office.commit(ready, only_good_rows=True).counts == ImportCounts(imported=2, bad=1)


def test_a_file_that_breaks_the_reader_is_given_up() -> None:
    """After some attempts it fails, in words."""
    office = Office()
    made, _ = office.files.create("alice", KEY.integration_id, FileFormat.CSV, "UTC")
    broken = replace(made, status=ImportStatus.CHECKING, attempts=3, version=2)
    office.world.imports.put(broken, 1)

    assert code(office.upload_again(made, GOOD)) == ("failed", "internal_error")
    assert office.upload_again(made, GOOD).status is ImportStatus.READY


def test_an_upload_that_is_told_twice_is_checked_once() -> None:
    """Nothing is checked either once the commit has begun."""
    office = Office()
    ready = office.upload(GOOD)
    job = FileJob("alice", JobKind.CHECK, ready.id)
    office.world.files_queue.send(job)
    office.work()
    assert office.now(ready) == ready
    done = office.commit(ready)
    office.world.files_queue.send(job)
    office.work()
    assert office.now(ready) == done
