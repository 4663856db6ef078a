"""The composition root: which implementation stands behind each port, made when first asked for.

Imports are inside the functions: a cold start loads what its first request needs, and no more.
"""

from tidemark.wiring.base import (
    clock,
    session,
    wire,
)
from tidemark.wiring.outside import (
    connectors,
    cursor_key,
    files_queue,
    metrics,
    queue,
    uploads,
    vault,
    workflow,
)
from tidemark.wiring.stores import (
    accounts,
    coverage,
    idempotency,
    integrations,
    issues,
    journal,
    ledger,
    months,
    parked,
    runs,
    snapshots,
    syncs,
)
from tidemark.wiring.work import (
    check_balances,
    delete_integration,
    drive_sync,
    finish_sync,
    redrive,
    sync_step,
    work_files,
)

__all__ = [
    "accounts",
    "check_balances",
    "clock",
    "connectors",
    "coverage",
    "cursor_key",
    "delete_integration",
    "drive_sync",
    "files_queue",
    "finish_sync",
    "idempotency",
    "integrations",
    "issues",
    "journal",
    "ledger",
    "metrics",
    "months",
    "parked",
    "queue",
    "redrive",
    "runs",
    "session",
    "snapshots",
    "sync_step",
    "syncs",
    "uploads",
    "vault",
    "wire",
    "work_files",
    "workflow",
]
