"""Syncs that wait for their owners: answered, wrong, late, twice, never, by somebody else."""

import pytest

from tests.bank import DAY, MINUTE, BankDesk
from tidemark.domain.accounts import Account
from tidemark.domain.consents import Need
from tidemark.domain.licences import Licence, Tier
from tidemark.domain.syncs import Mode, Trigger
from tidemark.services.wake import KeepToken

TOKEN = "a-task-token"
RIGHT, WRONG = "123456", "000000"


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


def test_a_right_answer_goes_on_with_the_sync(desk: BankDesk) -> None:
    """It wakes the execution; the step uses it once, and nothing of it is left."""
    sync_id = desk.asks(desk.made, Need.OTP)
    asleep(desk, sync_id)
    shown = desk.sync(sync_id)
    assert (shown["status"], shown["waiting"]["for"]) == ("waiting_for_user", "otp")
    assert desk.shown(desk.made)["status_reason"] == "otp"
    reply = desk.answer(sync_id, otp=RIGHT)
    assert (reply.status, reply.json["id"]) == (202, sync_id)
    assert RIGHT not in reply.text
    assert desk.world.workflow.told == [("wake", TOKEN)]
    assert (reply.json["status"], reply.json["waiting"]) == ("running", None)
    assert desk.shown(desk.made)["status"] == "syncing"
    assert RIGHT.encode() not in (
        desk.world.runs.items[desk.key(desk.made)].answer or RIGHT.encode()
    )
    assert desk.step(desk.made, sync_id) == "done"
    assert [each.otp for each in desk.bank.answered] == [RIGHT]
    assert desk.world.runs.items[desk.key(desk.made)].answer is None
    assert desk.sync(sync_id)["status"] == "succeeded"


def test_a_confirmation_is_an_answer(desk: BankDesk) -> None:
    """Given in the bank's own app."""
    sync_id = desk.asks(desk.made, Need.CONFIRMATION)
    assert desk.sync(sync_id)["waiting"]["for"] == "confirmation"
    assert desk.answer(sync_id, confirmed=True).status == 202
    assert desk.step(desk.made, sync_id) == "done"
    assert desk.bank.answered[0].otp is None


def test_a_wrong_answer_may_be_repeated(desk: BankDesk) -> None:
    """Five times; then the sync ends with a word for it, and the sixth is too many."""
    sync_id = desk.asks(desk.made, Need.OTP)
    for _ in range(4):
        assert desk.answer(sync_id, otp=WRONG).status == 202
        assert desk.step(desk.made, sync_id) == "ask_user"
        assert desk.sync(sync_id)["status"] == "waiting_for_user"
        assert desk.world.syncs.items["alice", sync_id].waiting is not None
    assert desk.answer(sync_id, otp=WRONG).status == 202
    assert desk.step(desk.made, sync_id) == "done"
    sync = desk.sync(sync_id)
    assert (sync["status"], sync["error"]["code"]) == ("failed", "too_many_answers")
    sixth = desk.answer(sync_id, otp=RIGHT)
    assert (sixth.status, sixth.code) == (429, "too_many_answers")
    assert len(desk.bank.answered) == 5


def test_answers_are_counted_until_a_page_was_read(desk: BankDesk) -> None:
    """A bank that asks again later starts anew."""
    desk.bank.page_size = 3
    sync_id = desk.asks(desk.made, Need.OTP)
    for otp in (WRONG, RIGHT):
        desk.answer(sync_id, otp=otp)
        desk.step(desk.made, sync_id)
    assert desk.sync(sync_id)["status"] == "succeeded"


def test_two_answers_at_once_are_one(desk: BankDesk) -> None:
    """The second finds that nothing is waited for until the first was tried."""
    sync_id = desk.asks(desk.made, Need.OTP)
    assert desk.answer(sync_id, otp=WRONG).status == 202
    second = desk.answer(sync_id, otp=RIGHT)
    assert (second.status, second.code) == (409, "not_waiting")
    assert desk.step(desk.made, sync_id) == "ask_user"
    assert desk.answer(sync_id, otp=RIGHT).status == 202


