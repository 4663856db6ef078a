"""The events in events/ are such as AWS sends: they fit the template and the state machine."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.stack import properties, routes
from tests.architecture.test_state_machine import handed_to, states
from tests.architecture.test_streams import STREAMED
from tidemark.domain.imports import import_of
from tidemark.domain.schedules import SLOT, Wheel
from tidemark.services.check_on_demand import is_check

EVENTS = Path(__file__).resolve().parents[2] / "events"
REQUESTS = sorted(path.stem for path in EVENTS.glob("api_*.json"))
TASKS = {
    "plan": "Plan",
    "hand_over": "HandOver",
    "step": "Step",
    "ask_owner": "AskOwner",
    "check_balances": "CheckBalances",
    "finish": "Finish",
    "finish_failed": "FailSync",
}


def event(name: str) -> dict[str, Any]:
    """Read one event."""
    read: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return read


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_is_for_a_route_that_exists(name: str) -> None:
    """Its path fits its route, and its token's scopes are those that the route asks for."""
    request = event(name)
    context = request["requestContext"]
    asked = routes()[request["routeKey"]].get("security", [{}])[0]

    path = request["routeKey"].partition(" ")[2].format(**request.get("pathParameters", {}))
    assert request["rawPath"] == path == context["http"]["path"]
    assert context.get("authorizer", {}).get("jwt", {}).get("scopes") == asked.get("Jwt")


@pytest.mark.parametrize("name", TASKS)
def test_a_tasks_event_has_what_the_state_machine_hands_over(name: str) -> None:
    """The same names, no more and no less."""
    parameters = handed_to(states("Task")[TASKS[name]])

    assert set(event(name)) == {key.removesuffix(".$") for key in parameters}


def test_a_message_names_one_sync() -> None:
    """The queue carries ids only."""
    (record,) = event("sqs_sync")["Records"]

    assert set(json.loads(record["body"])) == {"owner", "integration_id", "sync_id"}


def test_a_message_may_name_a_balance_check_in_its_place() -> None:
    """It is told by the beginning of its id."""
    (record,) = event("sqs_balance_check")["Records"]
    body = json.loads(record["body"])

    assert set(body) == {"owner", "integration_id", "sync_id"}
    assert is_check(body["sync_id"])


def test_an_integration_to_value_is_named_alone() -> None:
    """The queue carries nothing else."""
    (record,) = event("value_transactions")["Records"]

    assert set(json.loads(record["body"])) == {"owner", "integration_id"}


def test_prices_are_refreshed_every_seven_minutes() -> None:
    """The tick says nothing of its own; closes that are due are looked for more often."""
    schedule = properties("RefreshPricesFunctionEvery7Minutes")

    assert schedule["ScheduleExpression"] == "rate(7 minutes)"
    assert "Input" not in schedule["Target"]
    assert event("refresh_prices")["source"] == "aws.scheduler"
    due = properties("ValueTransactionsFunctionEvery5Minutes")["ScheduleExpression"]
    assert due == "rate(5 minutes)"


def test_work_on_files_is_asked_for_by_ids() -> None:
    """The queue carries nothing else of ours."""
    (record,) = event("work_files")["Records"]

    assert set(json.loads(record["body"])) == {"owner", "job", "id"}


def test_a_delivery_is_asked_for_by_ids() -> None:
    """The queue carries nothing else."""
    (record,) = event("deliver_webhooks")["Records"]

    assert set(json.loads(record["body"])) == {"owner", "event", "endpoint"}


def test_a_change_comes_from_a_table_that_is_streamed() -> None:
    """With the item before and after, as the template asks for it."""
    (record,) = event("tell_events")["Records"]
    name = record["eventSourceARN"].partition("/tidemark-")[2].partition("-")[0]

    assert name in STREAMED
    assert properties(name)["StreamSpecification"] == {
        "StreamViewType": record["dynamodb"]["StreamViewType"]
    }


def test_s3_tells_of_an_upload_by_its_name() -> None:
    """The name is such as the server makes them, under the prefix that is told of."""
    (record,) = event("s3_upload")["Records"]
    (told,) = json.loads(record["body"])["Records"]

    assert told["eventName"].startswith("ObjectCreated:")
    assert import_of(told["s3"]["object"]["key"]) is not None
    assert "tidemark-files-" in told["s3"]["bucket"]["arn"]


def test_a_tick_comes_from_the_schedule() -> None:
    """The one that looks for abandoned runs sends no input of its own."""
    assert "Input" not in properties("DispatchFunctionEvery5Minutes")["Target"]
    assert event("dispatch")["source"] == "aws.scheduler"


@pytest.mark.parametrize("wheel", list(Wheel))
def test_a_turn_of_a_wheel_comes_from_its_schedule(wheel: Wheel) -> None:
    """Each wheel has one schedule, which ticks once per slot and names the moment it meant."""
    name = "DailyWheel" if wheel is Wheel.DAILY else "SixHourlyWheel"
    schedule = properties(f"DispatchFunction{name}")
    sent = json.loads(schedule["Target"]["Input"])

    assert schedule["ScheduleExpression"] == f"rate({SLOT // timedelta(minutes=1)} minutes)"
    assert sent == {"wheel": wheel.value, "at": "<aws.scheduler.scheduled-time>"}
    assert set(event("dispatch_wheel")) == set(sent)
