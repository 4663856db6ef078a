"""Everything outside the domain, in memory: what the same contract tests as the real ones hold."""

from tests.fakes.accounts import MemoryAccounts
from tests.fakes.checks import MemoryBalanceChecks
from tests.fakes.duplicates import MemoryDuplicates
from tests.fakes.files import FakeFilesQueue, MemoryImports, MemoryUploads
from tests.fakes.idempotency import MemoryIdempotency
from tests.fakes.integrations import MemoryIntegrations, MemoryWatermarks
from tests.fakes.ledger import MemoryJournal, MemoryLedger
from tests.fakes.months import MemoryMonths
from tests.fakes.outside import FakeClock, FakeMetrics, FakeQueue, FakeVault, FakeWorkflow
from tests.fakes.prices import FakePrices, FakeValuesQueue, MemoryQuotes, MemorySheets
from tests.fakes.records import (
    MemoryCoverage,
    MemoryIssues,
    MemoryParked,
    MemorySnapshots,
    MemorySyncs,
)
from tests.fakes.runs import MemoryRuns
from tests.fakes.waits import MemoryQuotas, MemoryWaits
from tests.fakes.watched import watched
from tests.fakes.webhooks import (
    FakeReceivers,
    FakeSecretVault,
    FakeWebhooksQueue,
    MemoryEvents,
    MemoryWebhooks,
)

__all__ = [
    "FakeClock",
    "FakeFilesQueue",
    "FakeMetrics",
    "FakePrices",
    "FakeQueue",
    "FakeReceivers",
    "FakeSecretVault",
    "FakeValuesQueue",
    "FakeVault",
    "FakeWebhooksQueue",
    "FakeWorkflow",
    "MemoryAccounts",
    "MemoryBalanceChecks",
    "MemoryCoverage",
    "MemoryDuplicates",
    "MemoryEvents",
    "MemoryIdempotency",
    "MemoryImports",
    "MemoryIntegrations",
    "MemoryIssues",
    "MemoryJournal",
    "MemoryLedger",
    "MemoryMonths",
    "MemoryParked",
    "MemoryQuotas",
    "MemoryQuotes",
    "MemoryRuns",
    "MemorySheets",
    "MemorySnapshots",
    "MemorySyncs",
    "MemoryUploads",
    "MemoryWaits",
    "MemoryWatermarks",
    "MemoryWebhooks",
    "watched",
]
