"""Facts beside the legs, looked up in another list of the source in as few calls as can be."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from tidemark.connector_kit import shapes
from tidemark.domain import moments
from tidemark.domain.transactions import Found
from tidemark.errors import MissingPermission, SourceGarbage

Facts = dict[str, Mapping[str, str]]
"""Details by the ids that the source gives its events."""

_MOST_MISSES, _MOST_CALLS = 3, 10


class Detail(NamedTuple):
    """What another list says of one record, and when it says it was."""

    at: datetime
    facts: Mapping[str, str]


Fetch = Callable[[datetime, int], Mapping[str, Detail]]
"""Reads one page of a list, newest first: the records up to a moment, past an offset."""


def look_up(wanted: Mapping[str, datetime], fetch: Fetch, span: timedelta) -> Facts:
    """Find the details of the wanted records, newest first.

    A dense list is walked page by page, a gap is jumped over, so that neither many records nor a
    few far apart cost many calls. Times in both lists may differ by ``span``. After a few calls
    that brought nothing, the rest is left out.
    """
    found: Facts = {}
    missing = sorted(wanted, key=lambda record: wanted[record])
    until, offset, misses = wanted[missing[-1]] + span if missing else None, 0, 0
    while until is not None and misses < _MOST_MISSES:
        page = fetch(until, offset)
        here = {r: page[r].facts for r in page if r in wanted and r not in found}
        found.update(here)
        misses += not here
        edge = min((detail.at for detail in page.values()), default=None)
        latest = moments.EARLIEST if edge is None else edge + span
        while missing and (missing[-1] in found or wanted[missing[-1]] > latest):
            missing.pop()
        newest = wanted[missing[-1]] if missing else None
        until, offset = _next(until, offset + len(page), edge, newest, span)
    return found


def _next(
    until: datetime,
    offset: int,
    edge: datetime | None,
    newest: datetime | None,
    span: timedelta,
) -> tuple[datetime | None, int]:
    """Say where the next call begins: right behind the last page, or at the next wanted record."""
    if newest is None or edge is None:
        return None, 0
    if newest < edge - 2 * span:
        return newest + span, 0
    return until, offset


def by_cursor(
    wanted: Mapping[str, datetime], read: Callable[[str], object], names: Mapping[str, str]
) -> Facts:
    """Find records by ``refid`` in a list that goes from cursor to cursor, as far as needed.

    ``read`` is given ``true`` and then each ``next_cursor``. A list may come plain, too.
    """
    found: Facts = {}
    cursor, calls = "true", 0
    while cursor and calls < _MOST_CALLS and len(found) < len(wanted):
        told = read(cursor)
        rows, cursor = _listed(told) if isinstance(told, dict) else (shapes.listing(told), "")
        for row in map(shapes.mapping, rows):
            refid = shapes.text(row.get("refid"))
            if refid in wanted:
                found[refid] = pick(row, names)
        calls += 1
    return found


def _listed(told: Mapping[str, object]) -> tuple[list[object], str]:
    """Give the rows and the next cursor of a list inside an object."""
    rows = next((value for value in told.values() if isinstance(value, list)), [])
    return rows, shapes.text(told.get("next_cursor"))


def pick(record: Mapping[str, object], names: Mapping[str, str]) -> dict[str, str]:
    """Take facts out of a record: our name of each by the source's; empty ones are left out."""
    facts = {}
    for theirs, ours in names.items():
        value = record.get(theirs)
        if value is not None and value != "":
            facts[ours] = value if type(value) is str else shapes.text(value)
    return facts


class Optional:
    """Look-ups that a key need not allow: refused once, they are not tried again."""

    def __init__(self) -> None:
        self._denied: set[str] = set()

    def look_up(
        self,
        name: str,
        wanted: Mapping[str, datetime],
        look: Callable[[str, Mapping[str, datetime]], Facts],
    ) -> Facts:
        """Look up, or give nothing where that is not allowed or the answer is not understood."""
        if not wanted or name in self._denied:
            return {}
        try:
            return look(name, wanted)
        except (MissingPermission, SourceGarbage):
            self._denied.add(name)
            return {}


def add(new: Iterable[Found], facts: Facts) -> None:
    """Add what was found, by the ids that the source gives the events."""
    for each in new:
        if each.source_id in facts:
            each.details = {**each.details, **facts[each.source_id]}
