"""Messages of the files queue: what is read out of them, and what is done."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.work_files import app
from tests.fakes.files import MemoryUploads
from tests.functions.stage import Context, Stage, event
from tidemark.aws.file_messages import asked_in
from tidemark.domain.imports import FileJob, JobKind, Uploaded, upload_name
from tidemark.errors import Unexpected
from tidemark.services.work_files import WorkFiles

OWNER = "8f1c2d34-5a6b-4c7d-8e9f-0a1b2c3d4e5f"
IMPORT = "imp_01JZ8Q9V1X3Z5B7D9F1H3K5M7P"
NAME = upload_name(OWNER, IMPORT)
TEST_EVENT = json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "files"})
DEADLINE = datetime(2026, 1, 15, 12, tzinfo=UTC)


class Desk:
    """Does jobs by remembering them."""

    def __init__(self) -> None:
        """Start with an upload of the owner."""
        self.done: list[tuple[FileJob, datetime]] = []
        self.uploads = MemoryUploads()
        self.uploads.presign_upload(NAME, OWNER, 9, "text/csv")
        self.uploads.upload(NAME, b"rows")
        self.files = WorkFiles({JobKind.CHECK: self, JobKind.COMMIT: self}, self.uploads)

    def __call__(self, job: FileJob, deadline: datetime) -> None:
        """Do a job."""
        self.done.append((job, deadline))


def body_of(name: str) -> str:
    """Give the body of the one message in an event."""
    (record,) = event(name)["Records"]
    return str(record["body"])


def handle(*bodies: str) -> list[str]:
    """Hand one batch to the function; give the ids of those to be delivered again."""
    (first,) = event("work_files")["Records"]
    records = [{**first, "messageId": f"m{n}", "body": body} for n, body in enumerate(bodies)]
    batch: Any = {"Records": records}
    context: Any = Context("request-1")
    return [each["itemIdentifier"] for each in app.handler(batch, context)["batchItemFailures"]]


def test_reads_what_each_message_asks_for() -> None:
    """Ours, S3's, and S3's first one, that asks for nothing."""
    assert list(asked_in(body_of("work_files"))) == [FileJob(OWNER, JobKind.COMMIT, IMPORT)]
    assert list(asked_in(body_of("s3_upload"))) == [Uploaded(NAME)]
    assert list(asked_in(TEST_EVENT)) == []


def test_s3_spells_names_as_in_a_form() -> None:
    """And tells of other things than arrivals, where it was asked to."""
    message = json.loads(body_of("s3_upload"))
    (record,) = message["Records"]
    record["s3"]["object"]["key"] = "uploads/a+b%2Fc%C3%A9"
    removed = {**record, "eventName": "ObjectRemoved:Delete"}

    asked = asked_in(json.dumps({"Records": [removed, record, record]}))

    assert list(asked) == [Uploaded("uploads/a b/cé")] * 2


@pytest.mark.parametrize(
    "body",
    [
        "no JSON",
        "{}",
        '{"owner": "a", "job": "unheard of", "id": "b"}',
        '{"owner": "a", "job": "check"}',
        '{"Records": [{}]}',
        '{"Records": 1}',
    ],
)
def test_what_is_no_such_message_fails_alone(stage: Stage, body: str) -> None:
    """It comes again and ends among the dead letters; the others of its batch are done."""
    del stage
    with pytest.raises((ValueError, KeyError, TypeError)):
        list(asked_in(body))
    assert handle(TEST_EVENT, body) == ["m1"]


def test_a_file_that_has_arrived_is_checked() -> None:
    """For the owner who was let upload it."""
    desk = Desk()

    desk.files.work(Uploaded(NAME), DEADLINE)

    assert desk.done == [(FileJob(OWNER, JobKind.CHECK, IMPORT), DEADLINE)]


def test_a_file_that_nobody_was_let_upload_is_left_alone() -> None:
    """One of another name, one that is gone, and one that says it is another owner's."""
    desk = Desk()
    gone, foreign = upload_name("bob", IMPORT), upload_name("carol", IMPORT)
    desk.uploads.presign_upload(foreign, OWNER, 9, "text/csv")
    desk.uploads.upload(foreign, b"rows")

    for name in ("uploads/x", f"exports/{NAME}", gone, foreign):
        desk.files.work(Uploaded(name), DEADLINE)

    assert desk.done == []


def test_a_job_is_done_by_who_can() -> None:
    """A job that nobody does is a fault, not done."""
    desk = Desk()
    job = FileJob(OWNER, JobKind.COMMIT, IMPORT)

    desk.files.work(job, DEADLINE)

    assert desk.done == [(job, DEADLINE)]
    with pytest.raises(Unexpected, match="undo_sync"):
        desk.files.work(FileJob(OWNER, JobKind.UNDO_SYNC, "sync_1"), DEADLINE + timedelta(1))
