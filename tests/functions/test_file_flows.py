"""Files through the real functions: uploaded to S3, told to the queue, checked, committed."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus

import pytest
from moto.s3.models import s3_backends

from functions.work_files import app as work_files
from tests import canaries
from tests.aws_calls import Answering, Recorder, listening
from tests.filing import csv, deposit
from tests.functions.stage import Stage, event
from tests.functions.test_secrets import items
from tests.played import FILES_BUCKET, FILES_QUEUE_URL, REGION, wire_to
from tidemark.wire import SQS

type Json = dict[str, Any]

GOOD = csv(deposit(1), deposit(2, "2"), deposit(2, "2"))


class Files:
    """Uploads files as browsers do, and has the queue's messages worked on."""

    def __init__(self, stage: Stage) -> None:
        """Make a bucket, and a manual integration."""
        self.stage = stage
        self.bucket = s3_backends["123456789012"]["aws"]
        self.bucket.create_bucket(FILES_BUCKET, REGION)
        body = {"connector": "manual", "name": "Cash"}
        self.integration = stage.send("POST", "/v1/integrations", body).json["id"]

    def create(self, form: str = "csv", **more: str) -> Json:
        """Make an import."""
        body = {"integration": self.integration, "format": form, **more}
        made = self.stage.send("POST", "/v1/imports", body)
        assert made.status == 201, made.text
        return dict(made.json)

    def upload(self, made: Json, content: bytes) -> str:
        """Put a file where the form says, and give the message that S3 sends."""
        fields = made["upload"]["fields"]
        key = self.bucket.put_object(FILES_BUCKET, fields["key"], content)
        key.metadata["x-amz-meta-owner"] = fields["x-amz-meta-owner"]
        (record,) = event("s3_upload")["Records"]
        message = json.loads(record["body"])
        message["Records"][0]["s3"]["object"]["key"] = quote_plus(fields["key"])
        return json.dumps(message)

    def deliver(self, *bodies: str, receipt: str = "r", times: int = 1) -> list[str]:
        """Hand one batch to the function; give the ids of those to be delivered again."""
        (first,) = event("work_files")["Records"]
        told = {**first["attributes"], "ApproximateReceiveCount": str(times)}
        batch: Any = {
            "Records": [
                {**first, "messageId": f"m{n}", "body": b, "attributes": told}
                | ({"receiptHandle": receipt} if receipt else {})
                for n, b in enumerate(bodies)
            ]
        }
        answer = work_files.handler(batch, self.stage.context())
        return [each["itemIdentifier"] for each in answer["batchItemFailures"]]

    def asked(self) -> Iterator[str]:
        """Take the messages out of the queue."""
        wanted = {"QueueUrl": FILES_QUEUE_URL, "MaxNumberOfMessages": 10}
        while found := wire_to(SQS).call("ReceiveMessage", wanted).get("Messages", []):
            for message in found:
                gone = {"QueueUrl": FILES_QUEUE_URL, "ReceiptHandle": message["ReceiptHandle"]}
                wire_to(SQS).call("DeleteMessage", gone)
                yield message["Body"]

    def work(self) -> None:
        """Do all that is asked for."""
        for body in self.asked():
            assert self.deliver(body) == []

    def send(self, method: str, path: str, body: object = None) -> Json:
        """Ask the API something that it does."""
        reply = self.stage.send(method, path, body)
        assert reply.status in {200, 201, 202}, reply.text
        return dict(reply.json)

    def bring(self, content: bytes, form: str = "csv") -> Json:
        """Bring a file in, to the end."""
        made = self.create(form)
        assert self.deliver(self.upload(made, content)) == []
        self.send("POST", f"/v1/imports/{made['id']}/commit")
        self.work()
        return self.send("GET", f"/v1/imports/{made['id']}")


@pytest.fixture
def files(stage: Stage) -> Files:
    """Give a bucket and a queue."""
    return Files(stage)


