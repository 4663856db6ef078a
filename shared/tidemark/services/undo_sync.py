"""Undoing a sync at its owner's word: a job that can be taken up again."""

from dataclasses import dataclass, replace
from datetime import datetime

from tidemark.domain.ids import is_id
from tidemark.domain.imports import FileJob, JobKind
from tidemark.domain.ports import Clock, FilesQueue, Integrations, Syncs
from tidemark.domain.price_ports import ValuesQueue
from tidemark.domain.reverts import Revert, RevertStatus
from tidemark.domain.syncs import Sync
from tidemark.errors import Conflict, NotFound
from tidemark.services.find import holds_transactions
from tidemark.services.find_duplicates import FindDuplicates
from tidemark.services.undo import Undo


@dataclass(frozen=True)
class AskUndo:
    """Takes owners' requests to undo a sync."""

    integrations: Integrations
    syncs: Syncs
    queue: FilesQueue
    clock: Clock

    def ask(self, owner: str, sync_id: str) -> tuple[Sync, Revert]:
        """Have a sync undone; one that is being undone, or has been, stays so.

        If something was left the last time, it is looked at again.

        Raises:
            NotFound
            Conflict: code ``syncing``: it is still at work.
        """
        sync = self.syncs.get(owner, sync_id) if is_id("sync", sync_id) else None
        if sync is None or not self._is_there(sync):
            raise NotFound
        if not sync.status.final:
            raise Conflict("The sync is still running; cancel it or wait.", "syncing")
        revert = sync.revert
        if revert is None or _left_some(revert):
            revert = Revert(self.clock.now())
            self.syncs.put(replace(sync, revert=revert))
        if revert.status is RevertStatus.REVERTING:
            self.queue.send(FileJob(owner, JobKind.UNDO_SYNC, sync_id))
        return sync, revert

    def _is_there(self, sync: Sync) -> bool:
        """Tell whether the transactions are still to be seen."""
        integration = self.integrations.get(sync.key)
        return integration is not None and holds_transactions(integration)


@dataclass(frozen=True)
class UndoSync:
    """Undoes syncs, as a worker. ``values`` is told of the months that are others now."""

    undo: Undo
    syncs: Syncs
    queue: FilesQueue
    duplicates: FindDuplicates
    values: ValuesQueue

    def __call__(self, job: FileJob, deadline: datetime) -> None:
        """Go on with an undo; what there is no time for is handed on."""
        sync = self.syncs.get(job.owner, job.id)
        if sync is None or sync.revert is None or sync.revert.status is RevertStatus.REVERTED:
            return
        try:
            revert = self.undo.undo(job.owner, job.id, deadline, sync.revert)
        except NotFound:
            return
        if revert.removed:
            self.values.send(sync.key)
        self.syncs.put(replace(sync, revert=revert))
        if revert.status is RevertStatus.REVERTING:
            self.queue.send(job)
        else:
            self.duplicates.recheck(job.owner)


def _left_some(revert: Revert) -> bool:
    """Tell whether an undo that has ended left something."""
    return revert.status is RevertStatus.REVERTED and revert.kept > 0
