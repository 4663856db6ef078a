"""Idempotent requests: the same key with the same body gets the same answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

ATTEMPT_HELD = timedelta(seconds=60)
"""How long a request may take: longer than any function that answers requests may run."""

ANSWER_KEPT = timedelta(hours=24)
"""How long an answer is given again."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a request that came with an idempotency key.

    ``token`` tells this attempt from others with the same key; ``body_hash`` stands for what was
    asked: method, path and body.
    """

    owner: str
    key: str
    body_hash: str
    token: str


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The answer that was given to a request: HTTP status, headers, body."""

    status: int
    headers: Mapping[str, str]
    body: str
