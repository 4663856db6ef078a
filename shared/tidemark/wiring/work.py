"""What the functions behind the queues and the state machine do."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING

from tidemark.wiring.asking import await_owner, wake, watch_consents
from tidemark.wiring.base import clock, licences
from tidemark.wiring.duplicates import find_duplicates
from tidemark.wiring.outside import connectors, metrics, queue, values_queue, vault, workflow
from tidemark.wiring.stores import (
    accounts,
    balance_checks,
    coverage,
    duplicates,
    integrations,
    issues,
    journal,
    ledger,
    months,
    parked,
    quotas,
    runs,
    snapshots,
    syncs,
    watermarks,
)

if TYPE_CHECKING:
    from tidemark.services.ask_balances import AskBalances
    from tidemark.services.check_balances import CheckBalances
    from tidemark.services.check_on_demand import CheckOnDemand
    from tidemark.services.check_rights import CheckRights
    from tidemark.services.delete_integration import DeleteIntegration
    from tidemark.services.drive_sync import DriveSync, Redrive
    from tidemark.services.finish_sync import FinishSync
    from tidemark.services.fire_schedules import FireSchedules
    from tidemark.services.judge_balances import JudgeBalances
    from tidemark.services.sync_step import SyncStep


@cache
def sync_step() -> SyncStep:
    """Read integrations, step by step."""
    from tidemark.garbage import collect_seldom
    from tidemark.services.commit import Books
    from tidemark.services.sync_step import SyncStep

    books = Books(ledger(), journal(), months(), runs(), parked(), issues(), accounts(), clock())
    collect_seldom()
    return SyncStep(
        books,
        integrations(),
        coverage(),
        connectors(),
        vault(),
        await_owner(),
        quotas(),
        licences(),
    )


@cache
def check_balances() -> CheckBalances:
    """Check balances at the end of a sync."""
    from tidemark.services.check_balances import CheckBalances
    from tidemark.services.explain_mismatch import AT_ONCE

    judging = _judge_balances(AT_ONCE)
    return CheckBalances(integrations(), runs(), _ask_balances(), judging, clock())


@cache
def check_on_demand() -> CheckOnDemand:
    """Check balances when owners ask."""
    from tidemark.services.check_on_demand import CheckOnDemand
    from tidemark.services.check_sums import CheckSums
    from tidemark.services.explain_mismatch import MOST

    return CheckOnDemand(
        checks=balance_checks(),
        integrations=integrations(),
        runs=runs(),
        snapshots=snapshots(),
        coverage=coverage(),
        asking=_ask_balances(),
        judging=_judge_balances(MOST),
        sums=CheckSums(ledger(), months(), issues(), clock()),
        queue=queue(),
        clock=clock(),
    )


@cache
def check_rights() -> CheckRights:
    """Ask what keys may do."""
    from tidemark.services.check_rights import CheckRights
    from tidemark.services.recheck_rights import RecheckRights

    rechecking = RecheckRights(integrations(), coverage(), issues(), clock())
    return CheckRights(
        integrations(), runs(), issues(), connectors(), vault(), rechecking, queue(), clock()
    )


@cache
def _ask_balances() -> AskBalances:
    """Ask sources what is there."""
    from tidemark.services.ask_balances import AskBalances

    return AskBalances(connectors(), vault(), quotas())


@cache
def _judge_balances(most: int) -> JudgeBalances:
    """Compare balances, and find out about mismatches among so many transactions."""
    from tidemark.services.add_up import AddUp
    from tidemark.services.explain_mismatch import ExplainMismatch
    from tidemark.services.judge_balances import JudgeBalances
    from tidemark.services.tips import Tips

    add_up = AddUp(ledger(), months(), clock())
    tips = Tips(parked(), coverage(), duplicates())
    explaining = ExplainMismatch(ledger(), connectors(), tips, most)
    return JudgeBalances(add_up, snapshots(), issues(), explaining)


@cache
def finish_sync() -> FinishSync:
    """End syncs."""
    from tidemark.services.finish_sync import FinishSync

    return FinishSync(
        integrations(),
        runs(),
        syncs(),
        coverage(),
        parked(),
        issues(),
        metrics(),
        clock(),
        find_duplicates(),
        values_queue(),
    )


@cache
def delete_integration() -> DeleteIntegration:
    """Go on deleting what a request had no time for."""
    from tidemark.services.delete_integration import DeleteIntegration, Remains
    from tidemark.services.stop import Stop

    remains = Remains(
        ledger(),
        months(),
        coverage(),
        parked(),
        issues(),
        snapshots(),
        runs(),
        journal(),
        find_duplicates().pairs,
    )
    stop = Stop(runs(), syncs(), clock(), time.sleep)
    return DeleteIntegration(integrations(), remains, stop, accounts(), clock(), queue())


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


@cache
def fire_schedules() -> FireSchedules:
    """Start syncs that nobody asked for."""
    from tidemark.services.fire_schedules import FireSchedules
    from tidemark.services.request_sync import SyncRequests

    requests = SyncRequests(
        integrations(), runs(), syncs(), queue(), workflow(), clock(), finish_sync(), wake()
    )
    return FireSchedules(
        integrations(),
        accounts(),
        watermarks(),
        requests,
        licences(),
        clock(),
        watch_consents(),
        queue(),
    )