def test_from_the_upload_to_the_revert(files: Files) -> None:
    """Checked when S3 tells of it, committed, listed, known when it comes again, and reverted."""
    made = files.create()
    path = f"/v1/imports/{made['id']}"
    assert files.deliver(files.upload(made, GOOD)) == []
    ready = files.send("GET", path)
    assert (ready["status"], ready["preflight"]["new"]) == ("ready", 3)

    assert files.send("POST", f"{path}/commit")["status"] == "committing"
    files.work()
    done = files.send("GET", path)
    assert (done["status"], done["counts"]["imported"]) == ("committed", 3)
    rows = files.send("GET", "/v1/transactions")["data"]
    assert {(row["import"], row["origin"]) for row in rows} == {(made["id"], "file")}
    (balance,) = files.send("GET", "/v1/balances")["data"]
    assert balance["calculated"] == "5.5"
    assert files.bring(GOOD)["counts"] == {**done["counts"], "imported": 0, "known": 3}

    files.send("POST", f"{path}/revert")
    files.work()
    assert files.send("GET", path)["revert"]["removed"] == 3
    assert files.send("GET", "/v1/transactions")["data"] == []
    assert [each["status"] for each in files.send("GET", "/v1/imports")["data"]] == [
        "committed",
        "reverted",
    ]


def test_an_export_comes_back_in(files: Files) -> None:
    """As a workbook, through the bucket."""
    files.bring(GOOD)
    made = files.send("POST", "/v1/exports", {"format": "xlsx"})
    files.work()
    done = files.send("GET", f"/v1/exports/{made['id']}")
    assert (done["status"], done["rows"]) == ("done", 3)
    name = done["url"].partition("?")[0].partition(".com/")[2]
    content = files.bucket.get_object(FILES_BUCKET, name).value

    assert files.bring(content, "xlsx")["status"] == "committed"


def test_a_message_that_failed_comes_again_soon(files: Files) -> None:
    """Sooner than after half an hour, and later each time; and it does what is left to do."""
    made = files.create()
    message = files.upload(made, GOOD)
    wire_to(SQS).call("SendMessage", {"QueueUrl": FILES_QUEUE_URL, "MessageBody": message})
    wanted = {"QueueUrl": FILES_QUEUE_URL, "VisibilityTimeout": 1800}
    (received,) = wire_to(SQS).call("ReceiveMessage", wanted)["Messages"]
    receipt = received["ReceiptHandle"]
    waits = []
    for times in (1, 2, 9):
        with (
            listening(Answering("dynamodb.GetItem", RuntimeError("a fault"))),
            listening(Recorder()) as recorder,
        ):
            assert files.deliver(message, receipt=receipt, times=times) == ["m0"]
        waits += [b["VisibilityTimeout"] for b in recorder.of("sqs.ChangeMessageVisibility")]
    assert waits == [30, 120, 1800]
    assert files.deliver(message, receipt="") == []
    assert files.send("GET", f"/v1/imports/{made['id']}")["status"] == "ready"


def test_what_a_file_says_comes_to_light_nowhere(
    files: Files, caplog: pytest.LogCaptureFixture
) -> None:
    """In no log and no message; what is kept of it are its owner's transactions."""
    caplog.set_level("DEBUG")
    secret = canaries.make("comment")
    made = files.create()
    files.deliver(files.upload(made, csv(deposit(1, note=secret), deposit(2, secret))))
    files.deliver(files.upload(files.create("xlsx"), secret.encode()))
    files.send("POST", f"/v1/imports/{made['id']}/commit", {"only_good_rows": True})
    bodies = list(files.asked())
    with listening(Answering("dynamodb.BatchWriteItem", RuntimeError(secret))):
        assert files.deliver(*bodies) == ["m0"]
    assert files.deliver(*bodies) == []

    assert files.send("GET", f"/v1/imports/{made['id']}")["status"] == "committed"
    logged = "\n".join(repr(vars(each)) for each in caplog.records if each.name != "moto")
    assert canaries.found_in("\n".join(bodies) + logged) == []
    assert canaries.found_in("\n".join(items())), "the search finds what is there"
