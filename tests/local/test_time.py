"""The product's clock moves on, and what falls due happens, in order."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from tests.local.conftest import NOW, Toy

HOUR = 3600
DAY = 24 * HOUR


def test_workers_live_in_the_product_s_time(toy: Toy) -> None:
    """A handler sees what POST /_local/clock answers."""
    now = datetime.fromisoformat(toy.child.advance(HOUR))
    seen, _ = toy.invoke("clock")

    assert now >= datetime.fromisoformat(NOW) + timedelta(hours=1)
    assert abs(datetime.fromtimestamp(seen, UTC) - now) < timedelta(seconds=5)


def ticks_of(toy: Toy, seconds: int) -> tuple[list[datetime], list[str]]:
    """Move the clock on; give the ticks, and all that was recorded meanwhile."""
    before = set(toy.records())
    toy.child.advance(seconds)
    fired = sorted(set(toy.records()) - before)
    return [datetime.fromisoformat(what[5:]) for what in fired if what.startswith("tick ")], fired


def test_schedules_fire_as_often_as_time_passes(toy: Toy) -> None:
    """An hour has twelve times five minutes."""
    ticks, _ = ticks_of(toy, HOUR)

    assert len(ticks) == HOUR // 300
    assert {b - a for a, b in pairwise(ticks)} == {timedelta(minutes=5)}


def test_a_far_way_fires_once_an_hour(toy: Toy) -> None:
    """A day has a tick for each hour and its beginning; the night comes once, Berlin's time."""
    ticks, fired = ticks_of(toy, DAY)

    assert DAY // HOUR <= len(ticks) <= DAY // HOUR + 1
    assert all(b - a <= timedelta(hours=1) for a, b in pairwise(ticks))
    assert sum(what.startswith("night ") and what.endswith("T01:30:00Z") for what in fired) == 1


def test_a_wait_ends_when_the_clock_has_moved(toy: Toy) -> None:
    """An execution that waits for an hour goes on after that hour, not before."""
    execution = toy.execute("wait", path="wait", seconds=HOUR, what="waited")

    assert toy.child.idle(0) is False
    toy.child.advance(HOUR - 60)
    assert toy.status(execution) == "RUNNING"
    toy.child.advance(120)
    assert toy.status(execution) == "SUCCEEDED"
    assert "waited" in toy.records()
    assert toy.child.idle(10)


def test_waiting_for_a_person_is_idle_and_ends_in_time(toy: Toy) -> None:
    """An execution that waits for a task token is idle; its timeout is in the product's time."""
    execution = toy.execute("timeout", path="token", what="asked somebody")

    assert toy.child.idle(10)
    assert toy.status(execution) == "RUNNING"
    toy.child.advance(DAY + 60)
    assert toy.status(execution) == "FAILED"


def test_an_answer_in_time_goes_on(toy: Toy) -> None:
    """SendTaskSuccess ends the wait for a person."""
    execution = toy.execute("answer", path="token", what="asked again")
    assert toy.child.idle(10)
    token = toy.records()["asked again"]["token"]["S"]

    toy.aws("stepfunctions").send_task_success(taskToken=token, output="{}")

    assert toy.child.idle(10)
    assert toy.status(execution) == "SUCCEEDED"


def test_an_answer_before_the_wait_is_heard(toy: Toy) -> None:
    """While the function that asks is still at work; no heartbeat has to come for that."""
    execution = toy.execute("early", path="token", what="answered at once")

    assert toy.child.idle(10)
    assert toy.status(execution) == "SUCCEEDED"


def test_errors_are_caught_by_name(toy: Toy) -> None:
    """A state machine retries and catches the errors of real handlers by their class."""
    execution = toy.execute("caught", path="fail")

    assert toy.child.idle(30)
    assert toy.status(execution) == "SUCCEEDED"


def test_messages_come_in_batches_and_go_when_done(toy: Toy) -> None:
    """Messages that were sent together are not handed over one by one, and each is once."""
    toy.send(*(f"good {number}" for number in range(8)))

    assert toy.child.idle(20)
    done = {what: item for what, item in toy.records().items() if what.startswith("good ")}
    assert len(done) == 8
    assert {item["times"]["N"] for item in done.values()} == {"1"}
    assert max(int(item["together"]["N"]) for item in done.values()) > 1


def test_a_failing_message_is_repeated_and_then_set_aside(toy: Toy) -> None:
    """Only the failed message of a batch comes again after its timeout; then it is dead."""
    toy.send("fine", "bad apple")

    assert toy.child.idle(0.5) is False
    toy.child.advance(601)
    toy.child.advance(601)
    assert toy.child.idle(10)
    assert toy.records()["fine"]["times"]["N"] == "1"
    assert toy.records()["bad apple"]["times"]["N"] == "2"
    dead = toy.aws("sqs").receive_message(QueueUrl=toy.outputs["DeadLetterQueueUrl"])["Messages"]
    assert [message["Body"] for message in dead] == ["bad apple"]


def test_a_delayed_message_waits_for_its_time(toy: Toy) -> None:
    """A delay is in the product's time."""
    toy.send("late", delay=300)

    assert toy.child.idle(0) is False
    assert "late" not in toy.records()
    toy.child.advance(301)
    assert toy.child.idle(10)
    assert "late" in toy.records()
