"""Syncs over the wire."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, PlainValidator, WithJsonSchema

from functions.api.shapes.fields import Moment, Shape
from functions.api.shapes.reverts import RevertShape
from functions.api.shapes.times import GivenTime
from tidemark.domain.moments import EARLIEST
from tidemark.domain.progress import progress_of
from tidemark.domain.reverts import Revert
from tidemark.domain.syncs import (
    Counts,
    Mode,
    Problem,
    StreamProgress,
    Sync,
    SyncStatus,
    Trigger,
)

_DIGITS = 4


_MOST = 100


def _read_integrations(value: object) -> list[str] | str:
    """Read which integrations are meant."""
    if value == "all":
        return "all"
    if isinstance(value, list) and 0 < len(value) <= _MOST:
        return [_text(each) for each in value]
    raise ValueError(f'this must be "all", or a list of 1 to {_MOST} ids')


def _text(value: object) -> str:
    """Read an id as text; whether it is one is found out where it is looked for."""
    if not isinstance(value, str):
        raise ValueError("an id is text")  # noqa: TRY004 - pydantic reports ValueErrors
    return value


Integrations = Annotated[
    list[str] | Literal["all"],
    PlainValidator(_read_integrations),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "const": "all"},
                {
                    "type": "array",
                    "items": {"type": "string"},
                    "minItems": 1,
                    "maxItems": _MOST,
                },
            ]
        }
    ),
]


class NewSyncs(Shape):
    """Which integrations to sync, and how; `from` and `to` (exclusive) go with mode range."""

    integrations: Integrations
    mode: Mode
    from_: Annotated[GivenTime | None, Field(alias="from")] = None
    to: GivenTime | None = None


class CountsShape(Shape):
    """What a sync met; each transaction is counted once, under one word."""

    pages: int
    read: int
    new: int
    known: int
    merged: int
    changed: int
    tombstoned: int
    excluded: int
    held: int
    unreadable: int
    before_start: int

    @classmethod
    def of(cls, counts: Counts) -> Self:
        """Show counts."""
        return cls(**{name: getattr(counts, name) for name in cls.model_fields})


class StreamProgressShape(Shape):
    """How far one stream has come."""

    name: str
    progress: float
    done: bool
    counts: CountsShape


class SyncErrorShape(Shape):
    """Why a sync ended as it did, and what to do next."""

    code: str
    message: str
    next_step: str

    @classmethod
    def of(cls, problem: Problem) -> Self:
        """Show a problem."""
        return cls(code=problem.code, message=problem.message, next_step=problem.next_step)


class WaitingShape(Shape):
    """What a sync waits for: the source, or its owner's consent (at `url`), otp or confirmation."""

    for_: Annotated[str, Field(alias="for")]
    url: str | None
    until: Moment | None


class AnswerBody(Shape):
    """What a waiting sync is told: the password that the bank sent, or that it was confirmed."""

    otp: Annotated[str | None, Field(min_length=1, max_length=64, repr=False)] = None
    confirmed: Literal[True] | None = None


class SyncShape(Shape):
    """One sync. `until`: so long it waits, or the source wants rest; `revert` is its undo."""

    id: str
    integration: str
    mode: Mode
    status: SyncStatus
    trigger: Trigger
    requested_at: Moment
    started_at: Moment | None
    ended_at: Moment | None
    from_: Annotated[Moment | None, Field(alias="from")]
    to: Moment | None
    progress: float
    counts: CountsShape
    streams: list[StreamProgressShape]
    warnings: list[str]
    error: SyncErrorShape | None
    until: Moment | None
    waiting: WaitingShape | None
    revert: RevertShape | None

    @classmethod
    def of(cls, sync: Sync, first: datetime = EARLIEST) -> Self:
        """Show a sync; ``first`` is where an open-ended history begins (UTC)."""
        streams = [_stream(each, sync, first) for each in sync.streams]
        window = sync.window or sync.requested
        return cls(
            id=sync.id,
            integration=sync.key.integration_id,
            mode=sync.mode,
            status=sync.status,
            trigger=sync.trigger,
            requested_at=sync.requested_at,
            started_at=sync.started_at,
            ended_at=sync.ended_at,
            from_=window.since if window else None,
            to=window.until if window else None,
            progress=_progress(sync, streams),
            counts=CountsShape.of(sync.counts),
            streams=streams,
            warnings=list(sync.warnings),
            error=SyncErrorShape.of(sync.problem) if sync.problem else None,
            until=_until(sync),
            waiting=_waiting(sync),
            revert=RevertShape.of(sync.revert) if sync.revert else None,
        )


def _stream(stream: StreamProgress, sync: Sync, first: datetime) -> StreamProgressShape:
    """Show one stream's progress."""
    return StreamProgressShape(
        name=stream.name,
        progress=round(progress_of(stream, sync.window, first), _DIGITS),
        done=stream.done,
        counts=CountsShape.of(stream.counts),
    )


def _progress(sync: Sync, streams: list[StreamProgressShape]) -> float:
    """Give the whole sync's progress: that of its streams, on average."""
    if sync.status in {SyncStatus.SUCCEEDED, SyncStatus.PARTIAL}:
        return 1.0
    if not streams:
        return 0.0
    return round(sum(each.progress for each in streams) / len(streams), _DIGITS)


def _until(sync: Sync) -> datetime | None:
    """Say until when a sync waits, or the source wants to be left alone."""
    if sync.waiting is not None:
        return sync.waiting.until
    over = sync.status.final and sync.status is not SyncStatus.RATE_LIMITED
    return None if over else sync.until


def _waiting(sync: Sync) -> WaitingShape | None:
    """Say what a sync that has not ended waits for."""
    if sync.waiting is not None:
        asked = sync.waiting
        return WaitingShape(for_=asked.need.value, url=asked.url, until=asked.until)
    if sync.status.final or sync.until is None:
        return None
    return WaitingShape(for_="source", url=None, until=sync.until)


class SyncRevertShape(RevertShape):
    """The undo of a sync."""

    id: str
    integration: str

    @classmethod
    def of_sync(cls, sync: Sync, revert: Revert) -> Self:
        """Show the undo of a sync."""
        told = dict(RevertShape.of(revert))
        return cls(id=sync.id, integration=sync.key.integration_id, **told)


class SyncList(Shape):
    """Syncs, newest first."""

    data: list[SyncShape]
    has_more: bool
    next_cursor: str | None


class StartedSyncs(Shape):
    """The syncs that were started or joined."""

    data: list[SyncShape]
