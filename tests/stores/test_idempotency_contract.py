"""What the store of given answers does."""

from dataclasses import replace

import pytest

from tests.stores.made import NOW, SECOND
from tests.stores.stores import Stores
from tidemark.domain.idempotency import ANSWER_KEPT, ATTEMPT_HELD, Attempt, StoredAnswer
from tidemark.errors import Conflict, Invalid

FIRST = Attempt("alice", "key-1", "hash", "token-1")
SECOND_TRY = replace(FIRST, token="token-2")
ANSWER = StoredAnswer(201, {"Location": "/v1/integrations/intg_1"}, '{"id": "intg_1"}')


def test_gives_the_same_answer_again(stores: Stores) -> None:
    """Once a request was answered, the same one gets the same answer."""
    assert stores.idempotency.begin(FIRST, NOW) is None

    stores.idempotency.complete(FIRST, ANSWER, NOW)

    assert stores.idempotency.begin(SECOND_TRY, NOW) == ANSWER
    assert stores.idempotency.begin(replace(FIRST, owner="mallory"), NOW) is None


def test_refuses_a_second_request_at_the_same_time(stores: Stores) -> None:
    """The same one is in flight; another one must not use the key."""
    stores.idempotency.begin(FIRST, NOW)

    with pytest.raises(Conflict) as in_flight:
        stores.idempotency.begin(SECOND_TRY, NOW)
    with pytest.raises(Invalid) as reused:
        stores.idempotency.begin(replace(SECOND_TRY, body_hash="other"), NOW)

    assert (in_flight.value.code, reused.value.code) == ("in_flight", "idempotency_key_reused")


def test_the_same_attempt_may_ask_again(stores: Stores) -> None:
    """Who did not hear that the key is taken asks again."""
    stores.idempotency.begin(FIRST, NOW)

    assert stores.idempotency.begin(FIRST, NOW) is None


def test_an_abandoned_key_is_free(stores: Stores) -> None:
    """After a failure the request may be tried again."""
    stores.idempotency.begin(FIRST, NOW)
    stores.idempotency.abandon(FIRST)

    assert stores.idempotency.begin(SECOND_TRY, NOW) is None
    stores.idempotency.abandon(FIRST)
    stores.idempotency.complete(FIRST, ANSWER, NOW)
    with pytest.raises(Conflict):
        stores.idempotency.begin(FIRST, NOW)


def test_attempts_and_answers_run_out(stores: Stores) -> None:
    """A crashed request frees its key after a while, an answer is kept for a day."""
    stores.idempotency.begin(FIRST, NOW)
    later = NOW + ATTEMPT_HELD
    assert stores.idempotency.begin(SECOND_TRY, later) is None
    stores.idempotency.complete(SECOND_TRY, ANSWER, later)
    assert stores.idempotency.begin(FIRST, later + ANSWER_KEPT - SECOND) == ANSWER
    assert stores.idempotency.begin(FIRST, later + ANSWER_KEPT) is None
