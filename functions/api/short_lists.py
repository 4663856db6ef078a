"""Lists that are read whole because they are short, and shown in parts like all others."""

from collections.abc import Callable, Sequence

from functions.api.answers import cut
from functions.api.call import Call
from functions.api.shapes.queries import PageQuery


def part[T](
    here: Call,
    listing: Sequence[object],
    rows: Sequence[T],
    name: Callable[[T], str],
    asked: PageQuery,
) -> tuple[Sequence[T], str | None]:
    """Give the part that is asked for, and the cursor of the next one if there is more.

    ``rows`` are in the order of their names, which tell them apart: what comes or goes meanwhile
    moves no other.
    """
    cursors = here.services.cursors
    if asked.cursor is not None:
        last = cursors.read(listing, asked.cursor)[0]
        rows = [row for row in rows if name(row) > last]
    found, more = cut(rows, asked.limit)
    return found, cursors.write(listing, [name(found[-1])]) if more else None
