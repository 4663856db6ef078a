"""What the pages of one commit tell together."""

from collections.abc import Sequence

from tidemark.domain.legs import merge_legs
from tidemark.domain.pages import Page
from tidemark.domain.syncs import Counts
from tidemark.domain.transactions import Found, merge_raw


def joined(pages: Sequence[Page]) -> dict[str, Found]:
    """Join the pages' transactions: parts of one event become one."""
    whole: dict[str, Found] = {}
    for page in pages:
        for found in page.transactions:
            first = whole.get(found.id)
            whole[found.id] = found if first is None or first == found else merge(first, found)
    return whole


def counted(pages: Sequence[Page]) -> Counts:
    """Count what was read."""
    return Counts(
        pages=len(pages),
        read=sum(page.read for page in pages),
        unreadable=sum(len(page.unread) for page in pages),
    )


def merge(first: Found, second: Found) -> Found:
    """Join two parts of one event: all legs, the earliest time, both records."""
    raw = first.raw if first.raw == second.raw else merge_raw(first.raw, second.raw)
    return Found(
        id=first.id,
        source_id=first.source_id,
        occurred_at=min(first.occurred_at, second.occurred_at),
        legs=merge_legs(first.legs, second.legs),
        raw=raw,
        details={**first.details, **second.details},
    )
