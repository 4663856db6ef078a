"""What a world is made of: stores in memory, and everything outside."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes import (
    FakeClock,
    FakeFilesQueue,
    FakeMetrics,
    FakeQueue,
    FakeVault,
    FakeWorkflow,
    MemoryAccounts,
    MemoryBalanceChecks,
    MemoryCoverage,
    MemoryDuplicates,
    MemoryImports,
    MemoryIntegrations,
    MemoryIssues,
    MemoryJournal,
    MemoryLedger,
    MemoryMonths,
    MemoryParked,
    MemoryQuotas,
    MemoryRuns,
    MemorySnapshots,
    MemorySyncs,
    MemoryUploads,
    MemoryWaits,
    MemoryWatermarks,
)
from tests.fakes.source import FakeSource
from tidemark.domain.licences import DEFAULT, Licences
from tidemark.domain.ports import Connectors


def unwatched(_when: str, _call: str) -> None:
    """Let every call pass."""


@dataclass
class Parts:
    """Everything that a sync needs, in memory. ``watch`` sees every call to a store.

    ``connectors`` are those to use in place of the fake source.
    """

    source: FakeSource = field(default_factory=FakeSource)
    watch: Callable[[str, str], None] = unwatched
    clock: FakeClock = field(default_factory=FakeClock)
    vault: FakeVault = field(default_factory=FakeVault)
    queue: FakeQueue = field(default_factory=FakeQueue)
    workflow: FakeWorkflow = field(default_factory=FakeWorkflow)
    metrics: FakeMetrics = field(default_factory=FakeMetrics)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    months: MemoryMonths = field(default_factory=MemoryMonths)
    runs: MemoryRuns = field(default_factory=MemoryRuns)
    syncs: MemorySyncs = field(default_factory=MemorySyncs)
    integrations: MemoryIntegrations = field(default_factory=MemoryIntegrations)
    coverage: MemoryCoverage = field(default_factory=MemoryCoverage)
    parked: MemoryParked = field(default_factory=MemoryParked)
    accounts: MemoryAccounts = field(default_factory=MemoryAccounts)
    issues: MemoryIssues = field(default_factory=MemoryIssues)
    snapshots: MemorySnapshots = field(default_factory=MemorySnapshots)
    balance_checks: MemoryBalanceChecks = field(default_factory=MemoryBalanceChecks)
    imports: MemoryImports = field(default_factory=MemoryImports)
    uploads: MemoryUploads = field(default_factory=MemoryUploads)
    files_queue: FakeFilesQueue = field(default_factory=FakeFilesQueue)
    duplicates: MemoryDuplicates = field(default_factory=MemoryDuplicates)
    watermarks: MemoryWatermarks = field(default_factory=MemoryWatermarks)
    licences: Licences = field(default_factory=lambda: DEFAULT)
    connectors: Connectors | None = None
    waits: Any = None
    quotas: Any = None

    def __post_init__(self) -> None:
        """Make what belongs to the runs and to the clock."""
        self.waits = self.waits or MemoryWaits(self.runs)
        self.quotas = self.quotas or MemoryQuotas(self.clock)
