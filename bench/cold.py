"""Cold starts: what a function imports and makes before its first event, in CPU time."""

import statistics
import sys

from bench.runs import child

OURS, COOKBOOK = "functions.api.app", "bench.cookbook"
_ROUNDS = 5


def measure() -> dict[str, float]:
    """Import both in turns, each time in a new process; give the medians in milliseconds."""
    variables = {"PYTHONPATH": "shared:.", "AWS_DEFAULT_REGION": "eu-central-1"}
    taken: dict[str, list[float]] = {OURS: [], COOKBOOK: []}
    for _ in range(_ROUNDS):
        for module, times in taken.items():
            cost = child([sys.executable, "-m", "bench.imported", module], variables)
            times.append(cost.told["ms"])
    return {module: statistics.median(times) for module, times in taken.items()}
