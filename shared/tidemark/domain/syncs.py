"""Syncs: what was asked for, how far it got, how it ended."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum

from tidemark.domain.consents import Present
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.pages import Window
from tidemark.domain.reverts import Revert
from tidemark.domain.waits import Waiting


class Mode(StrEnum):
    """How much a sync reads."""

    INCREMENTAL = "incremental"
    MISSING = "missing"
    RANGE = "range"


class SyncStatus(StrEnum):
    """Where a sync stands. All but the first three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING_FOR_USER = "waiting_for_user"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    RATE_LIMITED = "rate_limited"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def final(self) -> bool:
        """Tell whether nothing will change any more."""
        return self not in {SyncStatus.QUEUED, SyncStatus.RUNNING, SyncStatus.WAITING_FOR_USER}


class Trigger(StrEnum):
    """Who started a sync."""

    OWNER = "owner"
    CONNECT = "connect"
    SCHEDULE = "schedule"


@dataclass(frozen=True, slots=True)
class Counts:
    """What a sync met. Each distinct transaction is counted once, under one of the words.

    ``pages`` and ``read`` (the source's records) are about the reading; ``merged`` are known ones
    that got further legs; ``changed`` are known ones whose source facts differ.
    """

    pages: int = 0
    read: int = 0
    new: int = 0
    known: int = 0
    merged: int = 0
    changed: int = 0
    tombstoned: int = 0
    excluded: int = 0
    held: int = 0
    unreadable: int = 0
    before_start: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """Add up two counts."""
        return Counts(
            **{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)}
        )


def add_up(counts: Iterable[Counts]) -> Counts:
    """Add up many counts."""
    result = Counts()
    for each in counts:
        result = result.plus(each)
    return result


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a sync ended as it did, in a word and a sentence, and what the owner may do next.

    ``rights`` are those of the key that are too many, or missing, in the source's words.
    """

    code: str
    message: str
    next_step: str
    rights: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StreamProgress:
    """How far one stream of a run has come.

    ``cursor`` is where the next page starts (None before the first page and after the last).
    ``bookmark`` is what the stream said at its end. ``incomplete`` says why a stream that was
    walked to its end is not complete. ``restarts`` counts how often its walk began again.
    ``history_from`` is where the source's memory begins, if that is later than was asked for.
    """

    name: str
    cursor: str | None = None
    done: bool = False
    reached: datetime | None = None
    bookmark: str | None = None
    incomplete: str | None = None
    restarts: int = 0
    counts: Counts = field(default_factory=Counts)
    history_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """The work of one sync, as the lease item keeps it from checkpoint to checkpoint.

    ``window`` is frozen when the first step begins (None before). ``checkpointed_at`` is the
    moment of the last commit: what this run imported later was never counted. ``nonce`` is the
    highest one sent. ``waits`` counts waits in a row without a page in between; ``wait_until`` is
    set while it waits. ``steps`` counts steps of the present execution. ``problem`` is set when
    there is no going on. ``only`` narrows the run to one transaction (its inner id).
    ``touched_at`` is the last sign of life. ``present`` is the owner who asked for it, where the
    source wants to know. ``waiting`` is set while it waits for its owner, ``answered`` once there
    is an answer that no step has tried; ``answers`` counts those in a row without a page in
    between. ``consent_until`` is what the source said.
    """

    sync_id: str
    key: IntegrationKey
    mode: Mode
    requested_at: datetime
    trigger: Trigger = Trigger.OWNER
    requested: Window | None = None
    only: str | None = None
    started_at: datetime | None = None
    window: Window | None = None
    streams: tuple[StreamProgress, ...] = ()
    checkpointed_at: datetime | None = None
    problem: Problem | None = None
    cancel_requested: bool = False
    promoted: bool = False
    waits: int = 0
    wait_until: datetime | None = None
    steps: int = 0
    executions: int = 0
    nonce: int = 0
    warnings: tuple[str, ...] = ()
    touched_at: datetime | None = None
    present: Present | None = None
    waiting: Waiting | None = None
    answered: bool = False
    answers: int = 0
    consent_until: datetime | None = None

    @property
    def counts(self) -> Counts:
        """Add up all streams."""
        return add_up(stream.counts for stream in self.streams)

    @property
    def done(self) -> bool:
        """Tell whether every stream was walked to its end."""
        return bool(self.streams) and all(stream.done for stream in self.streams)

    @property
    def asks(self) -> Waiting | None:
        """Give what its owner has to do, None if that is nothing."""
        return None if self.answered else self.waiting

    @property
    def status(self) -> SyncStatus:
        """Give where it stands, as long as it is not ended."""
        working = SyncStatus.RUNNING if self.started_at else SyncStatus.QUEUED
        return working if self.asks is None else SyncStatus.WAITING_FOR_USER

    @property
    def over(self) -> bool:
        """Tell whether nothing is left to read, or nothing more may be."""
        return self.problem is not None or self.done or self.cancel_requested

    def asked_by(self, present: Present | None) -> "Run":
        """Give the run as its owner's, who asked for what the schedule had begun."""
        return replace(self, trigger=Trigger.OWNER, present=present or self.present)

    def stream(self, name: str) -> StreamProgress:
        """Give one stream's progress."""
        return next(stream for stream in self.streams if stream.name == name)

    def with_stream(self, progress: StreamProgress) -> "Run":
        """Put one stream's progress in place of the old."""
        streams = (progress if s.name == progress.name else s for s in self.streams)
        return replace(self, streams=tuple(streams))


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write for one integration: held by ``worker`` until ``until`` (UTC).

    ``fence`` grows with each lease and each interruption; a write with an old one is refused.
    """

    key: IntegrationKey
    worker: str
    fence: int
    until: datetime
    run: Run


@dataclass(frozen=True, slots=True)
class Sync:
    """One sync as its owner sees it. ``until`` goes with RATE_LIMITED and while it waits.

    ``revert`` tells what became of its undo, once its owner has asked for that. ``waiting`` is
    what it waits for its owner to do.
    """

    id: str
    key: IntegrationKey
    mode: Mode
    trigger: Trigger
    status: SyncStatus
    requested_at: datetime
    requested: Window | None = None
    window: Window | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    streams: tuple[StreamProgress, ...] = ()
    problem: Problem | None = None
    until: datetime | None = None
    warnings: tuple[str, ...] = ()
    revert: Revert | None = None
    waiting: Waiting | None = None

    @property
    def counts(self) -> Counts:
        """Add up all streams."""
        return add_up(stream.counts for stream in self.streams)


def record_of(run: Run) -> Sync:
    """Make the record of a run that is not ended."""
    asked = (run.sync_id, run.key, run.mode, run.trigger, run.status, run.requested_at)
    return Sync(*asked, run.requested, run.window, run.started_at, waiting=run.asks)
