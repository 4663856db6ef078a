"""Runs the state machine for long: ``python -m tests.model --steps 100000 --seed 1``."""

import argparse
import sys
import time
import traceback

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import LedgerMachine, steps

_ROUND = 100


def one_round(number: int, *, shrink: bool) -> bool:
    """Play some histories; False, and what happened is printed, if something did not hold."""
    rules = settings(
        max_examples=_ROUND,
        stateful_step_count=60,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    try:
        seed(number)(run_state_machine_as_test)(LedgerMachine, settings=rules)
    except Exception:  # noqa: BLE001 - whatever it is, it is a violation
        traceback.print_exc()
        return False
    return True


def main() -> int:
    """Run until enough steps were made."""
    parser = argparse.ArgumentParser(prog="python -m tests.model", description=__doc__)
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shrink", action="store_true", help="look for the shortest history")
    wanted = parser.parse_args()
    began, rounds, violations = time.monotonic(), 0, 0
    while steps() < wanted.steps and not violations:
        violations += not one_round(wanted.seed + rounds, shrink=wanted.shrink)
        rounds += 1
    took = time.monotonic() - began
    sys.stdout.write(
        f"steps {steps()}, seed {wanted.seed}, rounds {rounds} of {_ROUND} histories, "
        f"violations {violations}, {took:.0f} s\n"
    )
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
