"""The whole history of a transaction: how it came, and every change since, oldest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tidemark.domain import moments
from tidemark.domain.history import OWNER, Change
from tidemark.domain.transactions import Origin, Transaction

_NOTHING: Mapping[str, object] = {}


class Actor(StrEnum):
    """Who changed something."""

    OWNER = "owner"
    SYNC = "sync"
    IMPORT = "import"


class Coming(StrEnum):
    """How a transaction came."""

    IMPORTED = "imported"
    CREATED = "created"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened; ``by`` is the sync or import that did it."""

    at: datetime
    actor: Actor
    by: str | None
    action: str
    before: Mapping[str, object]
    after: Mapping[str, object]


def history_of(transaction: Transaction) -> list[Entry]:
    """Give everything that happened to a transaction, which must come with its history.

    How it came is not stored, but told by the transaction; where it came again later, by what its
    history says was before.
    """
    changes = transaction.history or ()
    return [_coming(transaction, changes), *map(_entry, changes)]


def _coming(transaction: Transaction, changes: tuple[Change, ...]) -> Entry:
    """Tell how a transaction first came."""
    at = next(
        (each.before["imported_at"] for each in changes if "imported_at" in each.before), None
    )
    first = next((each.before["import"] for each in changes if "import" in each.before), None)
    by = transaction.import_id if first is None else str(first)
    return Entry(
        transaction.imported_at if at is None else moments.parse(str(at)),
        _actor(by),
        by or None,
        Coming.CREATED if transaction.origin is Origin.MANUAL else Coming.IMPORTED,
        _NOTHING,
        _NOTHING,
    )


def _entry(change: Change) -> Entry:
    """Tell a stored change."""
    by = None if change.actor == OWNER else change.actor
    actor = _actor(change.actor)
    return Entry(change.at, actor, by, change.action, change.before, change.after)


def _actor(by: str) -> Actor:
    """Say who did something: a sync, an import, or else the owner."""
    kinds = {"sync": Actor.SYNC, "imp": Actor.IMPORT}
    return kinds.get(by.partition("_")[0], Actor.OWNER)
