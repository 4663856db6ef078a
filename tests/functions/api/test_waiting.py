"""Syncs that wait for their owners: kept waiting, woken, replaced, stopped, canceled."""

from datetime import timedelta

import pytest

from tests.bank import MINUTE, BankDesk
from tidemark.domain.consents import Need
from tidemark.domain.syncs import Mode, Trigger
from tidemark.errors import VaultError
from tidemark.services.wake import KeepToken, NothingToAsk, TendWaits

TOKEN = "a-task-token"
RIGHT = "123456"


@pytest.fixture
def desk() -> BankDesk:
    """Give a desk with a bank that was synced before."""
    made = BankDesk()
    made.made = made.linked()
    made.step(made.made, made.made["first_sync"])
    return made


def asleep(desk: BankDesk, sync_id: str, token: str = TOKEN) -> None:
    """Have an execution wait."""
    KeepToken(desk.world.runs, desk.world.waits).keep(desk.key(desk.made), sync_id, token)
    desk.world.workflow.asleep.add(token)


def tend(desk: BankDesk, life: timedelta = MINUTE) -> list[tuple[str, str]]:
    """Look after what waits; give who was told what."""
    world = desk.world
    world.workflow.told.clear()
    until = world.clock.now() + life
    TendWaits(world.waits, world.workflow, world.waking, world.clock).tend(until)
    return world.workflow.told


def test_a_queued_sync_that_asks_goes_to_the_state_machine(desk: BankDesk) -> None:
    """It waits there."""
    sync_id = desk.asks(desk.made, Need.OTP, mode="incremental")
    assert (desk.key(desk.made), sync_id, 1) in desk.world.workflow.executions
    assert desk.world.runs.busy_until(desk.key(desk.made), desk.world.clock.now()) is None


def test_an_answer_that_was_faster_than_the_wait(desk: BankDesk) -> None:
    """Who is about to wait is told not to."""
    sync_id = desk.asks(desk.made, Need.OTP)
    desk.answer(sync_id, otp=RIGHT)
    with pytest.raises(NothingToAsk):
        asleep(desk, sync_id)
    assert desk.step(desk.made, sync_id) == "done"
    with pytest.raises(NothingToAsk):
        asleep(desk, sync_id)


def test_an_execution_that_is_gone_is_replaced(desk: BankDesk) -> None:
    """By the one who finds out: the owner who answers, or the tick."""
    sync_id = desk.asks(desk.made, Need.OTP)
    key = desk.key(desk.made)
    asleep(desk, sync_id)
    desk.world.workflow.asleep.clear()
    assert tend(desk) == [("beat", TOKEN), ("wake", TOKEN)]
    assert [each[2] for each in desk.world.workflow.executions if each[1] == sync_id] == [1]
    assert list(desk.world.waits.all()) == []
    asleep(desk, sync_id, "another")
    desk.world.workflow.asleep.clear()
    desk.world.workflow.over.add(1)
    desk.answer(sync_id, otp=RIGHT)
    assert desk.world.workflow.executions[-1] == (key, sync_id, 2)


def test_ticks_keep_a_wait_alive_and_end_it_in_time(desk: BankDesk) -> None:
    """A heartbeat each time, and at the deadline it is woken, to find that out."""
    sync_id = desk.asks(desk.made, Need.OTP)
    asleep(desk, sync_id)
    assert tend(desk) == [("beat", TOKEN)]
    assert tend(desk, timedelta(0)) == []
    desk.world.clock.advance(10 * MINUTE)
    assert tend(desk) == [("wake", TOKEN)]
    assert tend(desk) == []
    assert desk.step(desk.made, sync_id) == "done"
    assert desk.sync(sync_id)["error"]["code"] == "consent_timed_out"


