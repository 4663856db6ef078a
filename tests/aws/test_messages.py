"""Queue, workflow, signing key, metrics, clock, settings and wiring."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.aws_calls import Answering, Recorder, listening, refusal
from tests.fakes import FakeClock
from tests.played import QUEUE_URL, STATE_MACHINE_ARN, environment, wire_to
from tidemark import wiring
from tidemark.aws.clock import SystemClock
from tidemark.aws.metrics import LogMetrics
from tidemark.aws.queue import SqsQueue
from tidemark.aws.signing import cursor_key
from tidemark.aws.workflow import StepFunctionsWorkflow
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.syncs import (
    Counts,
    Mode,
    Problem,
    StreamProgress,
    Sync,
    SyncStatus,
    Trigger,
)
from tidemark.settings import MissingSetting, Settings
from tidemark.wire import KMS, SQS, STEP_FUNCTIONS, CallRefused

KEY = IntegrationKey("alice", "intg_1")


def test_a_message_names_the_sync(aws: None) -> None:
    """Ids are all it holds."""
    del aws
    SqsQueue(wire_to(SQS), QUEUE_URL).send(KEY, "sync_1")

    (message,) = wire_to(SQS).call("ReceiveMessage", {"QueueUrl": QUEUE_URL})["Messages"]
    assert json.loads(message["Body"]) == {
        "owner": "alice",
        "integration_id": "intg_1",
        "sync_id": "sync_1",
    }


def test_a_message_may_come_later(aws: None) -> None:
    """In whole seconds, and no later than SQS can."""
    del aws
    with listening(Recorder()) as recorder:
        for delay in (timedelta(0), timedelta(seconds=1.2), timedelta(hours=2)):
            SqsQueue(wire_to(SQS), QUEUE_URL).send(KEY, "chk_1", delay)
    assert [body.get("DelaySeconds") for body in recorder.of("sqs.SendMessage")] == [None, 2, 900]


def test_an_execution_starts_once(aws: None) -> None:
    """Its name says which it is; that it exists is told and no error, anything else is one."""
    del aws
    states = wire_to(STEP_FUNCTIONS)
    definition = {"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}
    role = "arn:aws:iam::123456789012:role/resync"
    states.call(
        "CreateStateMachine",
        {"name": "resync", "definition": json.dumps(definition), "roleArn": role},
    )
    workflow = StepFunctionsWorkflow(states, STATE_MACHINE_ARN)

    assert all(workflow.start(KEY, "sync_1", number) for number in (1, 1, 2))
    with listening(Answering("sfn.StartExecution", refusal("ExecutionAlreadyExists"))):
        assert not workflow.start(KEY, "sync_1", 2)

    listed = states.call("ListExecutions", {"stateMachineArn": STATE_MACHINE_ARN})["executions"]
    assert sorted(each["name"] for each in listed) == ["sync_1-1", "sync_1-2"]
    arn = listed[0]["executionArn"]
    given = json.loads(states.call("DescribeExecution", {"executionArn": arn})["input"])
    assert given.keys() == {"owner", "integration_id", "sync_id", "execution"}
    denied = Answering("sfn.StartExecution", refusal("AccessDeniedException"))
    with listening(denied), pytest.raises(CallRefused):
        workflow.start(KEY, "sync_1", 3)


def test_the_cursor_key_is_always_the_same(aws: None) -> None:
    """Every process of a deployment derives the same 32 bytes, once."""
    del aws
    wiring.cursor_key.cache_clear()
    with listening(Recorder()) as recorder:
        first, second = wiring.cursor_key(), wiring.cursor_key()

    assert len(recorder.of("kms.GenerateMac")) == 1
    assert first == second == cursor_key(wire_to(KMS), "alias/cursors")
    assert len(first) == 32


def test_a_sync_is_one_line() -> None:
    """It is a metric by connector and outcome, and a summary without the owner."""
    lines: list[str] = []
    clock = FakeClock()
    sync = Sync(
        "sync_1",
        KEY,
        Mode.INCREMENTAL,
        Trigger.OWNER,
        SyncStatus.PARTIAL,
        requested_at=clock.now() - timedelta(seconds=9),
        started_at=clock.now() - timedelta(seconds=5),
        ended_at=clock.now(),
        streams=(StreamProgress("ledger", counts=Counts(pages=2, new=7, before_start=1)),),
        problem=Problem("unread_rows", "A row.", "Wait."),
    )

    LogMetrics(clock, lines.append).sync_ended(sync, "kraken")

    (line,) = lines
    told = json.loads(line)
    (directive,) = told["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Tidemark"
    assert ["service", "connector", "outcome"] in directive["Dimensions"]
    assert {each["Name"] for each in directive["Metrics"]} <= told.keys()
    assert (told["SyncsEnded"], told["New"], told["BeforeStart"], told["Seconds"]) == (1, 7, 1, 5.0)
    assert (told["connector"], told["outcome"], told["code"]) == (
        "kraken",
        "partial",
        "unread_rows",
    )
    assert "alice" not in line
    assert line.endswith("}\n")


def test_the_clock_can_be_moved_on(tmp_path: Path) -> None:
    """A file says by how many seconds; without one it is the system's clock."""
    file = tmp_path / "offset"
    clock = SystemClock(file)

    for text, seconds in ((None, 0.0), ("86400", 86_400.0), ("", 0.0), ("1.5", 1.5)):
        if text is not None:
            file.write_text(text)
        ahead = clock.now() - datetime.now(UTC)
        assert abs(ahead.total_seconds() - seconds) < 1
    assert abs(SystemClock().now() - datetime.now(UTC)) < timedelta(seconds=1)


def test_reads_the_environment() -> None:
    """Sources and endpoints are optional, the rest is not."""
    told = environment() | {
        "SOURCES": '{"kraken": "http://127.0.0.1:9001"}',
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
        "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:8000",
    }

    settings = Settings.of(told)

    assert settings.runs_table == "RunsTable"
    assert settings.sources == {"kraken": "http://127.0.0.1:9001"}
    assert settings.endpoint("dynamodb") == "http://127.0.0.1:8000"
    assert settings.endpoint("kms") == "http://127.0.0.1:4566"
    assert Settings.of(environment()).endpoint("kms") is None
    del told["RUNS_TABLE"]
    with pytest.raises(MissingSetting, match="RUNS_TABLE"):
        Settings.of(told)


def test_everything_is_wired(aws: None) -> None:
    """Each port has something behind it, made once, that works with the template's tables."""
    del aws
    now = wiring.clock().now()

    assert wiring.ledger() is wiring.ledger()
    assert wiring.ledger().is_empty(KEY)
    assert list(wiring.journal().newest_first("alice", None)) == []
    assert wiring.months().read(KEY) == []
    assert wiring.runs().current(KEY) is None
    assert list(wiring.runs().abandoned(now)) == []
    assert list(wiring.syncs().newest_first("alice", None)) == []
    assert wiring.integrations().of_owner("alice") == []
    assert wiring.coverage().read(KEY) == ({}, 0)
    assert wiring.parked().unread(KEY) == []
    assert wiring.issues().of_owner("alice") == []
    assert wiring.snapshots().last(KEY) is None
    assert wiring.accounts().get("alice").version == 0
    assert wiring.vault().open(KEY, wiring.vault().seal(KEY, {"a": "b"})) == {"a": "b"}
    assert wiring.connectors().names()
    for made in (wiring.drive_sync, wiring.redrive, wiring.queue, wiring.workflow):
        assert made() is made()
