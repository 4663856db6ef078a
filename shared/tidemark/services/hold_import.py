"""Holding an import while working on it: one worker at a time, and each of them is known to end."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tidemark.domain.imports import Import, ImportStatus
from tidemark.domain.ports import Clock, Imports
from tidemark.domain.syncs import Problem
from tidemark.errors import LeaseHeld, StaleVersion

MOST_ATTEMPTS = 3
"""How many workers may begin and come no further before an import is given up."""

_MARGIN = timedelta(seconds=60)
"""How much longer than its deadline a worker may still write."""

GIVEN_UP = Problem(
    "internal_error",
    "Something went wrong on our side.",
    "Try again; if it happens again, upload another file.",
)


@dataclass
class Hold:
    """What a worker knows of the import that it holds. Saving it raises StaleVersion when lost."""

    imports: Imports
    clock: Clock
    record: Import

    def save(self, **changes: Any) -> None:  # noqa: ANN401 - fields of an import
        """Write changes of the record."""
        self.record = save(self.imports, self.clock, self.record, **changes)

    def end(self, status: ImportStatus, **changes: Any) -> None:  # noqa: ANN401 - fields, too
        """Write how the work ended, and let go."""
        self.save(status=status, busy_until=None, attempts=0, **changes)

    def fail(self, problem: Problem) -> None:
        """End it with a reason that the owner can read."""
        self.end(ImportStatus.FAILED, problem=problem)


def save(imports: Imports, clock: Clock, record: Import, **changes: Any) -> Import:  # noqa: ANN401
    """Write changes of an import on condition that nobody else did. Raises StaleVersion."""
    changed = replace(record, **changes, updated_at=clock.now(), version=record.version + 1)
    imports.put(changed, record.version)
    return changed


@contextmanager
def held(imports: Imports, clock: Clock, record: Import, deadline: datetime) -> Iterator[Hold]:
    """Hold an import until a worker is done, or until it cannot be at work any more.

    Raises:
        LeaseHeld: another worker has it.
        StaleVersion: another one was just faster.
    """
    if record.busy_until is not None and record.busy_until > clock.now():
        raise LeaseHeld(record.busy_until)
    hold = Hold(imports, clock, record)
    hold.save(busy_until=deadline + _MARGIN, attempts=record.attempts + 1)
    try:
        yield hold
    finally:
        if hold.record.busy_until is not None:
            with suppress(StaleVersion):
                hold.save(busy_until=None)