def test_another_kind_of_answer_is_refused(desk: BankDesk) -> None:
    """It is pointed at, and none of the tries is used up."""
    sync_id = desk.asks(desk.made, Need.OTP)
    for body, pointer in (
        ({"confirmed": True}, "/confirmed"),
        ({}, "/otp"),
        ({"otp": RIGHT, "confirmed": True}, "/otp"),
        ({"confirmed": False}, "/confirmed"),
        ({"otp": ""}, "/otp"),
        ({"otp": "9" * 65}, "/otp"),
    ):
        reply = desk.answer(sync_id, **body)
        assert (reply.status, reply.pointers) == (422, [pointer])
        assert "9999" not in reply.text
    assert desk.answer(sync_id, otp=RIGHT).status == 202


def test_an_answer_after_the_deadline_is_too_late(desk: BankDesk) -> None:
    """It changes nothing; the sync ends by itself, with what to do instead."""
    sync_id = desk.asks(desk.made, Need.OTP)
    desk.world.clock.advance(10 * MINUTE)
    late = desk.answer(sync_id, otp=RIGHT)
    assert (late.status, late.code) == (410, "too_late")
    assert desk.step(desk.made, sync_id) == "done"
    sync = desk.sync(sync_id)
    assert (sync["status"], sync["error"]["code"]) == ("failed", "consent_timed_out")
    assert "import a file instead" in sync["error"]["next_step"]
    assert desk.answer(sync_id, otp=RIGHT).status == 410
    assert desk.bank.answered == []


def test_a_consent_that_is_never_given_ends_the_sync() -> None:
    """And the integration says what it needs."""
    other = BankDesk()
    made = other.link().json
    other.world.clock.advance(DAY)
    assert other.step(made, made["first_sync"]) == "done"
    assert other.sync(made["first_sync"])["error"]["code"] == "consent_timed_out"
    assert other.shown(made)["status"] == "reconnect_required"


def test_a_sync_that_does_not_wait_takes_no_answer(desk: BankDesk) -> None:
    """409 while it runs, 410 once it has ended, 404 for anybody else."""
    body = {"integrations": [desk.made["id"]], "mode": "missing"}
    sync_id = desk.send("POST", "/v1/syncs", body).json["data"][0]["id"]
    assert desk.answer(sync_id, otp=RIGHT).code == "not_waiting"
    assert desk.answer(desk.made["first_sync"], otp=RIGHT).status == 410
    sync_id = desk.asks(desk.made, Need.OTP)
    path = f"/v1/syncs/{sync_id}/answer"
    assert desk.send("POST", path, {"otp": RIGHT}, owner="bob").status == 404
    assert desk.world.runs.items[desk.key(desk.made)].answer is None


def test_nobody_is_asked_by_the_schedule(desk: BankDesk) -> None:
    """The sync ends, and so does the schedule, until the owner is there."""
    licence = Licence(Tier.PRO, (desk.world.clock.now().year,))
    desk.world.accounts.items["alice"] = Account("alice", licence=licence)
    desk.bank.asks[:] = [Need.OTP]
    (sync,) = desk.world.requests.request(
        "alice", [desk.made["id"]], Mode.INCREMENTAL, trigger=Trigger.SCHEDULE
    )
    assert desk.step(desk.made, sync.id) == "done"
    shown = desk.shown(desk.made)
    assert desk.sync(sync.id)["error"]["code"] == "owner_needed"
    assert (shown["status"], shown["status_reason"]) == ("reconnect_required", "owner_needed")
    assert shown["next_sync_reason"] == "reconnect_required"
    sync_id = desk.asks(desk.made, Need.OTP, mode="incremental")
    desk.answer(sync_id, otp=RIGHT)
    assert desk.step(desk.made, sync_id) == "done"
    assert desk.shown(desk.made)["status"] == "healthy"
    (issue,) = desk.send("GET", "/v1/issues").json["data"]
    assert (issue["type"], issue["state"]) == ("reconnect_required", "resolved")


def test_no_answer_is_kept_for_a_repeated_request(desk: BankDesk) -> None:
    """The digest of six digits would give them away."""
    sync_id = desk.asks(desk.made, Need.OTP)
    path, headers = f"/v1/syncs/{sync_id}/answer", {"idempotency-key": "k"}
    assert desk.send("POST", path, {"otp": RIGHT}, headers=headers).status == 202
    assert vars(desk.answers)["items"] == {}
