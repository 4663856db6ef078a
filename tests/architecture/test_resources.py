"""Tables, queues, schedules, logs, functions and alarms of the transformed template."""

import re
from pathlib import Path

import pytest

from tests.architecture.stack import (
    FUNCTION,
    KEY,
    QUEUE,
    TABLE,
    all_of,
    properties,
    target,
    template,
)
from tidemark.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SECRET = re.compile(r"secret|password|token|api_?key|private", re.IGNORECASE)


@pytest.mark.parametrize("name", all_of(TABLE))
def test_tables_survive_mistakes(name: str) -> None:
    """Point-in-time recovery, encryption, deletion protection; kept when the stack goes."""
    table = all_of(TABLE)[name]

    assert table["Properties"]["PointInTimeRecoverySpecification"] == {
        "PointInTimeRecoveryEnabled": True
    }
    assert table["Properties"]["SSESpecification"] == {"SSEEnabled": True}
    assert table["Properties"]["DeletionProtectionEnabled"] == {"Ref": "DeletionProtection"}
    assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Retain"


def test_tables_are_protected_by_default() -> None:
    """Who wants to delete has to say so."""
    assert template()["Parameters"]["DeletionProtection"]["Default"] == "true"


@pytest.mark.parametrize("name", all_of(KEY))
def test_keys_are_kept_when_the_stack_goes(name: str) -> None:
    """Without its key, what a table keeps could not be read any more."""
    assert all_of(KEY)[name]["DeletionPolicy"] == "Retain"


def test_a_message_stays_hidden_for_six_times_the_functions_time() -> None:
    """As long as AWS advises, so that a batch at work is not handed out again."""
    hidden = properties("SyncQueue")["VisibilityTimeout"]

    assert hidden >= 6 * properties("SyncIntegrationFunction")["Timeout"]


def test_a_message_is_tried_five_times_and_then_kept_apart() -> None:
    """A poison message ends in a queue that an alarm watches, for 14 days."""
    redrive = properties("SyncQueue")["RedrivePolicy"]

    assert redrive["maxReceiveCount"] == 5
    assert target(redrive["deadLetterTargetArn"]) == "SyncDeadLetterQueue"
    assert properties("SyncDeadLetterQueue")["MessageRetentionPeriod"] == 14 * 86_400


@pytest.mark.parametrize("name", all_of(QUEUE))
def test_queues_are_encrypted(name: str) -> None:
    """Messages rest encrypted."""
    assert properties(name)["SqsManagedSseEnabled"] is True


def test_only_failed_messages_of_a_batch_come_again() -> None:
    """The function answers per message."""
    (mapping,) = all_of("AWS::Lambda::EventSourceMapping").values()

    assert mapping["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["Properties"]["BatchSize"] == 10


def test_syncs_cannot_take_all_of_an_accounts_concurrency() -> None:
    """Function and queue mapping have the same limit, so that no message is throttled away."""
    (mapping,) = all_of("AWS::Lambda::EventSourceMapping").values()
    reserved = properties("SyncIntegrationFunction")["ReservedConcurrentExecutions"]
    scaling = mapping["Properties"]["ScalingConfig"]

    assert reserved["Fn::If"][1] == {"Ref": "SyncConcurrency"}
    assert scaling["Fn::If"][1] == {"MaximumConcurrency": {"Ref": "SyncConcurrency"}}


@pytest.mark.parametrize("name", all_of("AWS::Scheduler::Schedule"))
def test_schedules_retry_and_keep_what_failed(name: str) -> None:
    """A tick that cannot be delivered ends in a queue that an alarm watches."""
    goal = properties(name)["Target"]

    assert goal["RetryPolicy"]["MaximumRetryAttempts"] >= 1
    assert target(goal["DeadLetterConfig"]["Arn"]) == "DispatchDeadLetterQueue"


@pytest.mark.parametrize("name", all_of("AWS::Logs::LogGroup"))
def test_logs_end_and_are_encrypted(name: str) -> None:
    """No log is kept for ever, and none rests in plain text."""
    assert properties(name)["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert target(properties(name)["KmsKeyId"]) == "OperationsKey"


@pytest.mark.parametrize("name", all_of(FUNCTION))
def test_functions_are_all_alike(name: str) -> None:
    """Python 3.13 on arm64, traced, logging into a group of their own."""
    function = properties(name)

    assert function["Runtime"] == "python3.13"
    assert function["Architectures"] == ["arm64"]
    assert function["TracingConfig"] == {"Mode": "Active"}
    assert target(function["LoggingConfig"]["LogGroup"]) == name.replace("Function", "LogGroup")


@pytest.mark.parametrize("name", all_of(FUNCTION))
def test_a_handlers_name_is_its_place_in_the_repository(name: str) -> None:
    """One dotted name in Lambda, in tests and for the linters."""
    module, _, function = properties(name)["Handler"].rpartition(".")
    source = ROOT.joinpath(*module.split(".")).with_suffix(".py")

    assert f"def {function}(" in source.read_text() or f"{function} = " in source.read_text()


@pytest.mark.parametrize("name", all_of(FUNCTION))
def test_functions_are_given_every_setting(name: str) -> None:
    """What settings.py asks for, the template sets; the region comes from Lambda."""
    variables = properties(name)["Environment"]["Variables"]

    Settings.of({**dict.fromkeys(variables, "{}"), "AWS_REGION": "eu-central-1"})


@pytest.mark.parametrize("name", all_of(FUNCTION))
def test_no_environment_holds_a_secret(name: str) -> None:
    """Whoever may see a function's configuration learns nothing."""
    variables = properties(name)["Environment"]["Variables"]

    assert not [variable for variable in variables if SECRET.search(variable)]


def test_layers_are_built_for_the_processor_that_runs_them() -> None:
    """Both layers say arm64."""
    for layer in all_of("AWS::Lambda::LayerVersion").values():
        assert layer["Properties"]["CompatibleArchitectures"] == ["arm64"]


def test_someone_is_told_when_things_go_wrong() -> None:
    """Dead letters, old messages, errors, throttles and failed resyncs all reach the topic."""
    alarms = all_of("AWS::CloudWatch::Alarm")

    assert {
        "SyncDeadLettersAlarm",
        "DispatchDeadLettersAlarm",
        "OldestMessageAlarm",
        "FunctionErrorsAlarm",
        "FunctionThrottlesAlarm",
        "ResyncsFailedAlarm",
    } <= set(alarms)
    for alarm in alarms.values():
        assert alarm["Properties"]["AlarmActions"] == [{"Ref": "AlarmTopic"}]


@pytest.mark.parametrize("alarm", ["FunctionErrorsAlarm", "FunctionThrottlesAlarm"])
def test_every_function_is_watched(alarm: str) -> None:
    """A new function is not forgotten in the alarms."""
    watched = {
        target(metric["MetricStat"]["Metric"]["Dimensions"][0]["Value"])
        for metric in properties(alarm)["Metrics"]
        if "MetricStat" in metric
    }

    assert watched == set(all_of(FUNCTION))
