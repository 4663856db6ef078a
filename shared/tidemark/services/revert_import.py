"""Taking back what an import brought: a job that can be taken up again."""

from dataclasses import dataclass
from datetime import datetime

from tidemark.domain.imports import FileJob, ImportStatus
from tidemark.domain.ports import Clock, FilesQueue, Imports
from tidemark.domain.price_ports import ValuesQueue
from tidemark.domain.reverts import Revert, RevertStatus
from tidemark.errors import NotFound
from tidemark.services.file_rows import GONE, key_of
from tidemark.services.find_duplicates import FindDuplicates
from tidemark.services.hold_import import GIVEN_UP, MOST_ATTEMPTS, Hold, held
from tidemark.services.undo import Undo


@dataclass(frozen=True)
class RevertImport:
    """Reverts imports, as a worker. ``values`` is told of the months that are others now."""

    imports: Imports
    undo: Undo
    duplicates: FindDuplicates
    queue: FilesQueue
    clock: Clock
    values: ValuesQueue

    def __call__(self, job: FileJob, deadline: datetime) -> None:
        """Go on with a revert; what there is no time for is handed on.

        Raises:
            LeaseHeld: another worker is at it.
            StaleVersion: another worker was faster.
        """
        record = self.imports.get(job.owner, job.id)
        if record is None or record.status is not ImportStatus.REVERTING:
            return
        with held(self.imports, self.clock, record, deadline) as hold:
            if hold.record.attempts > MOST_ATTEMPTS:
                hold.end(ImportStatus.COMMITTED, problem=GIVEN_UP)
                return
            try:
                self._go_on(hold, job, deadline)
            except NotFound:
                hold.fail(GONE)

    def _go_on(self, hold: Hold, job: FileJob, deadline: datetime) -> None:
        """Undo what is left to undo."""
        begun = hold.record.revert or Revert(self.clock.now())
        revert = self.undo.undo(job.owner, job.id, deadline, begun)
        if revert.status is RevertStatus.REVERTED:
            self.duplicates.recheck(job.owner)
            self.values.send(key_of(hold.record))
            hold.end(ImportStatus.REVERTED, revert=revert)
            return
        attempts = hold.record.attempts if revert == begun else 0
        hold.save(busy_until=None, attempts=attempts, revert=revert)
        self.queue.send(job)
