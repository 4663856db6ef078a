"""What becomes of errors."""

import pytest

from tests.functions.api.desk import WANTED, Desk
from tidemark.domain.pages import KeyRights
from tidemark.errors import RateLimited, SourceUnavailable, StoreUnavailable


@pytest.fixture
def desk() -> Desk:
    """Give a desk with five transactions of one integration."""
    made = Desk()
    made.fill(5)
    return made


def test_a_problem_says_all_that_rfc_9457_and_the_contract_ask_for(desk: Desk) -> None:
    """It is JSON text with every member, under its own content type."""
    reply = desk.send("GET", "/v1/transactions", limit="201")
    assert reply.status == 422
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.json == {
        "type": "urn:tidemark:problem:invalid",
        "title": "Invalid",
        "status": 422,
        "detail": "The request is not valid.",
        "code": "invalid",
        "errors": [
            {"pointer": "/query/limit", "detail": "Input should be less than or equal to 200"}
        ],
        "request_id": reply.json["request_id"],
    }


def test_an_unexpected_error_tells_nothing(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the answer nor the log repeats its text; the log says where it happened."""

    def fail(_call: str) -> None:
        raise ZeroDivisionError("canary-7f3a")

    desk.source.trouble = fail
    reply = desk.send("POST", "/v1/integrations", WANTED)
    assert (reply.status, reply.code) == (500, "internal")
    logged = repr(vars(caplog.records[-1]))
    assert "canary-7f3a" not in reply.text + logged
    assert "ZeroDivisionError" in logged
    assert "connect.py" in logged


def test_problems_of_the_source_keep_their_own_codes(desk: Desk) -> None:
    """A bad key, a lacking right, too many rights, silence, and a limit are told apart."""
    said = {
        "missing_permission": KeyRights(None, missing=("Query ledger",)),
        "key_not_read_only": KeyRights(read_only=False, excess=("Withdraw", "Trade")),
    }
    for code, rights in said.items():
        desk.source.said = rights
        reply = desk.send("POST", "/v1/integrations", WANTED)
        assert (reply.status, reply.code) == (422, code)
        assert set(reply.pointers) == {"/credentials"}
    assert [each["detail"] for each in reply.json["errors"]] == [
        "Take this right away: Withdraw.",
        "Take this right away: Trade.",
    ]


@pytest.mark.parametrize(
    ("error", "status", "code", "after"),
    [
        (SourceUnavailable("no answer"), 502, "source_unreachable", None),
        (RateLimited("slow down"), 429, "rate_limited", "60"),
        (StoreUnavailable("throttled"), 503, "store_unavailable", "1"),
    ],
)
def test_what_may_be_tried_again_says_when(
    desk: Desk, error: Exception, status: int, code: str, after: str | None
) -> None:
    """Retry-After is there where waiting helps."""

    def fail(_call: str) -> None:
        raise error

    desk.source.trouble = fail
    reply = desk.send("POST", "/v1/integrations", WANTED)
    assert (reply.status, reply.code, reply.headers.get("Retry-After")) == (status, code, after)
