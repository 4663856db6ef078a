"""Which time a run reads."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from tidemark.domain.coverage import Interval, StreamCoverage, from_start
from tidemark.domain.integrations import Integration
from tidemark.domain.pages import Window
from tidemark.domain.syncs import Mode, Run


def incremental_since(
    start: datetime | None,
    last: datetime | None,
    coverage: Sequence[StreamCoverage],
    overlap: timedelta,
) -> datetime | None:
    """Say from when an incremental run reads.

    From the last existing transaction of the source (``last``) or the last proven point, whichever
    is earlier, less the overlap; from the start where nothing was ever read to its end, for then
    what is stored may be the newest part only.
    """
    point = proven(coverage)
    if point is None:
        return start
    since = min(point, last or point) - overlap
    return since if start is None else max(since, start)


def proven(coverage: Sequence[StreamCoverage]) -> datetime | None:
    """Give up to when all streams are proven; None where one was never read to its end."""
    points = [stream.complete_until for stream in coverage if stream.complete_until]
    return min(points) if points and len(points) == len(coverage) else None


def within_lookback(
    since: datetime | None, coverage: Sequence[StreamCoverage], given: datetime
) -> datetime | None:
    """Read nothing from before ``given``, from when on the source surely gives everything.

    Unless what is proven ends before: then all is asked for, and the source says what it has no
    more.
    """
    point = proven(coverage)
    if since is None or point is None or point < given:
        return since
    return max(since, given)


def claimed(run: Run, start: datetime | None) -> Interval | None:
    """Give the time that a run may claim as covered once a stream was read to its end.

    It is what the run asked for, and nothing before ``start``: the start date may have moved since.
    """
    if run.window is None or run.only is not None:
        return None
    narrowed = run.requested if run.mode is Mode.RANGE else None
    asked = narrowed or run.window
    since = max(from_start(asked.since), from_start(start))
    interval = Interval(since, min(asked.until, run.window.until))
    return interval if interval.since < interval.until else None


def for_source(window: Window, group_span: timedelta) -> Window:
    """Widen a window so that legs of one event just before it are seen too."""
    since = None if window.since is None else window.since - group_span
    return Window(since, window.until)


def covered(coverage: Mapping[str, StreamCoverage], streams: Sequence[str]) -> list[StreamCoverage]:
    """Give what is known of each of a connector's streams, in order."""
    return [coverage.get(name, StreamCoverage()) for name in streams]


def wanted(integration: Integration, stream: StreamCoverage, until: datetime) -> Interval:
    """Give the time up to a moment that should be covered, as far as the source goes back."""
    since = from_start(integration.reads_from)
    limits = (stream.unavailable_before, integration.history_from)
    return Interval(max(since, *(limit for limit in limits if limit), since), until)
