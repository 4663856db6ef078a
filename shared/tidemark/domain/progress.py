"""How much of a sync is done."""

from datetime import datetime

from tidemark.domain.pages import Window
from tidemark.domain.syncs import StreamProgress


def progress_of(stream: StreamProgress, window: Window | None, first: datetime) -> float:
    """Give 0 to 1 by the time that a newest-first walk has covered, back to ``first``."""
    if stream.done:
        return 1.0
    if window is None or stream.reached is None:
        return 0.0
    whole = (window.until - (window.since or first)).total_seconds()
    walked = (window.until - stream.reached).total_seconds()
    return min(0.99, max(0.0, walked / whole)) if whole > 0 else 0.0
