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
from tests.architecture.test_streams import MAPPINGS as STREAMS
from tidemark.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
MAPPINGS = {
    "SyncIntegrationMapping": 10,
    "WorkFilesMapping": 1,
    "ValueTransactionsMapping": 1,
    "DeliverWebhooksMapping": 5,
}
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


@pytest.mark.parametrize("name", MAPPINGS)
def test_a_message_stays_hidden_for_six_times_the_functions_time(name: str) -> None:
    """As long as AWS advises, so that a batch at work is not handed out again."""
    mapping = properties(name)
    hidden = properties(target(mapping["EventSourceArn"]))["VisibilityTimeout"]

    assert hidden >= 6 * properties(target(mapping["FunctionName"]))["Timeout"]


@pytest.mark.parametrize("name", MAPPINGS)
def test_a_message_is_tried_five_times_and_then_kept_apart(name: str) -> None:
    """A poison message ends in a queue that an alarm watches, for 14 days."""
    queue = target(properties(name)["EventSourceArn"])
    redrive = properties(queue)["RedrivePolicy"]
    kept_apart = queue.replace("Queue", "DeadLetterQueue")

    assert redrive["maxReceiveCount"] == 5
    assert target(redrive["deadLetterTargetArn"]) == kept_apart
    assert properties(kept_apart)["MessageRetentionPeriod"] == 14 * 86_400
    assert kept_apart in str(properties(queue.replace("Queue", "DeadLettersAlarm")))


@pytest.mark.parametrize("name", all_of(QUEUE))
def test_queues_are_encrypted(name: str) -> None:
    """Messages rest encrypted."""
    assert properties(name)["SqsManagedSseEnabled"] is True


@pytest.mark.parametrize(("name", "size"), MAPPINGS.items())
def test_only_failed_messages_of_a_batch_come_again(name: str, size: int) -> None:
    """The function answers per message; a file fills a function's memory and time alone."""
    assert properties(name)["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert properties(name)["BatchSize"] == size


def test_every_mapping_is_looked_at() -> None:
    """No queue and no stream reaches a function otherwise."""
    assert set(all_of("AWS::Lambda::EventSourceMapping")) == {*MAPPINGS, *STREAMS}


def test_syncs_cannot_take_all_of_an_accounts_concurrency() -> None:
    """Function and queue mapping have the same limit, so that no message is throttled away."""
    reserved = properties("SyncIntegrationFunction")["ReservedConcurrentExecutions"]
    scaling = properties("SyncIntegrationMapping")["ScalingConfig"]

    assert reserved["Fn::If"][1] == {"Ref": "SyncConcurrency"}
    assert scaling["Fn::If"][1] == {"MaximumConcurrency": {"Ref": "SyncConcurrency"}}


def test_files_cannot_take_all_of_an_accounts_concurrency() -> None:
    """Their mapping has a limit; nothing else calls their function, so none is reserved."""
    scaling = properties("WorkFilesMapping")["ScalingConfig"]

    assert scaling == {"MaximumConcurrency": {"Ref": "FilesConcurrency"}}
    assert template()["Parameters"]["FilesConcurrency"]["Default"] <= 20


def test_files_are_private_and_end() -> None:
    """Encrypted, nobody's but ours, one version of each, uploads for 30 days and exports for 7."""
    bucket = properties("FilesBucket")
    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    uploads, exports, unfinished = bucket["LifecycleConfiguration"]["Rules"]

    assert encryption["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert "VersioningConfiguration" not in bucket
    assert (uploads["Prefix"], uploads["ExpirationInDays"]) == ("uploads/", 30)
    assert (exports["Prefix"], exports["ExpirationInDays"]) == ("exports/", 7)
    assert unfinished["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert {rule["Status"] for rule in (uploads, exports, unfinished)} == {"Enabled"}


def test_uploads_are_told_to_the_files_queue_and_exports_are_not() -> None:
    """Else each export would be taken for an import."""
    (told,) = properties("FilesBucket")["NotificationConfiguration"]["QueueConfigurations"]

    assert target(told["Queue"]) == "FilesQueue"
    assert told["Event"] == "s3:ObjectCreated:*"
    assert told["Filter"]["S3Key"]["Rules"] == [{"Name": "prefix", "Value": "uploads/"}]


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
        "FilesDeadLettersAlarm",
        "ValuesDeadLettersAlarm",
        "OldestFileAlarm",
        "OldestMessageAlarm",
        "EventsDeadLettersAlarm",
        "WebhooksDeadLettersAlarm",
        "LateEventsAlarm",
        "OldestWebhookAlarm",
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
