"""Banks over HTTP: linked by consent, which may be refused, forged, late or denied."""

import pytest

from tests.bank import HOUR, NAMED, BankDesk
from tidemark.errors import BadCredentials

CALLBACK = "/v1/consents/callback"


@pytest.fixture
def desk() -> BankDesk:
    """Give a desk."""
    return BankDesk()


def stored(desk: BankDesk) -> str:
    """Spell what a consent changes."""
    world = desk.world
    return repr([vars(each) for each in (world.integrations, world.runs, world.syncs)])


def test_a_bank_waits_for_its_owners_consent(desk: BankDesk) -> None:
    """The link is on the integration and on the first sync, which waits in the state machine."""
    reply = desk.link()
    made = reply.json
    sync = desk.sync(made["first_sync"])
    assert (reply.status, made["status"], made["status_reason"]) == (
        201,
        "waiting_for_user",
        "consent",
    )
    assert made["consent_url"].startswith("https://bank.test/consent?state=")
    assert sync["status"] == "waiting_for_user"
    until = sync["waiting"].pop("until")
    assert sync["waiting"] == {"for": "consent", "url": made["consent_url"]}
    assert until == sync["until"] > made["created_at"]
    assert [each[1] for each in desk.world.workflow.executions] == [sync["id"]]
    assert desk.world.queue.messages == []


def test_the_way_back_is_under_the_name_that_the_request_came_to(desk: BankDesk) -> None:
    """API Gateway's own word for it, whatever a header says."""
    desk.send(
        "POST",
        "/v1/integrations",
        {"connector": "bank", "name": "A", "credentials": NAMED},
        headers={"host": "evil.test", "x-forwarded-host": "evil.test"},
    )
    assert desk.bank.links[0][1].startswith("https://")
    assert desk.bank.links[0][1].endswith(".amazonaws.com/v1/consents/callback")
    assert "evil" not in desk.bank.links[0][1]


def test_a_deployment_may_have_a_name_of_its_own(desk: BankDesk) -> None:
    """Behind another front, say."""
    desk.public_url = lambda: "https://api.example/"  # type: ignore[method-assign]
    desk.link()
    assert desk.bank.links[0][1] == "https://api.example/v1/consents/callback"


def test_a_dry_run_asks_for_nothing(desk: BankDesk) -> None:
    """It looks at the form, and whether there is such a bank."""
    assert desk.link(dry_run=True).json["valid"] is True
    wrong = desk.link(dry_run=True, credentials={"aspsp": "x"})
    assert (wrong.status, wrong.pointers) == (422, ["/credentials/aspsp"])

    def refuse(call: str) -> None:
        raise BadCredentials(f"There is no bank of this name ({call}).")

    desk.bank.trouble = refuse
    unknown = desk.link(dry_run=True)
    assert (unknown.status, unknown.code) == (422, "invalid_credentials")
    assert desk.bank.links == []


def test_consent_wakes_the_first_sync(desk: BankDesk) -> None:
    """It reads, with the credentials that were granted, as long as the bank says."""
    made = desk.link().json
    assert desk.step(made, made["first_sync"]) == "ask_user"
    page = desk.come_back(made["consent_url"])
    assert page.status == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert "script" not in page.text
    assert "state" not in page.text
    assert desk.step(made, made["first_sync"]) == "done"
    assert desk.sync(made["first_sync"])["status"] == "succeeded"
    after = desk.shown(made)
    assert (after["status"], after["consent_url"]) == ("healthy", None)
    assert after["consent_expires_at"] == "2025-08-30T12:00:00.000000Z"
    credentials, present, _ = desk.bank.opened[-1]
    assert credentials["of"] == "1"
    assert present is not None
    assert present.ip


def test_the_owner_who_is_there_is_forgotten_with_the_run(desk: BankDesk) -> None:
    """No record, no answer and no log has the address."""
    made = desk.linked()
    ip = desk.world.runs.current(desk.key(made)).present.ip
    desk.step(made, made["first_sync"])
    assert ip not in stored(desk)
    assert ip not in str(desk.sync(made["first_sync"]))


def test_what_a_bank_adds_to_the_way_back_is_left_alone(desk: BankDesk) -> None:
    """Parameters that nobody knows do not cost the owner the consent."""
    made = desk.link().json
    assert desk.come_back(made["consent_url"], session_state="1", iss="bank").status == 200
    assert desk.shown(made)["consent_url"] is None


