"""Holding an integration's lease while working on one of its runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.ports import Clock, Runs
from tidemark.domain.steps import Worker
from tidemark.domain.syncs import Lease

MARGIN = timedelta(seconds=15)
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
    until = worker.ends + MARGIN
    lease = runs.acquire(key, sync_id, worker.name, now=clock.now(), until=until)
    try:
        yield lease
    finally:
        runs.release(lease)
