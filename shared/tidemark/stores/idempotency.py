"""Answers already given, in the Idempotency table.

``expires_at`` (seconds since 1970) is DynamoDB's time to live; since it deletes days late, it is
looked at here too.
"""

import math
from datetime import datetime

from tidemark.domain.idempotency import ANSWER_KEPT, ATTEMPT_HELD, Attempt, StoredAnswer
from tidemark.errors import Conflict, Invalid
from tidemark.stores.plain import from_text, to_text
from tidemark.stores.table import Item, Table
from tidemark.wire import ConditionFailed, Wire

_IS_FREE = "attribute_not_exists(#owner) OR #expires_at <= :now OR #token = :token"
_IS_OURS = "#token = :token"


class DynamoIdempotency:
    """Attempts and answers, one item for each owner and key."""

    def __init__(self, wire: Wire, table: str) -> None:
        """Keep answers in a table."""
        self._table = Table(wire, table)

    def begin(self, attempt: Attempt, now: datetime) -> StoredAnswer | None:
        """Take the key, if it is free."""
        item = {
            **_key(attempt),
            "body_hash": attempt.body_hash,
            "token": attempt.token,
            "expires_at": math.ceil((now + ATTEMPT_HELD).timestamp()),
        }
        values = {"now": int(now.timestamp()), "token": attempt.token}
        try:
            self._table.put(item, when=_IS_FREE, values=values)
        except ConditionFailed as error:
            return _answer(error.item or {}, attempt)
        return None

    def complete(self, attempt: Attempt, answer: StoredAnswer, now: datetime) -> None:
        """Put the answer beside the attempt."""
        values = {
            "answer": to_text(answer),
            "expires": math.ceil((now + ANSWER_KEPT).timestamp()),
            "token": attempt.token,
        }
        change = "SET #answer = :answer, #expires_at = :expires"
        try:
            self._table.update(_key(attempt), change, when=_IS_OURS, values=values)
        except ConditionFailed:
            return

    def abandon(self, attempt: Attempt) -> None:
        """Remove the attempt."""
        try:
            self._table.remove(_key(attempt), when=_IS_OURS, values={"token": attempt.token})
        except ConditionFailed:
            return


def _key(attempt: Attempt) -> dict[str, str]:
    """Name the item of an owner's key."""
    return {"owner": attempt.owner, "idempotency_key": attempt.key}


def _answer(item: Item, attempt: Attempt) -> StoredAnswer:
    """Give the answer of an earlier attempt, or say why there is none."""
    if item.get("body_hash") != {"S": attempt.body_hash}:
        raise Invalid("This key came with another body.", code="idempotency_key_reused")
    if "answer" not in item:
        raise Conflict("The same request is being worked on.", code="in_flight")
    return from_text(StoredAnswer, item["answer"]["S"])
