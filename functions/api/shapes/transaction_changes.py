"""What happened to transactions, over the wire: histories, the change feed, many at once."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Self

from pydantic import AfterValidator, Field

from functions.api.shapes.fields import Json, Moment, Shape
from functions.api.shapes.transactions import TransactionShape
from tidemark.services.change_many import Done, ManyAction
from tidemark.services.read_changes import Changes
from tidemark.services.read_history import Actor, Entry
from tidemark.services.valuations import ValueOf

_MANY = 100


class EntryShape(Shape):
    """One thing that happened to a transaction.

    `by` is the sync or import that did it; `before` and `after` hold only what it changed.
    """

    at: Moment
    actor: Actor
    by: str | None
    action: str
    before: dict[str, Json]
    after: dict[str, Json]

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Show an entry of a history."""
        return cls(
            at=entry.at,
            actor=entry.actor,
            by=entry.by,
            action=entry.action,
            before=dict(entry.before),
            after=dict(entry.after),
        )


class HistoryList(Shape):
    """Everything that happened to a transaction, oldest first."""

    data: list[EntryShape]
    has_more: bool
    next_cursor: str | None


class GoneShape(Shape):
    """A transaction that is not there any more, or only as a tombstone."""

    id: str


class ChangesShape(Shape):
    """What changed since the cursor, each transaction as it is now; `next_cursor` goes on there.

    While `has_more` is false there is nothing else to be told yet; ask again later.
    """

    added: list[TransactionShape]
    modified: list[TransactionShape]
    removed: list[GoneShape]
    has_more: bool
    next_cursor: str

    @classmethod
    def of(cls, changes: Changes, value_of: ValueOf, following: str) -> Self:
        """Show changes."""
        return cls(
            added=[TransactionShape.of(row, value_of) for row in changes.added.values()],
            modified=[TransactionShape.of(row, value_of) for row in changes.modified.values()],
            removed=[GoneShape(id=each) for each in changes.removed],
            has_more=changes.more,
            next_cursor=following,
        )


def _distinct(ids: Sequence[str]) -> Sequence[str]:
    """Refuse an id that is named twice."""
    if len(set(ids)) != len(ids):
        raise ValueError("an id is named twice")
    return ids


class ManyBody(Shape):
    """What to do, and with which transactions."""

    action: ManyAction
    ids: Annotated[
        list[Annotated[str, Field(max_length=2048)]],
        Field(min_length=1, max_length=_MANY, json_schema_extra={"uniqueItems": True}),
        AfterValidator(_distinct),
    ]


class DoneShape(Shape):
    """What became of one: `status` is `ok`, or the code of the problem that it was."""

    id: str
    status: str
    detail: str | None


class DoneList(Shape):
    """What became of each, in the order that they were named."""

    data: list[DoneShape]

    @classmethod
    def of(cls, done: Iterable[Done]) -> Self:
        """Show what became of each."""
        return cls(
            data=[
                DoneShape(id=each.id, status=each.code or "ok", detail=each.detail) for each in done
            ]
        )
