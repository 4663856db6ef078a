"""Every store twice: in memory, and in DynamoDB as moto plays it."""

from dataclasses import dataclass

from tests import fakes
from tests.played import wire_to
from tidemark.domain import ports, price_ports, webhook_ports
from tidemark.stores.accounts import DynamoAccounts
from tidemark.stores.checks import DynamoBalanceChecks
from tidemark.stores.coverage import DynamoCoverage
from tidemark.stores.duplicates import DynamoDuplicates
from tidemark.stores.events import DynamoEvents
from tidemark.stores.idempotency import DynamoIdempotency
from tidemark.stores.imports import DynamoImports
from tidemark.stores.integrations import DynamoIntegrations
from tidemark.stores.issues import DynamoIssues
from tidemark.stores.journal import DynamoJournal
from tidemark.stores.months import DynamoMonths
from tidemark.stores.parked import DynamoParked
from tidemark.stores.quotas import DynamoQuotas
from tidemark.stores.quotes import DynamoQuotes
from tidemark.stores.runs import DynamoRuns
from tidemark.stores.sheets import DynamoSheets
from tidemark.stores.snapshots import DynamoSnapshots
from tidemark.stores.syncs import DynamoSyncs
from tidemark.stores.transactions import DynamoLedger
from tidemark.stores.waits import DynamoWaits
from tidemark.stores.watermarks import DynamoWatermarks
from tidemark.stores.webhooks import DynamoWebhooks
from tidemark.wire import DYNAMODB, Wire


@dataclass
class Stores:
    """One of each."""

    ledger: ports.Ledger
    journal: ports.Journal
    months: ports.Months
    runs: ports.Runs
    syncs: ports.Syncs
    integrations: ports.Integrations
    coverage: ports.CoverageStore
    parked: ports.Parked
    issues: ports.Issues
    snapshots: ports.Snapshots
    idempotency: ports.IdempotencyStore
    accounts: ports.Accounts
    duplicates: ports.Duplicates
    imports: ports.Imports
    watermarks: ports.Watermarks
    balance_checks: ports.BalanceChecks
    sheets: price_ports.Sheets
    quotes: price_ports.Quotes
    events: webhook_ports.Events
    webhooks: webhook_ports.Webhooks
    waits: ports.Waits
    quotas: ports.Quotas
    clock: fakes.FakeClock


def in_memory() -> Stores:
    """Make stores in memory."""
    clock, runs = fakes.FakeClock(), fakes.MemoryRuns()
    return Stores(
        fakes.MemoryLedger(),
        fakes.MemoryJournal(),
        fakes.MemoryMonths(),
        runs,
        fakes.MemorySyncs(),
        fakes.MemoryIntegrations(),
        fakes.MemoryCoverage(),
        fakes.MemoryParked(),
        fakes.MemoryIssues(),
        fakes.MemorySnapshots(),
        fakes.MemoryIdempotency(),
        fakes.MemoryAccounts(),
        fakes.MemoryDuplicates(),
        fakes.MemoryImports(),
        fakes.MemoryWatermarks(),
        fakes.MemoryBalanceChecks(),
        fakes.MemorySheets(),
        fakes.MemoryQuotes(),
        fakes.MemoryEvents(),
        fakes.MemoryWebhooks(),
        fakes.MemoryWaits(runs),
        fakes.MemoryQuotas(clock),
        clock,
    )


def in_dynamodb(wire: Wire | None = None) -> Stores:
    """Make stores in DynamoDB, as moto plays it or as something else does."""
    wire, clock = wire or wire_to(DYNAMODB), fakes.FakeClock()
    return Stores(
        DynamoLedger(wire, "TransactionsTable"),
        DynamoJournal(wire, "JournalTable"),
        DynamoMonths(wire, "MonthsTable"),
        DynamoRuns(wire, "RunsTable"),
        DynamoSyncs(wire, "SyncsTable"),
        DynamoIntegrations(wire, "IntegrationsTable"),
        DynamoCoverage(wire, "CoverageTable"),
        DynamoParked(wire, "ParkedTable"),
        DynamoIssues(wire, "IssuesTable"),
        DynamoSnapshots(wire, "SnapshotsTable"),
        DynamoIdempotency(wire, "IdempotencyTable"),
        DynamoAccounts(wire, "AccountsTable"),
        DynamoDuplicates(wire, "DuplicatesTable"),
        DynamoImports(wire, "ImportsTable"),
        DynamoWatermarks(wire, "WatermarksTable"),
        DynamoBalanceChecks(wire, "ImportsTable"),
        DynamoSheets(wire, "ClosesTable"),
        DynamoQuotes(wire, "QuotesTable"),
        DynamoEvents(wire, "EventsTable"),
        DynamoWebhooks(wire, "WebhooksTable"),
        DynamoWaits(wire, "RunsTable"),
        DynamoQuotas(wire, "QuotasTable", clock),
        clock,
    )
