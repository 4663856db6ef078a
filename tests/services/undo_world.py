"""Undoing syncs in a small world."""

from datetime import timedelta
from typing import Any

from tests.world import KEY, World
from tidemark.domain.imports import JobKind
from tidemark.domain.reverts import Revert
from tidemark.domain.syncs import Sync
from tidemark.domain.transactions import State
from tidemark.services.undo import Undo
from tidemark.services.undo_sync import AskUndo, UndoSync

MINUTE = timedelta(minutes=1)


def undoing(it: World) -> Undo:
    """Give what undoes."""
    return Undo(it.see(it.ledger), it.see(it.journal), it.amending, it.clock)


def asking(it: World) -> AskUndo:
    """Give what takes the owner's word."""
    return AskUndo(it.see(it.integrations), it.see(it.syncs), it.files_queue, it.clock)


def work(it: World, budget: timedelta = MINUTE) -> int:
    """Do the jobs that were asked for, and those that they ask for; give how many it were."""
    worker = UndoSync(undoing(it), it.see(it.syncs), it.files_queue, it.finding, it.values_queue)
    count = 0
    jobs = it.files_queue.jobs
    while jobs:
        job = jobs.pop(0)
        if job.kind is JobKind.UNDO_SYNC:
            worker(job, it.clock.now() + budget)
            count += 1
    return count


def undo(it: World, sync: Sync) -> Revert:
    """Undo a sync to the end and give what became of it."""
    asking(it).ask("alice", sync.id)
    work(it)
    return revert_of(it, sync)


def revert_of(it: World, sync: Sync) -> Revert:
    """Give what is told of an undo."""
    told = it.syncs.items["alice", sync.id].revert
    assert told is not None
    return told


def alive(it: World) -> dict[str, Any]:
    """Give what the ledger says of those that are not deleted."""
    return {
        each.id: (each.facts, each.state, each.origin, each.raw, each.details)
        for each in it.ledger.of(KEY).values()
        if each.state is not State.DELETED
    }