def test_a_sync_that_waits_is_not_abandoned(desk: BankDesk) -> None:
    """Not before its time is over."""
    desk.bank.within = timedelta(hours=2)
    desk.asks(desk.made, Need.OTP)
    redrive = desk.world.redrive
    desk.world.clock.advance(timedelta(hours=1))
    assert redrive.redrive() == 0
    desk.world.clock.advance(timedelta(hours=1))
    assert redrive.redrive() == 1


@pytest.mark.parametrize("action", ["pause", "deactivate"])
def test_stopping_ends_the_wait(desk: BankDesk, action: str) -> None:
    """At once: the execution is woken, and finds that the run is over."""
    sync_id = desk.asks(desk.made, Need.OTP)
    asleep(desk, sync_id)
    assert desk.send("POST", f"/v1/integrations/{desk.made['id']}/{action}").status == 200
    sync = desk.sync(sync_id)
    assert (sync["status"], sync["waiting"]) == ("canceled", None)
    assert desk.world.workflow.told == [("wake", TOKEN)]
    assert desk.answer(sync_id, otp=RIGHT).status == 410
    assert desk.step(desk.made, sync_id) == "stopped"


def test_a_sync_that_waits_is_canceled(desk: BankDesk) -> None:
    """By waking it."""
    sync_id = desk.asks(desk.made, Need.OTP)
    asleep(desk, sync_id)
    canceled = desk.send("POST", f"/v1/syncs/{sync_id}/cancel")
    assert canceled.json["status"] == "canceled"
    assert desk.world.workflow.told == [("wake", TOKEN)]
    assert desk.step(desk.made, sync_id) == "stopped"


def test_a_sync_that_waits_for_consent_is_joined() -> None:
    """Asked to sync, the bank's first sync is shown; nothing else is started."""
    desk = BankDesk()
    made = desk.link().json
    body = {"integrations": [made["id"]], "mode": "missing"}
    (joined,) = desk.send("POST", "/v1/syncs", body).json["data"]
    assert (joined["id"], joined["status"]) == (made["first_sync"], "waiting_for_user")
    assert len(desk.world.workflow.executions) == 1


def test_a_sync_without_any_consent_ends(desk: BankDesk) -> None:
    """Whatever it was that started it."""
    sync_id = desk.asks(desk.made, Need.OTP)
    desk.change(desk.key(desk.made), sealed=None)
    desk.answer(sync_id, otp=RIGHT)
    assert desk.step(desk.made, sync_id) == "done"
    assert desk.sync(sync_id)["error"]["code"] == "reconnect_required"


def test_an_owner_who_asks_for_what_the_schedule_began_is_there(desk: BankDesk) -> None:
    """The bank hears of it, and may ask."""
    key = desk.key(desk.made)
    desk.bank.asks[:] = [Need.OTP]
    (begun,) = desk.world.requests.request(
        "alice", [desk.made["id"]], Mode.INCREMENTAL, trigger=Trigger.SCHEDULE
    )
    body = {"integrations": [desk.made["id"]], "mode": "incremental"}
    (joined,) = desk.send("POST", "/v1/syncs", body).json["data"]
    assert joined["id"] == begun.id
    assert desk.step(desk.made, begun.id) == "ask_user"
    assert desk.bank.opened[-1][1] is not None
    desk.answer(begun.id, otp=RIGHT)
    assert desk.step(desk.made, begun.id) == "done"
    assert desk.sync(begun.id)["status"] == "succeeded"
    assert desk.world.runs.current(key) is None


def test_an_answer_that_cannot_be_opened_ends_the_sync(desk: BankDesk) -> None:
    """Its key is gone, say."""
    sync_id = desk.asks(desk.made, Need.OTP)
    key = desk.key(desk.made)
    desk.world.waits.answer(key, sync_id, b"no seal")
    with pytest.raises(VaultError):
        desk.world.vault.open(key, b"no seal")
    assert desk.step(desk.made, sync_id) == "done"
    assert desk.sync(sync_id)["status"] == "failed"
