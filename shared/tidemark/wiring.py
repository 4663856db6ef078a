"""The composition root: which implementation stands behind each port, made when first asked for.

Imports are inside the functions: a cold start loads what its first request needs, and no more.
"""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, cast

from tidemark.settings import settings

if TYPE_CHECKING:
    from botocore.session import Session

    from tidemark.domain import ports
    from tidemark.services.check_balances import CheckBalances
    from tidemark.services.delete_integration import DeleteIntegration
    from tidemark.services.drive_sync import DriveSync, Redrive
    from tidemark.services.finish_sync import FinishSync
    from tidemark.services.sync_step import SyncStep
    from tidemark.wire import Wire


@cache
def _session() -> Session:
    """Hold credentials and events for every wire."""
    from botocore.session import Session

    return Session()


@cache
def _wire(service: str) -> Wire:
    """Speak to one AWS service, by botocore's name of it."""
    from tidemark.wire import SERVICES, Wire

    here = settings()
    endpoint = here.endpoint(service)
    return Wire(SERVICES[service], _session(), region=here.region, endpoint=endpoint)


@cache
def clock() -> ports.Clock:
    """Tell the time."""
    from pathlib import Path

    from tidemark.aws.clock import SystemClock

    file = settings().clock_offset_file
    return SystemClock(Path(file) if file else None)


@cache
def ledger() -> ports.Ledger:
    """Keep transactions."""
    from tidemark.stores.transactions import DynamoLedger

    return DynamoLedger(_wire("dynamodb"), settings().transactions_table)


@cache
def journal() -> ports.Journal:
    """Keep the import journal."""
    from tidemark.stores.journal import DynamoJournal

    return DynamoJournal(_wire("dynamodb"), settings().journal_table)


@cache
def months() -> ports.Months:
    """Keep month buckets."""
    from tidemark.stores.months import DynamoMonths

    return DynamoMonths(_wire("dynamodb"), settings().months_table)


@cache
def runs() -> ports.Runs:
    """Keep claims and leases."""
    from tidemark.stores.runs import DynamoRuns

    return DynamoRuns(_wire("dynamodb"), settings().runs_table)


@cache
def syncs() -> ports.Syncs:
    """Keep the records of syncs."""
    from tidemark.stores.syncs import DynamoSyncs

    return DynamoSyncs(_wire("dynamodb"), settings().syncs_table)


@cache
def integrations() -> ports.Integrations:
    """Keep integrations."""
    from tidemark.stores.integrations import DynamoIntegrations

    return DynamoIntegrations(_wire("dynamodb"), settings().integrations_table)


@cache
def coverage() -> ports.CoverageStore:
    """Keep coverage."""
    from tidemark.stores.coverage import DynamoCoverage

    return DynamoCoverage(_wire("dynamodb"), settings().coverage_table)


@cache
def parked() -> ports.Parked:
    """Keep records beside the ledger."""
    from tidemark.stores.parked import DynamoParked

    return DynamoParked(_wire("dynamodb"), settings().parked_table)


@cache
def issues() -> ports.Issues:
    """Keep the inboxes of owners."""
    from tidemark.stores.issues import DynamoIssues

    return DynamoIssues(_wire("dynamodb"), settings().issues_table)


@cache
def snapshots() -> ports.Snapshots:
    """Keep balances as they were found."""
    from tidemark.stores.snapshots import DynamoSnapshots

    return DynamoSnapshots(_wire("dynamodb"), settings().snapshots_table)


@cache
def idempotency() -> ports.IdempotencyStore:
    """Keep answers already given."""
    from tidemark.stores.idempotency import DynamoIdempotency

    return DynamoIdempotency(_wire("dynamodb"), settings().idempotency_table)


@cache
def vault() -> ports.Vault:
    """Seal and open credentials."""
    from tidemark.aws.vault import KmsVault

    return KmsVault(_wire("kms"), settings().credentials_key_id)


@cache
def cursor_key() -> bytes:
    """Give the key that signs list cursors, asked for once."""
    from tidemark.aws import signing

    return signing.cursor_key(_wire("kms"), settings().cursor_key_id)


@cache
def queue() -> ports.Queue:
    """Hand incremental syncs to workers."""
    from tidemark.aws.queue import SqsQueue

    return SqsQueue(_wire("sqs"), settings().sync_queue_url)


@cache
def workflow() -> ports.Workflow:
    """Hand long syncs to the state machine."""
    from tidemark.aws.workflow import StepFunctionsWorkflow

    return StepFunctionsWorkflow(_wire("sfn"), settings().state_machine_arn)


@cache
def metrics() -> ports.Metrics:
    """Tell operators what happened."""
    from tidemark.aws.metrics import LogMetrics

    return LogMetrics(clock())


@cache
def connectors() -> ports.Connectors:
    """Find connectors by name."""
    from tidemark.connector_kit.registry import Registry

    registry = Registry("tidemark.connectors", clock(), settings().sources)
    return cast("ports.Connectors", registry)  # facts are given by ``__getattr__``


@cache
def sync_step() -> SyncStep:
    """Read integrations, step by step."""
    from tidemark.garbage import collect_seldom
    from tidemark.services.commit import Books
    from tidemark.services.sync_step import SyncStep

    books = Books(ledger(), journal(), months(), runs(), parked(), issues(), clock())
    collect_seldom()
    return SyncStep(books, integrations(), coverage(), connectors(), vault())


@cache
def check_balances() -> CheckBalances:
    """Check balances at the end of a sync."""
    from tidemark.services.add_up import AddUp
    from tidemark.services.check_balances import CheckBalances

    add_up = AddUp(ledger(), months(), clock())
    return CheckBalances(
        integrations(), runs(), connectors(), vault(), add_up, snapshots(), issues()
    )


@cache
def finish_sync() -> FinishSync:
    """End syncs."""
    from tidemark.services.finish_sync import FinishSync

    return FinishSync(
        integrations(), runs(), syncs(), coverage(), parked(), issues(), metrics(), clock()
    )


@cache
def delete_integration() -> DeleteIntegration:
    """Go on deleting what a request had no time for."""
    from tidemark.services.delete_integration import DeleteIntegration, Remains
    from tidemark.services.stop import Stop

    remains = Remains(ledger(), months(), coverage(), parked(), issues(), snapshots(), runs())
    stop = Stop(runs(), syncs(), clock(), time.sleep)
    return DeleteIntegration(integrations(), remains, stop, clock(), queue())


@cache
def drive_sync() -> DriveSync:
    """Take a queued sync through all its parts."""
    from tidemark.services.drive_sync import DriveSync

    return DriveSync(sync_step(), check_balances(), finish_sync(), workflow())


@cache
def redrive() -> Redrive:
    """Find runs that nobody drives any more."""
    from tidemark.services.drive_sync import Redrive

    return Redrive(runs(), workflow(), clock())
