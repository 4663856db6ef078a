"""What the records of streams say."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tidemark.domain.tellings import Source, events_of
from tidemark.stores.changes import Changes

EVENT = Path(__file__).parents[2] / "events" / "tell_events.json"
NAME = "tidemark-IssuesTable-1ABCDEFGHIJKL"
CHANGES = Changes({NAME: Source.ISSUES, "parked": Source.PARKED})


def record(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Give a real record, with other facts in it."""
    (read,) = json.loads(EVENT.read_text())["Records"]
    return {**read, "dynamodb": {**read["dynamodb"], **changes}}


def test_reads_a_record() -> None:
    """Whose it is, when, in which order, and the item before and after."""
    change = CHANGES.read(record())
    assert (change.source, change.owner) == (
        Source.ISSUES,
        "8f1c2d34-5a6b-4c7d-8e9f-0a1b2c3d4e5f",
    )
    assert change.at == datetime(2026, 1, 15, 12, tzinfo=UTC)
    assert change.order == 4421584500000000017450439092
    assert (change.before["state"], change.after["state"]) == ("open", "resolved")
    (event,) = events_of(change)
    assert event.type == "issue.resolved"
    assert CHANGES.read(record()) == change


def test_an_owner_is_also_found_in_the_partition_of_an_integration() -> None:
    """And an image that is not there is empty; times may have a fraction."""
    keys = {"integration_key": {"S": "al#ice#intg_1"}, "parked_id": {"S": "held#1"}}
    told = record(Keys=keys, OldImage={}, ApproximateCreationDateTime=1768478400.5)
    change = CHANGES.read({**told, "eventSourceARN": "arn:aws:dynamodb:x:1:table/parked/stream/y"})
    assert (change.owner, change.before) == ("al#ice", {})
    assert change.at.microsecond == 0


@pytest.mark.parametrize("arn", ["arn:aws:dynamodb:x:1:table/other/stream/y", "arn:aws:sqs:x:1:y"])
def test_a_table_of_nobodys_is_refused(arn: str) -> None:
    """It would be a mistake in the template."""
    with pytest.raises(KeyError):
        CHANGES.read({**record(), "eventSourceARN": arn})
