"""The undo of a sync or an import over the wire."""

from typing import Self

from functions.api.shapes.fields import Moment, Shape
from tidemark.domain.reverts import Kept, KeptReason, Revert, RevertStatus


class KeptShape(Shape):
    """A transaction that was left, and why."""

    transaction: str
    reason: KeptReason

    @classmethod
    def of(cls, kept: Kept) -> Self:
        """Show one."""
        return cls(transaction=kept.id, reason=kept.reason)


class RevertShape(Shape):
    """How far an undo is; `rows` are the first of the `kept` transactions."""

    status: RevertStatus
    asked_at: Moment
    ended_at: Moment | None
    removed: int
    kept: int
    rows: list[KeptShape]

    @classmethod
    def of(cls, revert: Revert) -> Self:
        """Show an undo."""
        same = ("status", "asked_at", "ended_at", "removed", "kept")
        given = {name: getattr(revert, name) for name in same}
        return cls(**given, rows=[KeptShape.of(each) for each in revert.rows])
