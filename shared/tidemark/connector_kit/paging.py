"""Walks through a source's pages that survive between two calls: as a cursor, in text."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Self

import msgspec

from tidemark.errors import CursorExpired, SourceGarbage


@dataclass(frozen=True, slots=True)
class OffsetWalk:
    """A walk by offset through a list that is newest first, its window frozen at the first page.

    ``since`` and ``until`` are the frozen window as the source is asked for it. ``count`` is how
    many records the source said there are, ``first`` the id of the last page's first record.
    ``notes`` are the connector's own, as JSON.
    """

    since: str | None
    until: str
    offset: int = 0
    count: int | None = None
    first: str | None = None
    notes: object = None

    @classmethod
    def resume(cursor_type: type[Self], cursor: str) -> Self:  # noqa: N804 - it is a class
        """Go on where a cursor says.

        Raises:
            CursorExpired: when it is none of ours.
        """
        with suppress(ValueError, TypeError):
            since, until, offset, count, first, notes = msgspec.json.decode(cursor)
            return cursor_type(since, until, int(offset), count, first, notes)
        raise CursorExpired("The place where reading stopped is not known any more.")

    def spell(self) -> str:
        """Spell the cursor of this place."""
        place = [self.since, self.until, self.offset, self.count, self.first, self.notes]
        return msgspec.json.encode(place).decode()

    def noted(self, notes: object) -> Self:
        """Put the connector's notes in place of the old."""
        return replace(self, notes=notes)

    def met(self, count: int | None, records: Iterable[str]) -> Self:
        """Take in how many records the source says there are now, and the ids on this page.

        More than before are late arrivals, which the next run's overlap reads.

        Raises:
            CursorExpired: when there are fewer: records moved up, some would be passed over. And
                when the same page comes again.
            SourceGarbage: without a count, since nothing would tell where the end is.
        """
        first = next(iter(records), None)
        if count is None:
            raise SourceGarbage("The source does not say how many records there are.")
        if self.count is not None and count < self.count:
            raise CursorExpired("Records disappeared while they were read.")
        if first is not None and first == self.first:
            raise CursorExpired("The source gave the same page again.")
        return replace(self, count=count, first=first)

    def after(self, records: int) -> Self | None:
        """Give the place after so many more records, or None at the end of the list."""
        offset = self.offset + records
        if not records or (self.count is not None and offset >= self.count):
            return None
        return replace(self, offset=offset)

    def gap(self, records: int) -> str | None:
        """Say what was promised and never came, so many having come on the last page."""
        missing = (self.count or 0) - self.offset - records
        return f"The source announced {missing} more records than it gave." if missing > 0 else None
