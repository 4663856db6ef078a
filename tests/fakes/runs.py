"""The lease items in memory."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from tidemark.domain.asking import Wait
from tidemark.domain.consents import Present
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.syncs import Lease, Run
from tidemark.errors import LeaseHeld, LeaseLost


@dataclass
class LeaseItem:
    """One integration's lease item."""

    run: Run | None = None
    fence: int = 0
    worker: str | None = None
    until: datetime | None = None
    cancel: bool = False
    asked: bool = False
    present: Present | None = None
    touched_at: datetime | None = None
    finished: str | None = None
    wait: Wait | None = None
    answer: bytes | None = None

    def current(self) -> Run | None:
        """Give the run with the cancel flag, and who asked for it, as it is now."""
        if self.run is None:
            return None
        return replace(
            self.run.asked_by(self.present) if self.asked else self.run,
            cancel_requested=self.cancel or self.run.cancel_requested,
            answered=self.answer is not None,
        )


class MemoryRuns:
    """Lease items in a dictionary."""

    def __init__(self) -> None:
        """Start empty."""
        self.items: dict[IntegrationKey, LeaseItem] = {}

    def _item(self, key: IntegrationKey) -> LeaseItem:
        """Give the lease item, made when first asked for."""
        return self.items.setdefault(key, LeaseItem())

    def claim(self, run: Run, now: datetime) -> Run:
        """Claim, or join."""
        item = self._item(run.key)
        current = item.current()
        if current is not None:
            return current
        item.run, item.cancel, item.asked, item.touched_at = run, False, False, now
        return run

    def current(self, key: IntegrationKey) -> Run | None:
        """Give the current run."""
        return self._item(key).current()

    def acquire(
        self, key: IntegrationKey, sync_id: str, worker: str, *, now: datetime, until: datetime
    ) -> Lease:
        """Take the lease."""
        item = self._item(key)
        run = item.current()
        if run is None or run.sync_id != sync_id:
            raise LeaseLost("the run is not the current one")
        busy = self.busy_until(key, now)
        if busy is not None and item.worker != worker:
            raise LeaseHeld(busy)
        item.worker, item.until, item.touched_at = worker, until, now
        item.fence += 1
        return Lease(key, worker, item.fence, until, run)

    def borrow(self, key: IntegrationKey, worker: str, *, now: datetime, until: datetime) -> bool:
        """Take the lease without a run."""
        item = self._item(key)
        if item.run is not None or (self.busy_until(key, now) and item.worker != worker):
            return False
        item.worker, item.until = worker, until
        item.fence += 1
        return True

    def checkpoint(self, lease: Lease, run: Run) -> Lease:
        """Keep the run."""
        item = self.held(lease)
        item.run = run
        item.touched_at = run.touched_at or item.touched_at
        return replace(lease, run=item.current() or run)

    def held(self, lease: Lease) -> LeaseItem:
        """Give the lease item if the lease still holds."""
        item = self._item(lease.key)
        if item.worker != lease.worker or item.fence != lease.fence or item.run is None:
            raise LeaseLost("the lease was taken over, or the run was stopped")
        return item

    def release(self, lease: Lease) -> None:
        """Let go of the lease."""
        self.give_back(lease.key, lease.worker)

    def give_back(self, key: IntegrationKey, worker: str) -> None:
        """Let go of the lease by whom it is."""
        item = self._item(key)
        if item.worker == worker:
            item.worker = item.until = None

    def finish(self, lease: Lease) -> None:
        """Let go of lease and claim."""
        item = self.held(lease)
        item.worker = item.until = item.run = item.touched_at = None
        item.cancel, item.finished = False, lease.run.sync_id
        item.wait = item.answer = None

    def request_cancel(self, key: IntegrationKey, sync_id: str) -> bool:
        """Set the flag."""
        item = self._item(key)
        if item.run is None or item.run.sync_id != sync_id:
            return False
        item.cancel = True
        return True

    def ask_too(self, key: IntegrationKey, sync_id: str, present: Present | None) -> Run | None:
        """Put the owner beside the run."""
        item = self._item(key)
        if item.run is None or item.run.sync_id != sync_id:
            return None
        item.asked, item.present = True, present
        return item.current()

    def interrupt(self, key: IntegrationKey) -> None:
        """Raise the fence and drop the claim."""
        item = self._item(key)
        item.fence += 1
        item.run, item.cancel, item.touched_at = None, False, None
        item.wait = item.answer = None

    def busy_until(self, key: IntegrationKey, now: datetime) -> datetime | None:
        """Give until when somebody may write."""
        item = self._item(key)
        return item.until if item.worker and item.until and item.until > now else None

    def abandoned(self, before: datetime) -> Iterator[Run]:
        """Give runs without a sign of life."""
        for item in list(self.items.values()):
            run = item.current()
            if run is not None and item.touched_at is not None and item.touched_at < before:
                yield run

    def erase(self, key: IntegrationKey) -> None:
        """Remove the item."""
        self.items.pop(key, None)
