"""Answers already given, in memory."""

from datetime import datetime

from tidemark.domain.idempotency import ANSWER_KEPT, ATTEMPT_HELD, Attempt, StoredAnswer
from tidemark.errors import Conflict, Invalid


class MemoryIdempotency:
    """Attempts and answers in a dictionary."""

    def __init__(self) -> None:
        """Start empty."""
        self.items: dict[tuple[str, str], tuple[Attempt, datetime, StoredAnswer | None]] = {}

    def begin(self, attempt: Attempt, now: datetime) -> StoredAnswer | None:
        """Take the key, or give the answer."""
        stored = self.items.get((attempt.owner, attempt.key))
        if stored is None or stored[1] <= now or stored[0] == attempt:
            self.items[attempt.owner, attempt.key] = (attempt, now + ATTEMPT_HELD, None)
            return None
        earlier, _, answer = stored
        if earlier.body_hash != attempt.body_hash:
            raise Invalid("This key came with another body.", code="idempotency_key_reused")
        if answer is None:
            raise Conflict("The same request is being worked on.", code="in_flight")
        return answer

    def complete(self, attempt: Attempt, answer: StoredAnswer, now: datetime) -> None:
        """Keep the answer."""
        if self._is_ours(attempt):
            self.items[attempt.owner, attempt.key] = (attempt, now + ANSWER_KEPT, answer)

    def abandon(self, attempt: Attempt) -> None:
        """Let go."""
        if self._is_ours(attempt):
            del self.items[attempt.owner, attempt.key]

    def _is_ours(self, attempt: Attempt) -> bool:
        """Tell whether the key is this attempt's."""
        return self.items.get((attempt.owner, attempt.key), (None,))[0] == attempt
