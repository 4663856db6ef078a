"""The streams of tables, and the queue of deliveries, of the transformed template."""

import json

import pytest

from tests.architecture.stack import TABLE, all_of, properties, target, template

STREAMED = {
    name for name, each in all_of(TABLE).items() if "StreamSpecification" in each["Properties"]
}
MAPPINGS = {f"Tell{table.removesuffix('Table')}Mapping" for table in STREAMED}


@pytest.mark.parametrize("table", sorted(STREAMED))
def test_changes_are_told_in_order_and_never_lost_in_silence(table: str) -> None:
    """From the first one on, again where it failed; what cannot be told ends in a watched queue."""
    mapping = properties(f"Tell{table.removesuffix('Table')}Mapping")

    assert mapping["EventSourceArn"] == {"Fn::GetAtt": [table, "StreamArn"]}
    assert target(mapping["FunctionName"]) == "TellEventsFunction"
    assert properties(table)["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["MaximumRetryAttempts"] >= 5
    dead = mapping["DestinationConfig"]["OnFailure"]["Destination"]
    assert target(dead) == "EventsDeadLetterQueue"
    assert "EventsDeadLetterQueue" in str(properties("EventsDeadLettersAlarm"))


def test_the_tables_of_transactions_are_not_streamed() -> None:
    """A million rows of history are no events: what a sync changed is told as one."""
    assert {
        *("AccountsTable", "DuplicatesTable", "ImportsTable", "IntegrationsTable", "IssuesTable"),
        *("JournalTable", "ParkedTable", "SnapshotsTable", "SyncsTable", "WebhooksTable"),
    } == STREAMED


def test_of_the_journal_only_what_was_done_by_hand_is_told() -> None:
    """A sync's thousands of chunks leave no stream: it tells of itself when it ends."""
    (only,) = properties("TellJournalMapping")["FilterCriteria"]["Filters"]

    assert json.loads(only["Pattern"])["dynamodb"] == {
        "NewImage": {"done": {"BOOL": [True]}, "import_id": {"S": [{"exists": False}]}}
    }


@pytest.mark.parametrize(("name", "prefix"), [("Parked", "held#"), ("Webhooks", "whe_")])
def test_what_is_no_state_of_an_owners_leaves_no_stream(name: str, prefix: str) -> None:
    """Neither a source's raw rows nor each attempt of a delivery."""
    (only,) = properties(f"Tell{name}Mapping")["FilterCriteria"]["Filters"]
    (keys,) = json.loads(only["Pattern"])["dynamodb"]["Keys"].values()

    assert keys == {"S": [{"prefix": prefix}]}


def test_slow_receivers_cannot_take_all_of_an_accounts_concurrency() -> None:
    """Deliveries have a limit of their own."""
    scaling = properties("DeliverWebhooksMapping")["ScalingConfig"]

    assert scaling == {"MaximumConcurrency": {"Ref": "WebhooksConcurrency"}}
    assert template()["Parameters"]["WebhooksConcurrency"]["Default"] <= 20


def test_nobody_is_trusted_by_default() -> None:
    """Origins inside are for whoever deploys to name."""
    assert template()["Parameters"]["WebhookTrustedOrigins"]["Default"] == ""
