"""Stores under faults: throttling, unprocessed items, lost answers, repeated calls."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from tests.aws_calls import Answering, Changing, Recorder, listening, refusal
from tests.played import wire_to
from tests.stores.made import KEY, MINUTE, NOW, at, integration, row
from tests.stores.stores import Stores, in_dynamodb
from tests.stores.test_runs_contract import RUN
from tidemark.domain.transactions import State
from tidemark.errors import LeaseLost, StaleVersion, StoreUnavailable
from tidemark.stores.transactions import DynamoLedger
from tidemark.wire import DYNAMODB

ROWS = [row(f"T{n:02}", n) for n in range(60)]


@pytest.fixture
def dynamo(aws: None) -> Stores:
    """Give stores in DynamoDB."""
    del aws
    return in_dynamodb()


def lost_once() -> Callable[[dict[str, Any]], None]:
    """Make a change that loses one answer: the call was made, nobody hears of it."""
    answers = iter([True])

    def lose(_: dict[str, Any]) -> None:
        if next(answers, False):
            raise ReadTimeoutError(endpoint_url="http://aws")

    return lose


def unheard() -> Answering:
    """Lose an update on its way: it was not made."""
    return Answering("dynamodb.UpdateItem", ReadTimeoutError(endpoint_url="http://aws"))


def test_writes_in_batches_that_dynamodb_takes(dynamo: Stores) -> None:
    """Twenty-five at a time, each item once."""
    with listening(Recorder()) as recorder:
        dynamo.ledger.add(KEY, ROWS)

    sizes = [
        len(call["RequestItems"]["TransactionsTable"])
        for call in recorder.of("dynamodb.BatchWriteItem")
    ]
    assert sizes == [25, 25, 10]


def test_writes_again_what_was_left_undone(dynamo: Stores) -> None:
    """DynamoDB may leave any part of a batch: nothing is lost."""
    left: list[Any] = []

    def keep_some(parsed: dict[str, Any]) -> None:
        """Say of the first calls that their first items were not written."""
        if len(left) < 4:
            request = recorder.calls[-1][1]["RequestItems"]["TransactionsTable"]
            left.append(request[:7])
            parsed["UnprocessedItems"] = {"TransactionsTable": left[-1]}

    with (
        listening(Recorder()) as recorder,
        listening(Changing("dynamodb.BatchWriteItem", keep_some)),
    ):
        dynamo.ledger.add(KEY, ROWS)

    assert len(recorder.calls) == 3 + 4
    assert len(dynamo.ledger.known_between(KEY, at(0), at(60))) == 60


def test_gives_up_on_what_is_left_undone_for_ever(dynamo: Stores) -> None:
    """The caller must know that not everything is written, or read."""

    def keep(parsed: dict[str, Any]) -> None:
        """Do nothing, ever."""
        request = recorder.calls[-1][1]["RequestItems"]
        parsed.pop("Responses", None)
        parsed |= {"UnprocessedItems": request, "UnprocessedKeys": request, "Responses": {}}

    with listening(Recorder()) as recorder:
        with listening(Changing("dynamodb.BatchWriteItem", keep)), pytest.raises(StoreUnavailable):
            dynamo.ledger.add(KEY, ROWS)
        assert len(recorder.calls) == 10
        with listening(Changing("dynamodb.BatchGetItem", keep)), pytest.raises(StoreUnavailable):
            dynamo.ledger.known_by_id(KEY, ["T01"])


def test_reads_again_what_was_left_undone(dynamo: Stores) -> None:
    """Keys that were not looked at are looked at again."""
    dynamo.ledger.add(KEY, ROWS)
    told: list[bool] = []

    def keep_some(parsed: dict[str, Any]) -> None:
        """Say once that half of the keys were not looked at."""
        if not told:
            told.append(True)
            request = recorder.calls[-1][1]["RequestItems"]["TransactionsTable"]
            late = {each["transaction_id"]["S"] for each in request["Keys"][:30]}
            read = parsed["Responses"]["TransactionsTable"]
            read[:] = [item for item in read if item["transaction_id"]["S"] not in late]
            left = {**request, "Keys": request["Keys"][:30]}
            parsed["UnprocessedKeys"] = {"TransactionsTable": left}

    with listening(Recorder()) as recorder, listening(Changing("dynamodb.BatchGetItem", keep_some)):
        known = dynamo.ledger.known_by_id(KEY, [each.id for each in ROWS])

    assert len(known) == 60
    assert len(recorder.calls) == 2


def test_threads_write_the_same(aws: None) -> None:
    """Several batches may be on their way; a failed one is told."""
    del aws
    ledger = DynamoLedger(wire_to(DYNAMODB), "TransactionsTable", threads=4)

    ledger.add(KEY, ROWS)

    assert len(ledger.known_between(KEY, at(0), at(60))) == 60
    refused = Answering("dynamodb.BatchWriteItem", *[refusal("ThrottlingException")] * 99)
    with listening(refused), pytest.raises(StoreUnavailable):
        ledger.add(KEY, ROWS)


def test_a_throttled_write_is_made_at_last(dynamo: Stores) -> None:
    """Throttling is waited out."""
    throttled = [refusal("ProvisionedThroughputExceededException") for _ in range(5)]

    with listening(Answering("dynamodb.BatchWriteItem", *throttled)):
        dynamo.ledger.add(KEY, ROWS[:1])

    assert dynamo.ledger.get(KEY, "T00") == ROWS[0]


def test_a_replacement_whose_answer_was_lost_is_done_once(dynamo: Stores) -> None:
    """The repeated call meets its own work; somebody else's work is still refused."""
    dynamo.ledger.add(KEY, ROWS[:1])
    new = replace(ROWS[0], state=State.EXCLUDED, revision=2)

    with listening(Changing("dynamodb.UpdateItem", lost_once())):
        dynamo.ledger.replace(KEY, new, expected=1)

    assert dynamo.ledger.get(KEY, "T00") == new
    other = replace(new, details={"note": "other"})
    with listening(unheard()), pytest.raises(StaleVersion):
        dynamo.ledger.replace(KEY, other, expected=1)
    with listening(Changing("dynamodb.DeleteItem", lost_once())):
        dynamo.ledger.forget(KEY, "T00", expected=2)
    assert dynamo.ledger.is_empty(KEY)