def test_a_link_alone_starts_no_sync(desk: BankDesk) -> None:
    """The owner syncs when it pleases; not before there is a consent."""
    made = desk.link(start_sync=False).json
    assert made["first_sync"] is None
    body = {"integrations": [made["id"]], "mode": "incremental"}
    assert desk.send("POST", "/v1/syncs", body).code == "reconnect_required"
    assert desk.send("POST", "/v1/balance_checks", {"integrations": [made["id"]]}).status == 409
    assert desk.come_back(made["consent_url"]).status == 200
    assert desk.world.queue.messages == []
    assert desk.shown(made)["status"] == "initializing"
    assert desk.send("POST", "/v1/syncs", body).status == 202


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: "",
        lambda _: "x" * 9,
        lambda state: state[:-4] + "AAAA",
        lambda state: "A" + state[1:],
        lambda state: state + "é",
        lambda _: "x" * 4_096,
    ],
)
def test_a_state_that_was_tampered_with_is_refused(desk: BankDesk, spoil) -> None:  # noqa: ANN001
    """400, and nothing is written."""
    desk.link()
    before = stored(desk)
    for query in ({"code": "good"}, {"error": "access_denied"}):
        reply = desk.send("GET", CALLBACK, owner=None, state=spoil(desk.bank.links[0][0]), **query)
        assert (reply.status, reply.code) == (400, "invalid_state")
    assert stored(desk) == before


def test_a_state_is_good_once(desk: BankDesk) -> None:
    """Replayed, it changes nothing; neither does a denial after a grant."""
    made = desk.linked()
    before = stored(desk)
    assert desk.come_back(made["consent_url"]).code == "invalid_state"
    assert desk.come_back(made["consent_url"], error="access_denied").code == "invalid_state"
    assert stored(desk) == before


def test_a_state_is_good_for_a_time(desk: BankDesk) -> None:
    """That of the link."""
    made = desk.link().json
    desk.world.clock.advance(HOUR)
    before = stored(desk)
    assert desk.come_back(made["consent_url"]).status == 400
    assert stored(desk) == before
    assert desk.shown(made)["consent_url"] is None


def test_a_newer_link_makes_the_older_one_void(desk: BankDesk) -> None:
    """Of an integration that was deleted, none is good."""
    made = desk.linked()
    first = desk.send("POST", f"/v1/integrations/{made['id']}/reconnect", {}).json
    second = desk.send("POST", f"/v1/integrations/{made['id']}/reconnect", {}).json
    assert desk.come_back(first["consent_url"]).status == 400
    desk.send("DELETE", f"/v1/integrations/{made['id']}")
    assert desk.come_back(second["consent_url"]).status == 400


def test_a_code_that_is_none_leaves_the_link_open(desk: BankDesk) -> None:
    """The bank refuses it; the owner may come back with a good one."""
    made = desk.link().json
    before = stored(desk)
    assert desk.come_back(made["consent_url"], code="bad").code == "invalid_credentials"
    assert stored(desk) == before
    assert desk.come_back(made["consent_url"]).status == 200


def test_a_denied_consent_ends_the_wait(desk: BankDesk) -> None:
    """The sync says so, and what else there is; the integration wants to be reconnected."""
    made = desk.link().json
    desk.step(made, made["first_sync"])
    waits = desk.sync(made["first_sync"])
    assert waits["until"] == waits["waiting"]["until"]
    assert desk.come_back(made["consent_url"], error="access_denied").status == 200
    sync = desk.sync(made["first_sync"])
    assert (sync["status"], sync["error"]["code"]) == ("failed", "consent_denied")
    assert (sync["until"], sync["waiting"]) == (None, None)
    assert "import a file" in sync["error"]["next_step"]
    after = desk.shown(made)
    assert (after["status"], after["status_reason"]) == ("reconnect_required", "consent_denied")
    assert after["next_sync_reason"] == "reconnect_required"
    (issue,) = desk.send("GET", "/v1/issues").json["data"]
    assert (issue["type"], issue["state"]) == ("reconnect_required", "open")
    assert desk.step(made, made["first_sync"]) == "stopped"
