"""The state machine as the defects are hunted with: it does not look for the shortest history."""

from hypothesis import HealthCheck, Phase, settings

from tests.model.machine import LedgerMachine

LedgerMachine.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


class TestHunting(LedgerMachine.TestCase):
    """Sixty histories of fifty acts each."""
