"""The ledger against a model of it: whatever a source and an owner do, all promises hold.

``python -m tests.model --steps 100000 --seed 1`` does the same for long.
"""

from hypothesis import HealthCheck, settings

from tests.model.machine import LedgerMachine

LedgerMachine.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


class TestLedger(LedgerMachine.TestCase):
    """Histories of forty acts each."""
