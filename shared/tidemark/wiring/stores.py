"""The tables behind the ports of stores."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tidemark.settings import settings
from tidemark.wiring.base import clock, wire

if TYPE_CHECKING:
    from tidemark.domain import ports, price_ports


@cache
def ledger() -> ports.Ledger:
    """Keep transactions."""
    from tidemark.stores.transactions import DynamoLedger

    return DynamoLedger(wire("dynamodb"), settings().transactions_table)


@cache
def journal() -> ports.Journal:
    """Keep the import journal."""
    from tidemark.stores.journal import DynamoJournal

    return DynamoJournal(wire("dynamodb"), settings().journal_table)


@cache
def months() -> ports.Months:
    """Keep month buckets."""
    from tidemark.stores.months import DynamoMonths

    return DynamoMonths(wire("dynamodb"), settings().months_table)


@cache
def runs() -> ports.Runs:
    """Keep claims and leases."""
    from tidemark.stores.runs import DynamoRuns

    return DynamoRuns(wire("dynamodb"), settings().runs_table)


@cache
def syncs() -> ports.Syncs:
    """Keep the records of syncs."""
    from tidemark.stores.syncs import DynamoSyncs

    return DynamoSyncs(wire("dynamodb"), settings().syncs_table)


@cache
def integrations() -> ports.Integrations:
    """Keep integrations."""
    from tidemark.stores.integrations import DynamoIntegrations

    return DynamoIntegrations(wire("dynamodb"), settings().integrations_table)


@cache
def coverage() -> ports.CoverageStore:
    """Keep coverage."""
    from tidemark.stores.coverage import DynamoCoverage

    return DynamoCoverage(wire("dynamodb"), settings().coverage_table)


@cache
def parked() -> ports.Parked:
    """Keep records beside the ledger."""
    from tidemark.stores.parked import DynamoParked

    return DynamoParked(wire("dynamodb"), settings().parked_table)


@cache
def issues() -> ports.Issues:
    """Keep the inboxes of owners."""
    from tidemark.stores.issues import DynamoIssues

    return DynamoIssues(wire("dynamodb"), settings().issues_table)


@cache
def snapshots() -> ports.Snapshots:
    """Keep balances as they were found."""
    from tidemark.stores.snapshots import DynamoSnapshots

    return DynamoSnapshots(wire("dynamodb"), settings().snapshots_table)


@cache
def idempotency() -> ports.IdempotencyStore:
    """Keep answers already given."""
    from tidemark.stores.idempotency import DynamoIdempotency

    return DynamoIdempotency(wire("dynamodb"), settings().idempotency_table)


@cache
def imports() -> ports.Imports:
    """Keep the records of imports and exports."""
    from tidemark.stores.imports import DynamoImports

    return DynamoImports(wire("dynamodb"), settings().imports_table)


@cache
def duplicates() -> ports.Duplicates:
    """Keep possible duplicates."""
    from tidemark.stores.duplicates import DynamoDuplicates

    return DynamoDuplicates(wire("dynamodb"), settings().duplicates_table)


@cache
def accounts() -> ports.Accounts:
    """Keep what belongs to owners as a whole."""
    from tidemark.stores.accounts import DynamoAccounts

    return DynamoAccounts(wire("dynamodb"), settings().accounts_table)


@cache
def watermarks() -> ports.Watermarks:
    """Keep how far the schedule has come."""
    from tidemark.stores.watermarks import DynamoWatermarks

    return DynamoWatermarks(wire("dynamodb"), settings().watermarks_table)


@cache
def waits() -> ports.Waits:
    """Keep what wakes executions that wait for owners."""
    from tidemark.stores.waits import DynamoWaits

    return DynamoWaits(wire("dynamodb"), settings().runs_table)


@cache
def quotas() -> ports.Quotas:
    """Keep how often banks were read."""
    from tidemark.stores.quotas import DynamoQuotas

    return DynamoQuotas(wire("dynamodb"), settings().quotas_table, clock())


@cache
def balance_checks() -> ports.BalanceChecks:
    """Keep the balance checks that owners asked for."""
    from tidemark.stores.checks import DynamoBalanceChecks

    return DynamoBalanceChecks(wire("dynamodb"), settings().imports_table)


@cache
def sheets() -> price_ports.Sheets:
    """Keep closes, those known and those wanted."""
    from tidemark.stores.sheets import DynamoSheets

    return DynamoSheets(wire("dynamodb"), settings().closes_table)


@cache
def quotes() -> price_ports.Quotes:
    """Keep the prices of now."""
    from tidemark.stores.quotes import DynamoQuotes

    return DynamoQuotes(wire("dynamodb"), settings().quotes_table)
