"""Streams on this machine: in order, one batch at a time, and at rest when all is told."""

import json
import threading
from concurrent.futures import Future
from typing import Any

import pytest

from local.streams import StreamMapping, StreamPoller, UnknownFilter
from local.workers import Outcome, failure

ARN = "arn:aws:dynamodb:eu-central-1:123456789012:table/IssuesTable/stream/2026"
PATTERN = '{"dynamodb": {"Keys": {"parked_id": {"S": [{"prefix": "held#"}]}}}}'
PROPERTIES = {
    "EventSourceArn": ARN,
    "FunctionName": "tell",
    "BatchSize": 3,
    "MaximumRetryAttempts": 2,
}
DONE = Outcome(b'{"batchItemFailures": []}', failed=False)


class Function:
    """Answers batches as it is told to; then all are done."""

    def __init__(self, *answers: Outcome) -> None:
        self.answers = list(answers)
        self.batches: list[list[str]] = []
        self.called = threading.Semaphore(0)

    def submit(self, name: str, payload: bytes) -> Future[Outcome]:
        """Take a batch."""
        assert name == "tell"
        records = json.loads(payload)["Records"]
        self.batches.append([each["dynamodb"]["SequenceNumber"] for each in records])
        done: Future[Outcome] = Future()
        done.set_result(self.answers.pop(0) if self.answers else DONE)
        self.called.release()
        return done


def failing_from(number: int) -> Outcome:
    """Fail a batch from a record on."""
    said = {"batchItemFailures": [{"itemIdentifier": str(number)}]}
    return Outcome(json.dumps(said).encode(), failed=False)


def follow(function: Function, count: int, batches: int) -> StreamPoller:
    """Follow so many changes, until so many batches were handed over."""
    poller = StreamPoller(StreamMapping.of(PROPERTIES), function.submit)
    assert poller.empty
    assert poller.quiet
    for number in range(count):
        poller.take({"dynamodb": {"SequenceNumber": str(number)}})
    assert not poller.empty
    poller.start()
    for _ in range(batches):
        assert function.called.acquire(timeout=5)
    return poller


def test_changes_are_handed_over_in_order() -> None:
    """In batches of the mapping's size."""
    function = Function()
    follow(function, 7, 3)
    assert function.batches == [["0", "1", "2"], ["3", "4", "5"], ["6"]]


def test_goes_on_at_the_first_that_failed() -> None:
    """Those before it are not told again, those behind it wait for it."""
    function = Function(failing_from(1))
    follow(function, 4, 3)
    assert [name for batch in function.batches for name in batch] == ["0", "1", "2", "1", "2", "3"]
    assert function.batches[1] == ["1"]


def test_a_batch_that_fails_as_a_whole_is_halved() -> None:
    """Until the one that fails is alone; that one is given up at last, the others are told."""
    broken = failure("Boom", "no")
    function = Function(broken, broken, broken)
    follow(function, 3, 5)
    assert function.batches[:3] == [["0", "1", "2"], ["0"], ["0"]]
    assert function.batches[3:] == [["1"], ["2"]]


@pytest.mark.parametrize(
    ("keys", "wanted"), [("held#1", True), ("unread#1", False), ("held", False)]
)
def test_a_filter_is_by_how_a_key_begins(keys: str, wanted: bool) -> None:  # noqa: FBT001
    """What else a mapping might filter by is refused when it is deployed."""
    asked: dict[str, Any] = {"FilterCriteria": {"Filters": [{"Pattern": PATTERN}]}}
    poller = StreamPoller(StreamMapping.of(PROPERTIES | asked), Function().submit)
    assert poller.wants({"Keys": {"parked_id": {"S": keys}}}) is wanted
    other = {"FilterCriteria": {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]}}
    with pytest.raises(UnknownFilter):
        StreamMapping.of(PROPERTIES | other)


@pytest.mark.parametrize(
    ("image", "wanted"),
    [
        ({"done": {"BOOL": True}}, True),
        ({"done": {"BOOL": True}, "import_id": {"S": "sync_1"}}, False),
        ({"done": {"BOOL": False}}, False),
        ({}, False),
    ],
)
def test_a_filter_is_by_what_is_there_and_what_is_not(image: dict[str, Any], wanted: bool) -> None:  # noqa: FBT001
    """As that of the journal is."""
    names = {"done": {"BOOL": [True]}, "import_id": {"S": [{"exists": False}]}}
    pattern = json.dumps({"dynamodb": {"NewImage": names}})
    asked: dict[str, Any] = {"FilterCriteria": {"Filters": [{"Pattern": pattern}]}}
    poller = StreamPoller(StreamMapping.of(PROPERTIES | asked), Function().submit)
    assert poller.wants({"Keys": {}, "OldImage": {}, "NewImage": image}) is wanted
