"""Banks as their owners know them: linked, asked back, renewed, gone, connected again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from local.child import FREE_PORTS, ServerChild, source_arguments
from local.sources.bank import BankClock, Booking
from local.sources.bank_history import GIRO, made_up_bank
from local.sources.enable_banking import EnableBankingSource
from tests.e2e.conftest import Json, Server, balances, counts

OTP = "491823"
NOW = datetime(2026, 3, 20, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def bank() -> Iterator[EnableBankingSource]:
    """Serve a bank with a short history, the same whatever day it is."""
    with EnableBankingSource(made_up_bank(BankClock(NOW), days=120)) as served:
        yield served


@pytest.fixture(scope="module")
def server(bank: EnableBankingSource) -> Iterator[Server]:
    """Serve the product; when its clock is moved on, so is the bank's."""
    arguments = source_arguments({"enable_banking": bank.url})
    with ServerChild(*FREE_PORTS, *arguments, "--now", NOW.isoformat()) as child:
        following = {"follow": child.api}
        httpx.post(f"{bank.url}/_bank/clock", json=following, trust_env=False).raise_for_status()
        yield Server(child)


def come_back(bank: EnableBankingSource, url: str, *, deny: bool = False) -> httpx.Response:
    """Go to the bank's page, consent or not, and come back in a browser."""
    return httpx.get(bank.consent(url, deny=deny), trust_env=False, timeout=30)


def waiting(server: Server, owner: str, sync_id: str, need: str) -> Json:
    """Wait until a sync waits for its owner: nothing is at work then."""
    assert server.idle(20)
    sync = server.get(f"/v1/syncs/{sync_id}", owner)
    assert (sync["status"], (sync["waiting"] or {}).get("for")) == ("waiting_for_user", need)
    return sync


def answered(server: Server, owner: str, sync_id: str, otp: str = OTP) -> int:
    """Answer a sync, and wait for what becomes of it."""
    reply = server.ask("POST", f"/v1/syncs/{sync_id}/answer", owner, json={"otp": otp})
    assert otp not in reply.text
    assert server.idle(20)
    return reply.status_code


def linked(server: Server, bank: EnableBankingSource, owner: str) -> Json:
    """Connect the bank, and consent."""
    made = server.connect(owner, "enable_banking", **bank.credentials)
    sync = waiting(server, owner, made["first_sync"], "consent")
    assert sync["waiting"]["url"] == made["consent_url"]
    page = come_back(bank, made["consent_url"])
    assert (page.status_code, page.headers["referrer-policy"]) == (200, "no-referrer")
    return made


def reconnected(server: Server, bank: EnableBankingSource, made: Json, owner: str) -> Json:
    """Consent once more, in place; give the integration when it was synced with that."""
    asked = server.post(f"/v1/integrations/{made['id']}/reconnect", owner)
    assert come_back(bank, asked["consent_url"]).status_code == 200
    assert server.idle(20)
    return server.get(f"/v1/integrations/{made['id']}", owner)


def test_a_bank_is_linked_asked_back_renewed_lost_and_found(
    server: Server, bank: EnableBankingSource
) -> None:
    """Its history waits for a password; ids and edits outlive every consent."""
    owner = "bank-owner"
    bank.asking.require("otp", OTP)
    made = linked(server, bank, owner)
    waiting(server, owner, made["first_sync"], "otp")
    assert answered(server, owner, made["first_sync"], "000000") == 202
    waiting(server, owner, made["first_sync"], "otp")
    assert answered(server, owner, made["first_sync"]) == 202
    first = server.ended(owner, made["first_sync"])
    assert counts(first) == ("succeeded", bank.bank.count(), 0)
    assert balances(server, owner) == {a: (v, v) for a, v in bank.bank.balances().items()}
    assert bank.asking.wrong == 1
    ids = [each["id"] for each in server.transactions(owner)]
    edited = f"/v1/transactions/{ids[0]}"
    assert server.ask("PATCH", edited, owner, json={"label": "Rent"}).status_code == 200

    before = server.get(f"/v1/integrations/{made['id']}", owner)
    renewed = reconnected(server, bank, made, owner)
    assert (before["status"], renewed["status"]) == ("healthy", "healthy")
    assert renewed["consent_expires_at"] > before["consent_expires_at"]
    assert [each["id"] for each in server.transactions(owner)] == ids

    bank.end_sessions("EXPIRED")
    failed = server.sync(owner, made["id"], "incremental")
    assert (failed["status"], failed["error"]["code"]) == ("failed", "reconnect_required")
    lost = server.get(f"/v1/integrations/{made['id']}", owner)
    assert (lost["status"], lost["next_sync_at"]) == ("reconnect_required", None)
    assert reconnected(server, bank, made, owner)["status"] == "healthy"
    again = server.get("/v1/syncs", owner)["data"][0]
    assert counts(again)[:2] == ("succeeded", 0)
    assert server.get(edited, owner)["label"] == "Rent"
    issues = {each["type"]: each["state"] for each in server.get("/v1/issues", owner)["data"]}
    assert issues["reconnect_required"] == "resolved"


