"""The composition root: which implementation stands behind each port, made when first asked for.

Imports are inside the functions: a cold start loads what its first request needs, and no more.
"""

from tidemark.wiring.base import (
    clock,
    licences,
    session,
    wire,
)
from tidemark.wiring.duplicates import (
    find_duplicates,
    undo,
    undo_sync,
)
from tidemark.wiring.files import (
    work_files,
)
from tidemark.wiring.outside import (
    connectors,
    cursor_key,
    files_queue,
    metrics,
    price_sources,
    queue,
    uploads,
    values_queue,
    vault,
    workflow,
)
from tidemark.wiring.stores import (
    accounts,
    balance_checks,
    coverage,
    duplicates,
    idempotency,
    imports,
    integrations,
    issues,
    journal,
    ledger,
    months,
    parked,
    quotes,
    runs,
    sheets,
    snapshots,
    syncs,
    watermarks,
)
from tidemark.wiring.values import (
    refresh_prices,
    value_transactions,
)
from tidemark.wiring.work import (
    check_balances,
    check_on_demand,
    delete_integration,
    drive_sync,
    finish_sync,
    fire_schedules,
    redrive,
    sync_step,
)

__all__ = [
    "accounts",
    "balance_checks",
    "check_balances",
    "check_on_demand",
    "clock",
    "connectors",
    "coverage",
    "cursor_key",
    "delete_integration",
    "drive_sync",
    "duplicates",
    "files_queue",
    "find_duplicates",
    "finish_sync",
    "fire_schedules",
    "idempotency",
    "imports",
    "integrations",
    "issues",
    "journal",
    "ledger",
    "licences",
    "metrics",
    "months",
    "parked",
    "price_sources",
    "queue",
    "quotes",
    "redrive",
    "refresh_prices",
    "runs",
    "session",
    "sheets",
    "snapshots",
    "sync_step",
    "syncs",
    "undo",
    "undo_sync",
    "uploads",
    "value_transactions",
    "values_queue",
    "vault",
    "watermarks",
    "wire",
    "work_files",
    "workflow",
]
