"""The same key with the same request gets the same answer."""

import pytest

from tests.functions.api.desk import FIRST, WANTED, Desk
from tidemark.domain.pages import KeyRights

INTEGRATION = f"/v1/integrations/{FIRST.integration_id}"


@pytest.fixture
def desk() -> Desk:
    """Give a desk with five transactions of one integration."""
    made = Desk()
    made.fill(5)
    return made


def test_the_same_key_and_body_get_the_same_answer(desk: Desk) -> None:
    """Status, headers and body; and the integration is made once."""
    headers = {"Idempotency-Key": "k,1"}
    first = desk.send("POST", "/v1/integrations", WANTED, headers=headers)
    again = desk.send("POST", "/v1/integrations", WANTED, headers=headers)
    assert first.status == 201
    assert again == first
    assert len(desk.world.integrations.items) == 2


def test_the_same_key_with_another_body_or_path_is_refused(desk: Desk) -> None:
    """The key belongs to one request of one owner."""
    headers = {"idempotency-key": "k1"}
    desk.send("POST", "/v1/integrations", WANTED, headers=headers)
    other = desk.send("POST", "/v1/integrations", {**WANTED, "name": "B"}, headers=headers)
    assert (other.status, other.code) == (422, "idempotency_key_reused")
    assert desk.send("POST", f"{INTEGRATION}/pause", headers=headers).status == 422
    assert desk.send("POST", "/v1/integrations", WANTED, owner="bob", headers=headers).status == 201


def test_a_key_in_flight_is_409(desk: Desk) -> None:
    """The second of two simultaneous requests is told so."""
    headers = {"idempotency-key": "k1"}
    seen = []

    def meanwhile(_call: str) -> None:
        desk.source.trouble = lambda _: None
        seen.append(desk.api.services.connecting)
        seen.append(Desk.send(other, "POST", "/v1/integrations", WANTED, headers=headers))

    other = Desk(source=desk.source, world=desk.world, answers=desk.answers)
    desk.source.trouble = meanwhile
    desk.send("POST", "/v1/integrations", WANTED, headers=headers)
    assert (seen[1].status, seen[1].code) == (409, "in_flight")


def test_what_failed_may_be_tried_again_with_the_same_key(desk: Desk) -> None:
    """Nothing was done, so nothing is remembered; not even another body is refused."""
    headers = {"idempotency-key": "k1"}
    desk.source.said = KeyRights(read_only=False)
    assert desk.send("POST", "/v1/integrations", WANTED, headers=headers).status == 422
    desk.source.said = KeyRights(read_only=True)
    named = {**WANTED, "name": "Other"}
    assert desk.send("POST", "/v1/integrations", named, headers=headers).status == 201


def test_no_secret_is_kept_or_answered(desk: Desk) -> None:
    """The canary is in no answer, no stored answer and no item."""
    wanted = {**WANTED, "credentials": {"api_key": "canary-key", "api_secret": "canary-secret"}}
    replies = [
        desk.send("POST", "/v1/integrations", wanted, headers={"idempotency-key": "k1"}),
        desk.send("POST", "/v1/integrations", {**wanted, "unknown": "canary-field"}),
        desk.send("GET", "/v1/integrations"),
    ]
    kept = repr(desk.answers.items) + repr(list(replies))
    assert "canary" not in kept


@pytest.mark.parametrize("key", ["", "x" * 256, "a\nb"])
def test_an_idempotency_key_has_a_form(desk: Desk, key: str) -> None:
    """Others are refused."""
    reply = desk.send("POST", "/v1/integrations", WANTED, headers={"idempotency-key": key})
    assert (reply.status, reply.pointers) == (422, ["/header/Idempotency-Key"])
