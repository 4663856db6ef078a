"""What the pages of one commit tell together."""

from collections.abc import Sequence

from tidemark.domain.pages import Page
from tidemark.domain.syncs import Counts
from tidemark.domain.transactions import Found, merge


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
