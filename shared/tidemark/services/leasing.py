"""Holding an integration's lease while working on one of its runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.ports import Clock, Queue, Runs
from tidemark.domain.steps import Worker
from tidemark.domain.syncs import Lease, Mode

_MARGIN = timedelta(seconds=15)
"""How much longer than its worker a lease lives: clocks differ, a last write may be on its way."""


@contextmanager
def leased(
    runs: Runs, clock: Clock, key: IntegrationKey, sync_id: str, worker: Worker
) -> Iterator[Lease]:
    """Hold the lease for a run, and let go of it however the work ends.

    Raises:
        LeaseHeld: another worker is at it.
        LeaseLost: the run is not the current one, or was stopped under way.
    """
    until = worker.ends + _MARGIN
    lease = runs.acquire(key, sync_id, worker.name, now=clock.now(), until=until)
    try:
        yield lease
    finally:
        runs.release(lease)


@contextmanager
def borrowed(
    runs: Runs, queue: Queue, clock: Clock, key: IntegrationKey, worker: Worker
) -> Iterator[bool]:
    """Hold the lease without a run; False: a sync is at work, or waits for a worker.

    A sync whose worker found the lease taken meanwhile is handed to another one.
    """
    now, until = clock.now(), worker.ends + _MARGIN
    ours = runs.borrow(key, worker.name, now=now, until=until)
    try:
        yield ours
    finally:
        if ours:
            _give_back(runs, queue, key, worker)


def _give_back(runs: Runs, queue: Queue, key: IntegrationKey, worker: Worker) -> None:
    """Let go of the lease."""
    runs.give_back(key, worker.name)
    run = runs.current(key)
    if run is not None and run.mode is Mode.INCREMENTAL:
        queue.send(key, run.sync_id)
