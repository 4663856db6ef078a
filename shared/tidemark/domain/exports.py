"""Exports: what an owner asked to have written into a file, and how far that is."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Self

from tidemark.domain.files import FileFormat
from tidemark.domain.imports import export_name
from tidemark.domain.legs import Kind, Leg
from tidemark.domain.syncs import Problem
from tidemark.domain.transactions import Origin, State, Transaction
from tidemark.domain.valuations import Valuation


class ExportStatus(StrEnum):
    """Where an export stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which transactions to export, in the words of the list's filters. ``until`` is exclusive."""

    integration: str | None = None
    asset: str | None = None
    kind: Kind | None = None
    state: str | None = None
    origin: Origin | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None
    import_id: str | None = None


@dataclass(frozen=True, slots=True)
class Export:
    """One export. ``rows`` are written so far; ``permille`` is how much of the time is covered.

    The file can be fetched until ``expires_at`` (UTC). ``attempts`` and ``version`` count the
    workers that began, and the writes.
    """

    owner: str
    id: str
    format: FileFormat
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    selection: Selection = field(default_factory=Selection)
    status: ExportStatus = ExportStatus.QUEUED
    rows: int = 0
    permille: int = 0
    problem: Problem | None = None
    attempts: int = 0
    version: int = 0

    @property
    def file(self) -> str:
        """Name the file that is written."""
        return export_name(self.owner, self.id)

    @property
    def progress(self) -> float:
        """Give how much is done, 0 to 1."""
        return self.permille / 1000


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A transaction as an export tells it: what counts, not how it came about.

    ``state`` is a word of the list's; a deleted one has no ``valuation``.
    """

    occurred_at: datetime
    kind: Kind
    legs: tuple[Leg, ...]
    label: str | None = None
    note: str | None = None
    source_id: str = ""
    integration_name: str = ""
    state: str = State.ACTIVE.value
    valuation: Valuation | None = None

    @classmethod
    def of(
        cls, shown: Transaction, integration_name: str, state: str, valuation: Valuation | None
    ) -> Self:
        """Give what is shown of a transaction."""
        facts = shown.facts
        return cls(
            facts.occurred_at,
            facts.kind,
            facts.legs,
            facts.label,
            facts.note,
            source_id=shown.source_id,
            integration_name=integration_name,
            state=state,
            valuation=valuation,
        )