def checked(server: Server, owner: str, made: Json) -> Json:
    """Have the bank's balances checked, and give the row of euros."""
    wish = {"integrations": [made["id"]]}
    asked = server.post("/v1/balance_checks", owner, wish, expected=202)
    assert server.idle(30)
    rows = server.get(f"/v1/balance_checks/{asked['id']}", owner)["rows"]
    return next(dict(each) for each in rows if each["asset"] == "EUR")


def test_what_was_deleted_is_located_among_the_rows_of_a_bank(
    server: Server, bank: EnableBankingSource
) -> None:
    """In the account that tells balances behind its rows, beside one that tells none."""
    owner = "balanced-owner"
    bank.asking.confirm()
    made = linked(server, bank, owner)
    assert server.ended(owner, made["first_sync"])["status"] == "succeeded"
    good = checked(server, owner, made)
    assert good["difference"] == "0"
    by_source_id = {each["source_id"]: each for each in server.transactions(owner)}
    front, gone, behind = (
        by_source_id[each.reference]
        for each in next(three for three in triples(bank) if all(b.reference for b in three))
    )
    assert server.ask("DELETE", f"/v1/transactions/{gone['id']}", owner).status_code == 200

    bad = checked(server, owner, made)
    assert bad["last_good_at"] == good["as_of"]
    assert bad["first_bad_transaction"] == behind["id"]
    assert bad["first_bad_at"] == behind["occurred_at"]
    assert bad["source_ids"] == [front["source_id"], behind["source_id"]]
    assert bad["tips"][0]["ids"] == [gone["id"]]

    server.sync(owner, made["id"], "missing")
    assert checked(server, owner, made)["difference"] == "0"


def triples(bank: EnableBankingSource) -> Iterator[tuple[Booking, ...]]:
    """Give three neighbours each of the account that tells balances."""
    rows = bank.bank.accounts[GIRO].booked
    return zip(rows[20:], rows[21:], rows[22:], strict=False)


def test_owners_are_told_14_7_and_1_days_before_a_consent_ends(
    server: Server, bank: EnableBankingSource
) -> None:
    """By an event and in the inbox, whatever the licence; and when it has ended."""
    bank.asking.confirm()
    lengths = {"14": {"days": 14, "hours": 8}, "7": {"days": 7, "hours": 8}, "1": {"hours": 32}}
    for name, length in (lengths | {"ended": {"hours": 2}}).items():
        bank.behaviour.maximum_validity = timedelta(**length)
        linked(server, bank, name)
    bank.behaviour.maximum_validity = timedelta(days=180)
    assert server.idle(30)
    assert told_of_consent(server, "14") is None

    server.advance(9 * 3600)
    assert server.idle(30)
    for name in lengths:
        assert told_of_consent(server, name) == ("degraded", [int(name)], ["consent_expiring"])
    ended = told_of_consent(server, "ended")
    assert ended is not None
    assert (ended[0], ended[2]) == ("reconnect_required", ["reconnect_required"])


def told_of_consent(server: Server, owner: str) -> tuple[str, list[int], list[str]] | None:
    """Give the bank's status, the days of the last event, and the open issues.

    None: all is well. A consent that begins with few days left is told of at once.
    """
    (bank,) = server.get("/v1/integrations", owner)["data"]
    events = server.get("/v1/events", owner, limit=200)["data"]
    days = [each["data"]["days"] for each in events if each["type"].endswith("consent_expiring")]
    issues = server.get("/v1/issues", owner)["data"]
    inbox = [each["type"] for each in issues if each["state"] == "open"]
    return (bank["status"], days[:1], inbox) if (days or inbox) else None


def test_an_owner_who_never_answers_is_told_of_files(
    server: Server, bank: EnableBankingSource
) -> None:
    """When the bank's time is over, the sync is; an answer is too late then."""
    owner = "silent-owner"
    bank.asking.confirm()
    made = linked(server, bank, owner)
    assert server.ended(owner, made["first_sync"])["status"] == "succeeded"
    bank.asking.require("otp", OTP)
    sync_id = server.start(owner, made["id"], "missing")["id"]
    sync = waiting(server, owner, sync_id, "otp")

    now = server.advance(20 * 60)
    assert now > sync["waiting"]["until"]
    ended = server.ended(owner, sync_id)
    assert (ended["status"], ended["error"]["code"]) == ("failed", "consent_timed_out")
    assert "import a file instead" in ended["error"]["next_step"]
    assert answered(server, owner, sync_id) == 410
    assert bank.asking.wrong == 0