def test_a_claim_and_a_lease_whose_answers_were_lost_are_ours(dynamo: Stores) -> None:
    """Each transition may be asked for again by who did not hear of it."""
    with listening(Changing("dynamodb.UpdateItem", lost_once())):
        assert dynamo.runs.claim(RUN, NOW) == RUN
    with listening(Changing("dynamodb.UpdateItem", lost_once())):
        lease = dynamo.runs.acquire(KEY, RUN.sync_id, "w1", now=NOW, until=NOW + MINUTE)
    with listening(Changing("dynamodb.UpdateItem", lost_once())):
        lease = dynamo.runs.checkpoint(lease, replace(RUN, steps=1))
    with listening(Changing("dynamodb.UpdateItem", lost_once())):
        dynamo.runs.finish(lease)

    assert dynamo.runs.current(KEY) is None
    with listening(unheard()), pytest.raises(LeaseLost):
        dynamo.runs.checkpoint(lease, RUN)


def test_records_whose_answers_were_lost_are_written_once(dynamo: Stores) -> None:
    """An integration and its coverage, too."""
    with listening(Changing("dynamodb.PutItem", lost_once())):
        dynamo.integrations.add(integration())
    with listening(Changing("dynamodb.UpdateItem", lost_once())):
        dynamo.integrations.replace(replace(integration(), name="New", version=2), expected=1)
    with listening(Changing("dynamodb.UpdateItem", lost_once())):
        dynamo.coverage.write(KEY, {}, expected=0)

    assert dynamo.integrations.get(KEY) == replace(integration(), name="New", version=2)
    assert dynamo.coverage.read(KEY) == ({}, 1)


def test_attributes_of_newer_code_survive(dynamo: Stores) -> None:
    """What this code does not know stays in the item that it changes."""
    wire = wire_to(DYNAMODB)
    dynamo.ledger.add(KEY, ROWS[:1])
    dynamo.integrations.add(integration())
    places = (
        ("TransactionsTable", {"integration_key": {"S": KEY.text}, "transaction_id": {"S": "T00"}}),
        (
            "IntegrationsTable",
            {"owner": {"S": KEY.owner}, "integration_id": {"S": KEY.integration_id}},
        ),
    )
    newer = {"UpdateExpression": "SET newer = :n", "ExpressionAttributeValues": {":n": {"S": "x"}}}
    for table, key in places:
        wire.call("UpdateItem", {"TableName": table, "Key": key, **newer})

    dynamo.ledger.replace(KEY, replace(ROWS[0], revision=2), expected=1)
    dynamo.integrations.replace(replace(integration(), version=2), expected=1)
    dynamo.integrations.note_outcome(KEY, {"retry_at": NOW})

    for table, key in places:
        item = wire.call("GetItem", {"TableName": table, "Key": key})["Item"]
        assert item["newer"] == {"S": "x"}


def test_reads_that_decide_are_strong(dynamo: Stores) -> None:
    """Every read but that of the global index asks for consistency."""
    with listening(Recorder()) as recorder:
        dynamo.ledger.known_between(KEY, at(0), at(1))
        dynamo.ledger.known_by_id(KEY, ["T00"])
        dynamo.ledger.is_empty(KEY)
        dynamo.ledger.last_from_source(KEY, NOW)
        dynamo.runs.current(KEY)
        dynamo.months.read(KEY)
        dynamo.months.read_one(KEY, "2025-01")
        dynamo.integrations.get(KEY)
        dynamo.coverage.read(KEY)

    assert len(recorder.calls) == 9
    for _, body in recorder.calls:
        (reading,) = body.get("RequestItems", {"": body}).values()
        assert reading["ConsistentRead"] is True
