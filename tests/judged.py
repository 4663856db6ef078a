"""The services that judge balances, over a world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidemark.services.add_up import AddUp
from tidemark.services.ask_balances import AskBalances
from tidemark.services.check_on_demand import CheckOnDemand
from tidemark.services.check_sums import CheckSums
from tidemark.services.explain_mismatch import ExplainMismatch
from tidemark.services.judge_balances import JudgeBalances
from tidemark.services.request_check import RequestChecks
from tidemark.services.tips import Tips

if TYPE_CHECKING:
    from tests.world import World


def judging(it: World) -> JudgeBalances:
    """Give what compares balances."""
    add_up = AddUp(it.see(it.ledger), it.see(it.months), it.clock)
    tips = Tips(it.see(it.parked), it.see(it.coverage), it.see(it.duplicates))
    explaining = ExplainMismatch(it.see(it.ledger), it.sources, tips)
    return JudgeBalances(add_up, it.see(it.snapshots), it.see(it.issues), explaining)


def on_demand(it: World) -> CheckOnDemand:
    """Give the worker's part of a check that an owner asks for."""
    return CheckOnDemand(
        it.balance_checks,
        it.see(it.integrations),
        it.see(it.runs),
        it.see(it.snapshots),
        it.see(it.coverage),
        AskBalances(it.sources, it.vault, it.quotas),
        judging(it),
        CheckSums(it.see(it.ledger), it.see(it.months), it.see(it.issues), it.clock),
        it.queue,
        it.clock,
    )


def asking(it: World) -> RequestChecks:
    """Give the owner's part."""
    return RequestChecks(it.balance_checks, it.integrations, it.snapshots, it.queue, it.clock)
